// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/run.h"

#include <algorithm>

#include "fmt/format.h"
#include "tests/sim/rows.h"

namespace sim {
namespace {

constexpr int kRowCheckEvery = 250;       // steps
constexpr int kSettleStepsMax = 400'000;  // far more than any run takes
constexpr int64_t kSettleMsMax =
    20 * 60'000;  // the longest definition takes some three minutes with all its retries

constexpr int64_t kLong = int64_t{36'500} * 86'400'000;  // ms; longer than any run lasts
constexpr int kPassesMax = 20;

constexpr unsigned kStoreWeight = 10;
constexpr unsigned kSlowStoreWeight = 1;
constexpr unsigned kClientWeight = 4;
constexpr unsigned kWorkerWeight = 6;
constexpr unsigned kClockWeight = 4;

std::string Name(const Choice& choice) {
  switch (choice.act) {
    case Act::kTurn:
    case Act::kDeliver:
    case Act::kRead:
    case Act::kNotice:
      return fmt::format("p{}", choice.index);
    case Act::kSend:
      return "engine";
    case Act::kStore:
      return "store";
    case Act::kClient:
      return "client";
    case Act::kWorker:
      return fmt::format("w{}", choice.index);
    case Act::kClock:
      return "clock";
    case Act::kTidy:
      return "housekeeping";
    case Act::kFault:
      return "fault";
  }
  return "";
}

std::string_view Verb(Act act) {
  switch (act) {
    case Act::kTurn:
      return "turn";
    case Act::kDeliver:
      return "gets";
    case Act::kRead:
      return "reads";
    case Act::kNotice:
      return "hears";
    case Act::kSend:
      return "sends";
    case Act::kStore:
    case Act::kClient:
    case Act::kWorker:
    case Act::kClock:
    case Act::kTidy:
    case Act::kFault:
      return "does";
  }
  return "";
}

}  // namespace

Run::Run(const Options& options)
    : options_(options),
      random_(options.seed),
      trace_(options.shown),
      sabotage_(options.plant, &random_),
      partitions_(3 + static_cast<uint32_t>(random_.Below(3))),
      retention_ms_(random_.Chance(40) ? random_.Between(2'000, 40'000) : kLong),
      store_(SimStore::Make(options.store)),
      auditor_(&checks_),
      worker_world_{.random = &random_,
                    .auditor = &auditor_,
                    .checks = &checks_,
                    .slots = 1 + static_cast<uint32_t>(random_.Below(4))},
      client_(&random_, store_.get(), &auditor_, &checks_, &worker_world_.task_tokens, partitions_,
              [this](asl::Millis ended) { return wall_max_ - ended >= retention_ms_; }) {
  store_->set_early_notices(options.plant == Plant::kEarlyRelease);
  store_->set_lose_synced(options.plant == Plant::kLostSync);
  const std::vector<std::string>& queues = Queues();
  workers_.emplace_back(&worker_world_, 0, queues);
  workers_.emplace_back(&worker_world_, 1, std::vector<std::string>{queues[0], queues[2]});
  workers_.emplace_back(&worker_world_, 2, std::vector<std::string>{queues[1], queues[3]});
  BeginProcess();
}

void Run::BeginProcess() {
  process_ = std::make_unique<Process>(Surroundings{.store = store_.get(),
                                                    .random = &random_,
                                                    .auditor = &auditor_,
                                                    .checks = &checks_,
                                                    .sabotage = &sabotage_,
                                                    .partitions = partitions_,
                                                    .slots = worker_world_.slots,
                                                    .wall = &wall_,
                                                    .faults = &faults_,
                                                    .retention_ms = retention_ms_});
  process_->Start();
  housekeeper_ = std::make_unique<Housekeeper>(process_.get(), store_.get(), &checks_, partitions_,
                                               retention_ms_, [this] { return Settle(); });
}

bool Run::Execute() {
  const Moment while_running =
      options_.store == StoreMode::kMemory ? Moment::kStopped : Moment::kRunning;
  for (int step = 1; step <= options_.steps && !checks_.failed(); ++step) {
    Step();
    if (step % kRowCheckEvery == 0)
      CheckRows(store_->store(), partitions_, auditor_, while_running, &checks_);
  }
  if (!checks_.failed()) Finish();
  return !checks_.failed();
}

void Run::AddWorkers(Choices* choices) const {
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].CanAct(faults_)) choices->push_back({Act::kWorker, i, kWorkerWeight});
  }
}

void Run::Step() {
  Choices choices;
  process_->List(&choices);
  if (store_->CanMove())
    choices.push_back({Act::kStore, 0, slow_disk_ ? kSlowStoreWeight : kStoreWeight});
  AddWorkers(&choices);
  choices.push_back({Act::kClient, 0, kClientWeight});
  choices.push_back({Act::kClock, 0, kClockWeight});
  choices.push_back({Act::kTidy, 0, 1});
  choices.push_back({Act::kFault, 0, 1});
  size_t sum = 0;
  for (const Choice& choice : choices) sum += choice.weight;
  size_t draw = random_.Below(sum);
  for (const Choice& choice : choices) {
    if (draw < choice.weight) return Do(choice);
    draw -= choice.weight;
  }
}

void Run::Do(const Choice& choice) {
  std::string what;
  switch (choice.act) {
    case Act::kTurn:
    case Act::kDeliver:
    case Act::kRead:
    case Act::kNotice:
    case Act::kSend:
      what = process_->Do(choice);
      break;
    case Act::kStore:
      what = store_->Move(random_);
      break;
    case Act::kClient:
      what = client_.Act(process_.get());
      break;
    case Act::kWorker:
      what = workers_[choice.index].Act(&process_->pool(), faults_);
      break;
    case Act::kClock:
      what = MoveClock();
      break;
    case Act::kTidy:
      what = housekeeper_->Pass() ? "passes and is busy" : "passes";
      break;
    case Act::kFault:
      what = Break();
      break;
  }
  trace_.Add(wall_, Name(choice), Verb(choice.act), std::move(what));
}

std::string Run::MoveClock() {
  int64_t ms = random_.Between(1, 60);
  const int64_t to_wake = process_->NextWake() - wall_;
  if (random_.Chance(15)) ms = random_.Between(100, 4'000);
  if (random_.Chance(15) && to_wake > 0 && to_wake < 120'000) ms = to_wake;
  wall_ = wall_ + ms;
  wall_max_ = std::max(wall_max_, wall_);
  return fmt::format("+{} ms", ms);
}

std::string Run::Break() {
  const size_t draw = random_.Below(100);
  if (draw < 25) return Crash();
  SimWorker& worker = workers_[random_.Below(workers_.size())];
  if (draw < 55) {
    worker.HangUp();
    return "a worker's connection breaks";
  }
  if (draw < 65) {
    worker.Die();
    return "a worker dies";
  }
  if (draw < 80) {
    slow_disk_ = !slow_disk_;
    return slow_disk_ ? "the disk becomes slow" : "the disk recovers";
  }
  if (draw < 90) {
    const int64_t ms = random_.Between(-20'000, 20'000);
    wall_ = wall_ + ms;
    wall_max_ = std::max(wall_max_, wall_);
    return fmt::format("the wall clock jumps {} ms", ms);
  }
  return "spares everybody";
}

std::string Run::Crash() {
  ++crashes_;
  messages_ += process_->messages();
  turns_ += process_->turns();
  housekeeper_.reset();
  process_.reset();
  client_.OnEngineCrashed();
  for (SimWorker& worker : workers_) worker.OnEngineCrashed();
  std::string what = "the engine crashes: " + store_->Crash(random_);
  auditor_.OnCrash(
      [this](engine::PartitionId partition) { return *store_->store().AppliedNumber(partition); });
  CheckRows(store_->store(), partitions_, auditor_, Moment::kStopped, &checks_);
  client_.LookAtAll();
  BeginProcess();
  return what;
}

bool Run::Settle() {
  Choices choices;
  process_->List(&choices);
  if (store_->CanMove()) choices.push_back({Act::kStore, 0, kStoreWeight});
  AddWorkers(&choices);
  if (choices.empty()) return false;
  Do(choices[random_.Below(choices.size())]);
  return true;
}

// Faults cease, workers do what they should, and time goes on only when nothing else can happen:
// then every execution must end, and nothing may be left of it but its history.
void Run::Finish() {
  faults_ = false;
  slow_disk_ = false;
  wall_ = wall_max_;
  const asl::Millis begin = wall_;
  for (int step = 0; step < kSettleStepsMax && !checks_.failed(); ++step) {
    if (Settle()) continue;
    const asl::Millis wake = process_->NextWake();
    if (auditor_.open() == 0) break;
    if (wake == asl::kNever || wake - begin > kSettleMsMax) {
      return checks_.Fail(
          "once faults cease everything ends",
          fmt::format("{} open after {} ms: {}", auditor_.open(), wall_ - begin, DescribeOpen()));
    }
    wall_ = std::max(wall_, wake);
    wall_max_ = wall_;
    trace_.Add(wall_, "clock", "does", "goes on");
  }
  if (checks_.failed()) return;
  if (auditor_.open() > 0)
    return checks_.Fail("once faults cease everything ends", "steps without end");
  CheckRows(store_->store(), partitions_, auditor_, Moment::kFinished, &checks_);
  process_->CheckSlotsReturned();
  client_.LookAtAll();
  client_.CheckProbes();
  if (retention_ms_ < kLong && !checks_.failed()) Retire();
}

// Everything has ended; so when its time is over nothing of it may be left.
void Run::Retire() {
  wall_ = wall_ + retention_ms_ + 1;
  wall_max_ = wall_;
  while (!checks_.failed() && Settle()) {
  }
  for (int pass = 0; pass < kPassesMax && housekeeper_->Pass(); ++pass) {
    while (!checks_.failed() && Settle()) {
    }
  }
  while (!checks_.failed() && Settle()) {
  }
  if (checks_.failed()) return;
  CheckRows(store_->store(), partitions_, auditor_, Moment::kFinished, &checks_);
  CheckRetired(store_->store(), &checks_);
  client_.LookAtAll();
}

// The first open execution, for the failure's text.
std::string Run::DescribeOpen() const {
  for (const auto& [execution, facts] : auditor_.executions()) {
    if (facts.ended != 0 || facts.events.empty()) continue;
    const asl::HistoryEvent& last = facts.events.back();
    return fmt::format("p{} {:016x} {} stands at event {} {} {}", PartitionOf(execution),
                       ToInt(execution), facts.definition->machine, asl::ToInt(last.id),
                       asl::EventTypeName(last.type), last.name);
  }
  return "an execution without history";
}

Run::Totals Run::totals() const {
  Totals totals{.steps = trace_.steps(),
                .turns = turns_ + process_->turns(),
                .crashes = crashes_,
                .messages = messages_ + process_->messages(),
                .executions = auditor_.executions().size(),
                .tasks = worker_world_.executed};
  for (const auto& [execution, facts] : auditor_.executions()) totals.events += facts.events.size();
  return totals;
}

}  // namespace sim
