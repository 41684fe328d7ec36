// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>

#include "asld/v1/workers.pb.h"
#include "tools/bench/clock.h"
#include "tools/bench/starter.h"
#include "tools/bench/worker_stream.h"

namespace bench {
namespace {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

constexpr std::chrono::seconds kDrainMax{30};  // for the executions that are open at the end

// n of an execution ARN that ends in "b-<n>".
size_t ExecutionNumber(const std::string& arn) {
  size_t number = 0;
  const size_t digits = arn.rfind('-') + 1;
  std::from_chars(arn.data() + digits, arn.data() + arn.size(), number);
  return number;
}

class Chain {
 public:
  Chain(const std::shared_ptr<grpc::Channel>& channel, const ChainOptions& options)
      : options_(options),
        starter_(channel, options.state_machine, options.input),
        worker_(channel, options.function, static_cast<uint32_t>(options.open) + 1,
                [this](const EngineMessage& message, WorkerMessage* answers) {
                  OnMessage(message, answers);
                }) {}

  absl::StatusOr<ChainReport> Run() {
    ChainReport report;
    const double cpu = CpuMicros();
    const Clock::time_point begin = Now();
    for (int i = 0; i < options_.open; ++i) StartOne();
    const auto time_max = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(options_.seconds));
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_until(lock, begin + time_max, [this] { return all_started_; });
      report.steps = steps_;
    }
    report.seconds = static_cast<double>(MicrosBetween(begin, Now())) / 1e6;
    report.client_cpu_us = CpuMicros() - cpu;
    absl::Status drained = Drain();
    if (absl::Status s = starter_.Stop(); !s.ok()) return s;
    if (absl::Status s = worker_.Close(); !s.ok()) return s;
    if (!drained.ok()) return drained;
    report.executions = starter_.asked();
    report.arn_prefix = starter_.arn_prefix();
    report.step_p50_us = Percentile(step_us_, 0.5);
    report.step_p99_us = Percentile(step_us_, 0.99);
    report.start_p50_us = Percentile(starter_.latencies_us(), 0.5);
    report.start_p99_us = Percentile(starter_.latencies_us(), 0.99);
    return report;
  }

 private:
  // False when no more are wanted.
  bool StartOne() {
    if (options_.executions != 0 && starter_.asked() >= options_.executions) return false;
    starter_.Start();
    return true;
  }

  void OnMessage(const EngineMessage& message, WorkerMessage* answers) {
    const Clock::time_point now = Now();
    int ended = 0;
    bool stopping = false;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      for (const asld::v1::Task& task : message.tasks())
        ended += OnTask(task, now, answers) ? 1 : 0;
      for (const asld::v1::Acknowledgement& ack : message.acknowledgements()) {
        ++acknowledged_;
        if (ack.outcome() != asld::v1::Acknowledgement::ACCEPTED && refusal_.empty()) {
          refusal_ = fmt::format("an answer was not accepted: {} {}",
                                 static_cast<int>(ack.outcome()), ack.message());
        }
      }
      stopping = stopping_;
    }
    if (!stopping) {
      while (ended > 0 && StartOne()) --ended;
    }
    if (ended == 0 && !stopping) return;
    std::lock_guard<std::mutex> lock(mutex_);
    if (ended > 0) all_started_ = true;
    changed_.notify_one();
  }

  // True for the last task of an execution.
  bool OnTask(const asld::v1::Task& task, Clock::time_point now, WorkerMessage* answers) {
    asld::v1::Answer* answer = answers->add_answers();
    answer->set_token(task.token());
    answer->mutable_success()->set_output(options_.result);
    ++steps_;
    const size_t execution = ExecutionNumber(task.execution_arn());
    if (execution >= arrived_.size()) arrived_.resize(execution + 1024);
    const int step = task.state_name().back() - '0';
    Clock::time_point& last = arrived_[execution];
    if (step > 0) step_us_.push_back(MicrosBetween(last, now));
    last = now;
    if (step + 1 < options_.steps) return false;
    ++ended_;
    return true;
  }

  absl::Status Drain() {
    std::unique_lock<std::mutex> lock(mutex_);
    stopping_ = true;
    const bool drained = changed_.wait_for(
        lock, kDrainMax, [this] { return ended_ == starter_.asked() && acknowledged_ == steps_; });
    if (!refusal_.empty()) return absl::InternalError(refusal_);
    if (drained) return absl::OkStatus();
    return absl::DeadlineExceededError(
        fmt::format("{} executions were started and the last task of {} came; {} of {} answers are "
                    "acknowledged",
                    starter_.asked(), ended_, acknowledged_, steps_));
  }

  const ChainOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t steps_ = 0;  // under mutex_, as the rest
  uint64_t ended_ = 0;  // executions whose last task came
  uint64_t acknowledged_ = 0;
  bool all_started_ = false;  // options_.executions were asked for
  bool stopping_ = false;
  std::string refusal_;
  std::vector<Clock::time_point> arrived_;  // by execution: when its newest task came
  std::vector<float> step_us_;
  Starter starter_;
  WorkerStream worker_;  // last: its threads call OnMessage
};

}  // namespace

absl::StatusOr<ChainReport> RunChain(const std::shared_ptr<grpc::Channel>& channel,
                                     const ChainOptions& options) {
  return Chain(channel, options).Run();
}

float Percentile(std::vector<float>& values, double p) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<size_t>(p * static_cast<double>(values.size())))];
}

}  // namespace bench
