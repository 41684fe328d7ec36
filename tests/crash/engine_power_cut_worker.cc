// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/engine_power_cut_worker.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

namespace crash {
namespace {

// Enough for what is kept back over all lives of a store.
constexpr uint32_t kSlots = 2'000;
constexpr uint64_t kKeptOneOf = 10;

}  // namespace

struct PowerCutWorker::Link : workers::Session {
  explicit Link(PowerCutWorker* w) : worker(w) {}
  void Send(workers::Outgoing outgoing) override { worker->Receive(std::move(outgoing)); }
  void Drained() override {}
  void Close(std::string_view) override {}

  PowerCutWorker* const worker;
};

PowerCutWorker::PowerCutWorker(std::string name, Fate fate, uint64_t seed, Outside* outside)
    : name_(std::move(name)), fate_(fate), outside_(outside), random_(seed) {}

PowerCutWorker::~PowerCutWorker() { Leave(); }

void PowerCutWorker::Connect(workers::Pool& pool, bool prompt) {
  std::vector<workers::Held> held;
  std::string instance = name_;
  {
    std::lock_guard lock(mutex_);
    leaving_ = false;
    to_do_.clear();
    ++lives_;
    if (fate_ == Fate::kDies) {
      jobs_.clear();
      instance = fmt::format("{}-{}", name_, lives_);
    }
    for (const auto& [token, job] : jobs_) {
      held.push_back({.token = token, .finished = job.result});
      if (!job.result) to_do_.push_back(token);
    }
  }
  workers::WorkerInfo info{.instance = instance, .worker_name = name_, .slots = kSlots};
  for (const char* queue : kWorkQueues) info.queues.push_back(queue);
  std::string error;
  const auto session = pool.Connect(info, std::move(held), std::make_shared<Link>(this), &error);
  assert(session.has_value());
  thread_ = std::thread([this, &pool, id = *session, prompt] { Work(pool, id, prompt); });
}

void PowerCutWorker::Leave() {
  {
    std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// On a thread of the engine, also after Leave: what it sent then lies in the receiver's buffers.
void PowerCutWorker::Receive(workers::Outgoing outgoing) {
  std::lock_guard lock(mutex_);
  for (const workers::TaskRequest& task : outgoing.tasks) {
    outside_->OnHandedOut(task);
    jobs_[task.token] = {.queue = task.queue, .attempt = task.attempt};
    to_do_.push_back(task.token);
  }
  for (const workers::Acknowledgement& ack : outgoing.acknowledgements) {
    const auto job = jobs_.find(ack.token);
    if (job == jobs_.end()) continue;
    if (ack.outcome == workers::AckOutcome::kAccepted) {
      outside_->OnAccepted(ack.token, job->second.mark);
    } else if (ack.outcome == workers::AckOutcome::kRefused) {
      outside_->Contradict(fmt::format("a result was refused: {}", ack.message));
    }
    jobs_.erase(job);
  }
  // One that is finished is kept until its result is acknowledged.
  for (const std::string& token : outgoing.withdrawn) {
    const auto job = jobs_.find(token);
    if (job != jobs_.end() && !job->second.result) jobs_.erase(job);
  }
  wake_.notify_one();
}

void PowerCutWorker::Finish(const std::string& token, Job& job) {
  job.mark = fmt::format("{}-{}.", name_, ++results_);
  job.result = {.token = token, .kind = workers::AnswerKind::kSuccess};
  if (job.queue == "flaky" && job.attempt == 1) {
    job.result->kind = workers::AnswerKind::kFailure;
    job.result->error = "Flaky";
    job.result->cause = job.mark;
  } else {
    job.result->output = std::make_shared<const std::string>(
        fmt::format(R"({{"mark":"{}","note":"{}"}})", job.mark, std::string(random_() % 500, 'n')));
  }
}

void PowerCutWorker::Work(workers::Pool& pool, workers::SessionId session, bool prompt) {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return leaving_ || !to_do_.empty(); });
    if (leaving_) return;
    std::vector<workers::Answer> answers;
    for (const std::string& token : std::exchange(to_do_, {})) {
      const auto job = jobs_.find(token);
      if (job == jobs_.end()) continue;
      answers.push_back({.token = token});
      if (!prompt && random_() % kKeptOneOf == 0) continue;
      Finish(token, job->second);
      answers.push_back(*job->second.result);
    }
    lock.unlock();
    pool.OnAnswers(session, std::move(answers));
    lock.lock();
  }
}

}  // namespace crash
