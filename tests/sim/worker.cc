// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/worker.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace sim {
namespace {

constexpr size_t kOldTokensMax = 20;

}  // namespace

// The transport between both: what the engine sends lies here until the worker looks.
struct SimWorker::Link : workers::Session {
  void Send(workers::Outgoing outgoing) override { to_worker.push_back(std::move(outgoing)); }
  void Drained() override {}
  void Close(std::string_view) override { closed = true; }

  std::deque<workers::Outgoing> to_worker;
  bool closed = false;
};

SimWorker::SimWorker(WorkerWorld* world, size_t number, std::vector<std::string> queues)
    : w_(world),
      number_(number),
      queues_(std::move(queues)),
      instance_(fmt::format("w{}-1", number)) {}

bool SimWorker::HasWork(const Job& job, bool faults) const {
  return faults || !job.told || !job.result || !job.sent;
}

bool SimWorker::CanAct(bool faults) const {
  if (link_ == nullptr || !hung_up_.empty()) return true;
  if (!link_->to_worker.empty() || link_->closed || !to_engine_.empty()) return true;
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [&](const auto& entry) { return HasWork(entry.second, faults); });
}

std::string SimWorker::Act(workers::Pool* pool, bool faults) {
  if (!hung_up_.empty() && (!faults || w_->random->Chance(30))) {
    pool->Disconnect(hung_up_.back());
    hung_up_.pop_back();
    return "the engine notices a hang-up";
  }
  if (link_ == nullptr) {
    // Late now and then, so that a lease runs out.
    if (faults && !w_->random->Chance(15)) return "stays away";
    return Connect(pool);
  }
  if (link_->closed) {
    HangUp();
    return "was closed";
  }
  const size_t draw = w_->random->Below(4);
  if (draw == 0 && !link_->to_worker.empty()) return Receive();
  if (draw == 1 && !to_engine_.empty()) return Deliver(pool);
  if (draw == 2 && faults && w_->random->Chance(10)) return Misbehave();
  const bool work = std::any_of(jobs_.begin(), jobs_.end(),
                                [&](const auto& j) { return HasWork(j.second, faults); });
  if (work && draw >= 2) return Work(faults);
  if (!link_->to_worker.empty()) return Receive();
  if (!to_engine_.empty()) return Deliver(pool);
  return work ? Work(faults) : "idles";
}

std::string SimWorker::Connect(workers::Pool* pool) {
  std::vector<workers::Held> held;
  for (auto& [token, job] : jobs_) {
    // Results that do not fit into the greeting follow as ordinary answers, and their tasks are
    // listed as running.
    const bool listed = job.result && w_->random->Chance(80);
    held.push_back({.token = token, .finished = listed ? job.result : std::nullopt});
    if (listed) Tell(*job.result);
    job.sent = listed;
    job.told = true;
  }
  link_ = std::make_shared<Link>();
  to_engine_.clear();
  std::string error;
  const size_t count = held.size();
  const auto session = pool->Connect(
      {.instance = instance_, .worker_name = instance_, .queues = queues_, .slots = w_->slots},
      std::move(held), link_, &error);
  if (!session) {
    w_->checks->Fail("a well-behaved worker may connect", error);
    return "refused";
  }
  session_ = *session;
  return fmt::format("connects as {} holding {}", instance_, count);
}

void SimWorker::HangUp() {
  if (link_ == nullptr) return;
  hung_up_.push_back(session_);
  link_.reset();
  to_engine_.clear();
}

void SimWorker::Die() {
  HangUp();
  jobs_.clear();
  instance_ = fmt::format("w{}-{}", number_, ++generation_);
}

void SimWorker::OnEngineCrashed() {
  link_.reset();
  hung_up_.clear();
  to_engine_.clear();
}

void SimWorker::Take(const workers::TaskRequest& request) {
  if (!w_->received.insert(request.token).second) {
    w_->checks->Fail("a token is received once", fmt::format("{} {} by {}", request.state_name,
                                                             request.idempotency_key, instance_));
  }
  if (std::find(queues_.begin(), queues_.end(), request.queue) == queues_.end()) {
    w_->checks->Fail("a worker gets tasks of its own queues", request.queue);
  }
  ++w_->executed;
  HandOn(request);
  jobs_.emplace(request.token, Job{.queue = request.queue, .heartbeat_s = request.heartbeat_s});
  old_tokens_.push_back(request.token);
  if (old_tokens_.size() > kOldTokensMax) old_tokens_.pop_front();
}

void SimWorker::HandOn(const workers::TaskRequest& request) {
  constexpr std::string_view kMember = R"("token":")";
  const std::string_view text =
      std::string_view(*request.text).substr(request.offset, request.length);
  const size_t at = text.find(kMember);
  if (at == std::string_view::npos) return;
  const std::string_view rest = text.substr(at + kMember.size());
  if (auto token = engine::TokenFromText(rest.substr(0, rest.find('"')))) {
    w_->task_tokens.push_back(*std::move(token));
  } else {
    w_->checks->Fail("a task token can be read", std::string(text));
  }
}

void SimWorker::Acknowledged(const workers::Acknowledgement& acknowledgement) {
  auto job = jobs_.find(acknowledgement.token);
  if (job == jobs_.end()) return;
  if (acknowledgement.outcome == workers::AckOutcome::kAccepted && !job->second.result) {
    w_->checks->Fail("only results are acknowledged as accepted", job->second.queue);
  }
  jobs_.erase(job);
}

std::string SimWorker::Receive() {
  workers::Outgoing outgoing = std::move(link_->to_worker.front());
  link_->to_worker.pop_front();
  for (const workers::TaskRequest& task : outgoing.tasks) Take(task);
  for (const workers::Acknowledgement& ack : outgoing.acknowledgements) Acknowledged(ack);
  for (const std::string& token : outgoing.withdrawn) {
    // A finished one is kept all the same: its result may be told already.
    auto job = jobs_.find(token);
    if (job != jobs_.end() && !job->second.result) jobs_.erase(job);
  }
  return fmt::format("gets {} tasks {} acks {} withdrawals", outgoing.tasks.size(),
                     outgoing.acknowledgements.size(), outgoing.withdrawn.size());
}

std::string SimWorker::Deliver(workers::Pool* pool) {
  std::vector<workers::Answer> answers;
  for (size_t count = 1 + w_->random->Below(3); count > 0 && !to_engine_.empty(); --count) {
    answers.push_back(std::move(to_engine_.front()));
    to_engine_.pop_front();
  }
  std::string what = fmt::format("{} answers arrive", answers.size());
  pool->OnAnswers(session_, std::move(answers));
  return what;
}

void SimWorker::Say(workers::Answer answer) {
  Tell(answer);
  to_engine_.push_back(std::move(answer));
}

void SimWorker::Tell(const workers::Answer& answer) {
  if (answer.kind == workers::AnswerKind::kSuccess)
    w_->auditor->OnResultSent(answer.token, *answer.output);
  if (answer.kind == workers::AnswerKind::kFailure)
    w_->auditor->OnResultSent(answer.token, *answer.error);
}

workers::Answer SimWorker::Finish(const std::string& token, bool faults) {
  workers::Answer answer{.token = token, .kind = workers::AnswerKind::kSuccess};
  if (faults && w_->random->Chance(25)) {
    answer.kind = workers::AnswerKind::kFailure;
    answer.error = w_->random->Chance(60) ? "Flaky" : "Broken";
    answer.cause = "as drawn";
  } else {
    answer.output = std::make_shared<const std::string>(
        fmt::format(R"({{"by":"{}","n":{},"items":[]}})", instance_, ++answers_));
  }
  return answer;
}

std::string SimWorker::Work(bool faults) {
  std::vector<std::pair<const std::string, Job>*> open;
  for (auto& entry : jobs_) {
    if (HasWork(entry.second, faults)) open.push_back(&entry);
  }
  auto& [token, job] = *open[w_->random->Below(open.size())];
  return WorkOn(token, job, faults);
}

std::string SimWorker::WorkOn(const std::string& token, Job& job, bool faults) {
  if (!job.told && (!faults || w_->random->Chance(80))) {
    job.told = true;
    Say({.token = token});
    return "received " + job.queue;
  }
  if (!job.result) {
    if (faults && w_->random->Chance(60)) {
      if (job.heartbeat_s == 0) return "is silent";
      Say({.token = token, .kind = workers::AnswerKind::kHeartbeat});
      return "heartbeat " + job.queue;
    }
    job.result = Finish(token, faults);
    if (faults && w_->random->Chance(30)) return "keeps a result of " + job.queue;
  }
  if (job.sent && !(faults && w_->random->Chance(10))) return "waits for an acknowledgement";
  job.sent = true;
  Say(*job.result);
  return "result of " + job.queue;
}

// Answers that no honest worker sends: each must be told off, and nothing may come of it.
std::string SimWorker::Misbehave() {
  if (old_tokens_.empty()) return "idles";
  const std::string& token = old_tokens_[w_->random->Below(old_tokens_.size())];
  if (jobs_.contains(token)) {
    Say({.token = token, .kind = workers::AnswerKind::kHeartbeat});
    return "heartbeat out of turn";
  }
  if (w_->random->Chance(50)) {
    std::string forged = token;
    forged.back() = static_cast<char>(forged.back() ^ 1);
    to_engine_.push_back({.token = std::move(forged),
                          .kind = workers::AnswerKind::kSuccess,
                          .output = std::make_shared<const std::string>("\"forged\"")});
    return "forges a token";
  }
  Say(Finish(token, true));
  return "answers again";
}

}  // namespace sim
