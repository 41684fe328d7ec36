// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/stories/world.h"

#include <algorithm>
#include <deque>
#include <sstream>

#include "engine/reads.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"
#include "tests/stories/show.h"

namespace stories {
namespace {

constexpr uint64_t kUntilIdle = 100'000;  // turns; a story that takes more does not end

// "90s", "500ms"
int64_t Milliseconds(std::string_view time) {
  const int64_t amount = std::stoll(std::string(time.substr(0, time.find_first_of("ms"))));
  return time.ends_with("ms") ? amount : amount * 1'000;
}

}  // namespace

// What a worker process knows, its connection, and what it says of what it gets.
struct World::Worker : workers::Session, std::enable_shared_from_this<World::Worker> {
  void Send(workers::Outgoing outgoing) override { inbox.push_back(std::move(outgoing)); }
  void Drained() override {}
  void Close(std::string_view) override { session = 0; }

  std::string name, instance;
  uint64_t generation = 1;
  workers::SessionId session = 0;                  // 0: not connected
  std::map<std::string, Task> tasks;               // by state name
  std::map<std::string, std::string> last_tokens;  // by state name, also of tasks that are over
  std::deque<workers::Outgoing> inbox;
};

// The words of a command; the last argument may be taken with everything behind it.
class World::Arguments {
 public:
  explicit Arguments(const std::string& command) : in_(command) {}
  std::string Word() {
    std::string word;
    in_ >> word;
    return word;
  }
  std::string Rest() {
    std::string rest;
    in_ >> std::ws;
    std::getline(in_, rest, '\0');
    return rest;
  }
  // The number of a trailing option such as slots=2, taken out of `text`.
  static uint64_t Option(std::string_view name, uint64_t otherwise, std::string* text) {
    const size_t at = text->rfind(fmt::format(" {}=", name));
    if (at == std::string::npos) return otherwise;
    const uint64_t value = std::stoull(text->substr(at + name.size() + 2));
    text->resize(at);
    return value;
  }

 private:
  std::istringstream in_;
};

World::World() : store_(sim::SimStore::Make(sim::StoreMode::kMemory)) {}

World::~World() = default;

void World::Begin() {
  process_ = std::make_unique<sim::Process>(sim::Surroundings{.store = store_.get(),
                                                              .random = &random_,
                                                              .auditor = &auditor_,
                                                              .checks = &checks_,
                                                              .sabotage = &sabotage_,
                                                              .partitions = partitions_,
                                                              .slots = 100,
                                                              .wall = &wall_,
                                                              .faults = &faults_});
  process_->Start();
}

std::vector<std::string> World::Do(const std::string& command) {
  lines_.clear();
  std::string words = command;
  const uint64_t turns = Arguments::Option("turns", kUntilIdle, &words);
  Arguments arguments(words);
  const std::string verb = arguments.Word();
  if (verb == "partitions" && process_ == nullptr) {
    partitions_ = static_cast<uint32_t>(std::stoul(arguments.Word()));
    return {};
  }
  if (process_ == nullptr) Begin();
  if (verb == "machine") {
    Machine(arguments);
  } else if (verb == "start") {
    Start(arguments);
  } else if (verb == "stop") {
    Stop(arguments);
  } else if (verb == "probe") {
    Probe(arguments);
  } else if (verb == "connect") {
    Connect(arguments);
  } else if (verb == "disconnect" || verb == "die") {
    Worker& worker = WorkerNamed(arguments.Word());
    Disconnect(worker);
    if (verb == "die") {
      worker.tasks.clear();
      worker.instance = fmt::format("{}-{}", worker.name, ++worker.generation);
    }
  } else if (verb == "token") {
    AnswerByToken(arguments);
  } else if (verb == "advance") {
    Advance(arguments.Word());
  } else if (verb == "rewind") {
    wall_ = wall_ + -Milliseconds(arguments.Word());
  } else if (verb == "crash") {
    Crash();
  } else {
    Answer(verb, WorkerNamed(arguments.Word()), arguments);
  }
  Pump(turns);
  ShowNews();
  return lines_;
}

// In a fixed order, so that a story reads the same whatever else changes: partitions, then the
// store, then workers.
void World::Pump(uint64_t turns_max) {
  const uint64_t turns_before = process_->turns();
  for (;;) {
    sim::Choices choices;
    process_->List(&choices);
    if (process_->turns() - turns_before >= turns_max) {
      std::erase_if(choices,
                    [](const sim::Choice& choice) { return choice.act == sim::Act::kTurn; });
    }
    if (!choices.empty()) {
      process_->Do(choices.front());
    } else if (store_->CanMove()) {
      store_->Move(random_);
    } else {
      break;
    }
  }
  for (auto& [name, worker] : workers_) {
    for (workers::Outgoing& outgoing : std::exchange(worker->inbox, {})) {
      // First what ends, then what begins: both may come in one message.
      for (const workers::Acknowledgement& ack : outgoing.acknowledgements) {
        const auto task =
            std::find_if(worker->tasks.begin(), worker->tasks.end(),
                         [&](const auto& entry) { return entry.second.token == ack.token; });
        Say(fmt::format("worker {} is told: {}{}", name,
                        task == worker->tasks.end() ? "" : task->first + " ",
                        AckName(ack.outcome)));
        if (task != worker->tasks.end()) worker->tasks.erase(task);
      }
      for (const workers::TaskRequest& task : outgoing.tasks) {
        worker->tasks[task.state_name] = {.token = task.token};
        worker->last_tokens[task.state_name] = task.token;
        RememberTaskToken(task);
        Say(ShowTask(name, task));
      }
      for (const std::string& token : outgoing.withdrawn) {
        std::erase_if(worker->tasks, [&, &who = name](const auto& entry) {
          if (entry.second.token == token)
            Say(fmt::format("worker {} is told to stop {}", who, entry.first));
          return entry.second.token == token;
        });
      }
    }
  }
}

World::Worker& World::WorkerNamed(const std::string& name) {
  std::shared_ptr<Worker>& worker = workers_[name];
  if (worker == nullptr) {
    worker = std::make_shared<Worker>();
    worker->name = name;
    worker->instance = name + "-1";
  }
  return *worker;
}

void World::Machine(Arguments& arguments) {
  const std::string name = arguments.Word();
  const std::string text = arguments.Rest();
  asl::Compiled compiled = asl::Compile(text);
  if (compiled.program == nullptr) return Say("! " + asl::RefusalText(compiled));
  auto revision = std::make_shared<engine::Revision>(
      engine::Revision{.id = "revision-" + name,
                       .machine = name,
                       .role_arn = "arn:aws:iam::123456789012:role/r",
                       .definition = text,
                       .program = std::move(compiled.program)});
  process_->Post(
      0, engine::CreateStateMachine{
             .revision = std::move(revision),
             .reply = [this, name](const absl::StatusOr<engine::Created>& created) {
               Say(created.ok() ? "created " + name : std::string(created.status().message()));
             }});
}

void World::Start(Arguments& arguments) {
  const std::string machine = arguments.Word();
  const std::string name = arguments.Word();
  const engine::RevisionPtr revision = process_->registry().FindMachine(machine);
  if (revision == nullptr) return Say("! no such machine: " + machine);
  const engine::Hash128 hash = engine::HashName(machine, name);
  process_->Post(
      engine::OwnerOf(hash, partitions_),
      engine::StartExecution{.revision = revision,
                             .name = name,
                             .input = std::make_shared<const std::string>(arguments.Rest()),
                             .name_hash = hash,
                             .reply = [this, name](const absl::StatusOr<engine::Started>& started) {
                               if (!started.ok())
                                 return Say(std::string(started.status().message()));
                               const std::pair entry(name, started->execution);
                               const bool known = std::find(executions_.begin(), executions_.end(),
                                                            entry) != executions_.end();
                               if (!known) executions_.push_back(entry);
                               Say((known ? "already started " : "started ") + name);
                             }});
}

void World::Stop(Arguments& arguments) {
  const std::string name = arguments.Word();
  const std::string error = arguments.Word();
  for (const auto& [known, execution] : executions_) {
    if (known != name) continue;
    process_->Post(
        PartitionOf(execution),
        engine::StopExecution{.execution = execution,
                              .error = {.name = error, .cause = arguments.Rest()},
                              .reply = [this, name](const absl::StatusOr<asl::Millis>& stopped) {
                                Say(stopped.ok() ? "stopped " + name
                                                 : std::string(stopped.status().message()));
                              }});
  }
}

void World::Probe(Arguments& arguments) {
  const auto sender = static_cast<engine::PartitionId>(std::stoul(arguments.Word()));
  const auto receiver = static_cast<engine::PartitionId>(std::stoul(arguments.Word()));
  process_->Post(sender,
                 engine::SendProbe{.receiver = receiver,
                                   .text = arguments.Rest(),
                                   .reply = [this](const absl::StatusOr<uint64_t>& number) {
                                     Say(fmt::format("sent as number {}", number.value_or(0)));
                                   }});
}

void World::Connect(Arguments& arguments) {
  Worker& worker = WorkerNamed(arguments.Word());
  std::string rest = arguments.Rest();
  const bool forgetting = rest.ends_with(" forgetting");
  if (forgetting) rest.resize(rest.rfind(" forgetting"));
  const uint64_t slots = Arguments::Option("slots", 10, &rest);
  std::vector<workers::Held> held;
  if (forgetting) worker.tasks.clear();
  for (const auto& [state, task] : worker.tasks) {
    held.push_back({.token = task.token,
                    .finished = task.finished ? std::optional(task.result) : std::nullopt});
    if (task.finished) auditor_.OnResultSent(task.token, ResultText(task.result));
  }
  std::vector<std::string> queues;
  std::istringstream names(rest);
  for (std::string queue; std::getline(names, queue, ',');) queues.push_back(queue);
  std::string error;
  const auto session = process_->pool().Connect({.instance = worker.instance,
                                                 .worker_name = worker.name,
                                                 .queues = queues,
                                                 .slots = static_cast<uint32_t>(slots)},
                                                std::move(held), worker.shared_from_this(), &error);
  if (!session) return Say("! " + error);
  worker.session = *session;
}

void World::Disconnect(Worker& worker) {
  if (worker.session != 0) process_->pool().Disconnect(worker.session);
  worker.session = 0;
}

void World::Answer(std::string_view what, Worker& worker, Arguments& arguments) {
  workers::Answer answer;
  std::string state;
  if (what == "unasked") {
    answer.token = "this is no token";
  } else {
    state = arguments.Word();
    if (!worker.last_tokens.contains(state)) return Say("! the worker never had " + state);
    answer.token = worker.last_tokens[state];
  }
  if (what == "receive") {
    answer.kind = workers::AnswerKind::kReceived;
  } else if (what == "heartbeat") {
    answer.kind = workers::AnswerKind::kHeartbeat;
  } else if (what == "fail") {
    answer.kind = workers::AnswerKind::kFailure;
    answer.error = arguments.Word();
    answer.cause = arguments.Rest();
  } else if (what == "succeed" || what == "forge" || what == "unasked") {
    answer.kind = workers::AnswerKind::kSuccess;
    answer.output = std::make_shared<const std::string>(arguments.Rest());
  } else {
    return Say(fmt::format("! no such command: {}", what));
  }
  if (what == "forge") answer.token.back() = static_cast<char>(answer.token.back() ^ 1);
  const bool result =
      answer.kind == workers::AnswerKind::kSuccess || answer.kind == workers::AnswerKind::kFailure;
  if (result && what != "forge" && what != "unasked") {
    auditor_.OnResultSent(answer.token, ResultText(answer));
    if (auto task = worker.tasks.find(state); task != worker.tasks.end()) {
      task->second.finished = true;
      task->second.result = answer;
    }
  }
  if (worker.session != 0) process_->pool().OnAnswers(worker.session, {std::move(answer)});
}

void World::RememberTaskToken(const workers::TaskRequest& task) {
  constexpr std::string_view kMember = R"("token":")";
  const std::string_view text = std::string_view(*task.text).substr(task.offset, task.length);
  const size_t at = text.find(kMember);
  if (at == std::string_view::npos) return;
  const std::string_view rest = text.substr(at + kMember.size());
  task_tokens_[task.state_name] = rest.substr(0, rest.find('"'));
}

void World::AnswerByToken(Arguments& arguments) {
  const std::string state = arguments.Word();
  const std::optional<std::string> token = engine::TokenFromText(task_tokens_[state]);
  if (!token) return Say("! no input had a task token: " + state);
  const std::string what = arguments.Word();
  engine::TokenAnswer answer = engine::TokenHeartbeat{};
  if (what == "succeed") {
    answer = engine::TokenSuccess{std::make_shared<const std::string>(arguments.Rest())};
  } else if (what == "fail") {
    const std::string error = arguments.Word();
    answer = engine::TokenFailure{{.name = error, .cause = arguments.Rest()}};
  } else if (what != "heartbeat") {
    return Say("! no such answer: " + what);
  }
  process_->Post(PartitionOf(engine::DecodeToken(*token)->id.execution),
                 engine::AnswerByToken{.token = *token,
                                       .answer = std::move(answer),
                                       .reply = [this, state](const absl::StatusOr<bool>& done) {
                                         Say(done.ok() ? "token of " + state + " counts"
                                                       : std::string(done.status().message()));
                                       }});
}

// Stops at every moment when something is due, as a clock does.
void World::Advance(std::string_view time) {
  const asl::Millis until = wall_ + Milliseconds(time);
  while (process_->NextWake() < until) {
    wall_ = std::max(wall_, process_->NextWake());
    Pump(kUntilIdle);
  }
  wall_ = until;
}

void World::Crash() {
  process_.reset();
  for (auto& [name, worker] : workers_) {
    worker->session = 0;
    worker->inbox.clear();
  }
  store_->Crash(random_);
  auditor_.OnCrash(
      [this](engine::PartitionId partition) { return *store_->store().AppliedNumber(partition); });
  timers_.clear();
  Begin();
}

void World::ShowNews() {
  ShowEvents();
  ShowTimers();
  ShowProbes();
  if (checks_.failed()) Say("! " + checks_.rule() + ": " + checks_.found());
}

void World::ShowEvents() {
  for (const auto& [name, execution] : executions_) {
    std::vector<asl::HistoryEvent> news;
    size_t& shown = shown_[name];
    for (size_t read = 1; read > 0;) {  // a page ends at its limit of bytes
      const auto page = engine::ReadPage(*store_->durable_view(), process_->registry(), execution,
                                         asl::EventId{static_cast<int64_t>(shown) + 1}, 30'000,
                                         storage::Direction::kForward);
      if (!page.ok()) {
        Say("! " + std::string(page.status().message()));
        break;
      }
      read = page->events.size();
      shown += read;
      news.insert(news.end(), page->events.begin(), page->events.end());
    }
    for (std::string& line : ShowHistory(news))
      Say(executions_.size() > 1 ? name + " " + line : line);
  }
}

void World::ShowTimers() {
  std::set<std::string> timers;
  for (engine::PartitionId partition = 0; partition < partitions_; ++partition) {
    const std::string prefix = engine::PartitionPrefix(partition);
    auto rows = store_->durable_view()->Scan(engine::kTimers, prefix, storage::PrefixEnd(prefix));
    for (; rows->Valid(); rows->Next()) {
      const std::string key(rows->key());
      timers.insert(key);
      if (!timers_.contains(key)) Say(ShowTimer(*engine::DecodeTimerKey(key), wall_));
    }
  }
  timers_ = std::move(timers);
}

void World::ShowProbes() {
  for (engine::PartitionId partition = 0; partition < partitions_; ++partition) {
    const std::string prefix = engine::PartitionPrefix(partition);
    auto rows = store_->durable_view()->Scan(engine::kProbes, prefix, storage::PrefixEnd(prefix));
    for (; rows->Valid(); rows->Next()) {
      if (!probes_.insert(std::string(rows->key())).second) continue;
      const auto key = engine::DecodeOutboxKey(rows->key());
      Say(fmt::format("partition {} has from {} number {}: {}", partition, key->receiver,
                      key->number, rows->value()));
    }
  }
}

}  // namespace stories
