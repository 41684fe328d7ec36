// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/fill.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "asld/v1/workers.pb.h"
#include "asld/v1/workflows.grpc.pb.h"
#include "tools/bench/clock.h"
#include "tools/bench/definitions.h"
#include "tools/bench/worker_stream.h"

namespace bench {
namespace {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

constexpr char kHoldFunction[] = "bench-hold";
constexpr uint64_t kBatch = 250;            // executions per call
constexpr int kCallers = 8;                 // calls under way
constexpr uint64_t kWorkerSlots = 100'000;  // the engine's limit per worker
constexpr std::chrono::seconds kQuietMax{60};
constexpr absl::Duration kAsleep = absl::Hours(30 * 24);

std::string InputOf(const FillOptions& options, uint64_t i) {
  const absl::Time until =
      options.wake_at == 0
          ? absl::Now() + kAsleep
          : absl::FromUnixMillis(static_cast<int64_t>(
                1000 * (options.wake_at + static_cast<double>(i) / options.wakes_per_second)));
  return fmt::format(R"({{"until":"{}","order":"{:0>12}"}})",
                     absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", until, absl::UTCTimeZone()), i);
}

absl::Status StartBatch(asld::v1::Workflows::Stub& stub, const FillOptions& options, uint64_t begin,
                        uint64_t end) {
  asld::v1::StartExecutionsRequest request;
  for (uint64_t i = begin; i < end; ++i) {
    auto* start = request.add_executions();
    start->set_state_machine(options.state_machine);
    start->set_name(fmt::format("{}-{}", options.state_machine, options.first + i));
    start->set_input(InputOf(options, i));
  }
  grpc::ClientContext context;
  asld::v1::StartExecutionsResponse response;
  const grpc::Status status = stub.StartExecutions(&context, request, &response);
  if (!status.ok()) return absl::UnavailableError("StartExecutions: " + status.error_message());
  for (const asld::v1::StartOutcome& outcome : response.outcomes()) {
    if (!outcome.has_started()) {
      return absl::InternalError("StartExecutions: " + outcome.message());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<double> StartAll(const std::shared_ptr<grpc::Channel>& channel,
                                const FillOptions& options) {
  const Clock::time_point begin = Now();
  std::atomic<uint64_t> next{0};
  std::vector<absl::Status> results(kCallers);
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        const auto stub = asld::v1::Workflows::NewStub(channel);
        while (results[caller].ok()) {
          const uint64_t from = next.fetch_add(kBatch);
          if (from >= options.count) return;
          results[caller] =
              StartBatch(*stub, options, from, std::min(options.count, from + kBatch));
        }
      });
    }
  }
  for (absl::Status& result : results) {
    if (!result.ok()) return result;
  }
  return static_cast<double>(MicrosBetween(begin, Now())) / 1e6;
}

// Counts what happens on workers' threads, and is waited for.
class Count {
 public:
  void Add(uint64_t n) {
    std::lock_guard lock(mutex_);
    count_ += n;
    changed_.notify_one();
  }
  // False when nothing has come for kQuietMax.
  bool WaitFor(uint64_t all) {
    std::unique_lock lock(mutex_);
    while (count_ < all) {
      const uint64_t before = count_;
      if (!changed_.wait_for(lock, kQuietMax, [&] { return count_ > before; })) return false;
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t count_ = 0;
};

}  // namespace

absl::StatusOr<double> FillSleepers(const std::shared_ptr<grpc::Channel>& channel,
                                    const FillOptions& options) {
  if (absl::Status s = CreateStateMachine(channel, options.state_machine, SleepDefinition());
      !s.ok()) {
    return s;
  }
  return StartAll(channel, options);
}

absl::Status FillSent(const std::shared_ptr<grpc::Channel>& channel, const FillOptions& options,
                      const std::function<void(double seconds)>& when_all_sent) {
  if (absl::Status s =
          CreateStateMachine(channel, options.state_machine, TaskDefinition(kHoldFunction));
      !s.ok()) {
    return s;
  }
  Count received;
  std::vector<std::unique_ptr<WorkerStream>> workers;
  for (uint64_t slots = 0; slots < options.count; slots += kWorkerSlots) {
    workers.push_back(
        std::make_unique<WorkerStream>(channel, kHoldFunction, static_cast<uint32_t>(kWorkerSlots),
                                       [&received](const EngineMessage& message, WorkerMessage*) {
                                         received.Add(static_cast<uint64_t>(message.tasks_size()));
                                       }));
  }
  const absl::StatusOr<double> seconds = StartAll(channel, options);
  if (!seconds.ok()) return seconds.status();
  if (!received.WaitFor(options.count)) {
    return absl::DeadlineExceededError("the workers did not receive every task");
  }
  when_all_sent(*seconds);
  return absl::OkStatus();
}

absl::StatusOr<double> FillLong(const std::shared_ptr<grpc::Channel>& channel,
                                const FillOptions& options, int events, size_t result_bytes) {
  if (absl::Status s =
          CreateStateMachine(channel, options.state_machine, LoopThenSleepDefinition());
      !s.ok()) {
    return s;
  }
  const int rounds = (events + kLoopEvents - 1) / kLoopEvents;
  const std::string padding(result_bytes - std::min<size_t>(result_bytes, 32), 'x');
  // Every result differs: a payload that repeats the one before it is stored once.
  const auto result = [&](int round) {
    return fmt::format(R"({{"done":{},"n":{:>5},"p":"{}"}})", round == rounds, round, padding);
  };
  Count accepted;
  std::map<std::string, int> run;  // rounds by execution; the worker's thread
  WorkerStream worker(channel, kFunction, static_cast<uint32_t>(options.count),
                      [&](const EngineMessage& message, WorkerMessage* answers) {
                        for (const asld::v1::Task& task : message.tasks()) {
                          const int round = ++run[task.execution_arn()];
                          asld::v1::Answer* answer = answers->add_answers();
                          answer->set_token(task.token());
                          answer->mutable_success()->set_output(result(round));
                        }
                        for (const asld::v1::Acknowledgement& ack : message.acknowledgements()) {
                          accepted.Add(ack.outcome() == asld::v1::Acknowledgement::ACCEPTED);
                        }
                      });
  absl::StatusOr<double> seconds = StartAll(channel, options);
  if (!seconds.ok()) return seconds;
  if (!accepted.WaitFor(options.count * static_cast<uint64_t>(rounds))) {
    return absl::DeadlineExceededError("the long executions did not come to their sleep");
  }
  if (absl::Status s = worker.Close(); !s.ok()) return s;
  return seconds;
}

}  // namespace bench
