// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/event_cost.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "asld/v1/workers.pb.h"
#include "asld/v1/workflows.grpc.pb.h"
#include "tools/bench/clock.h"
#include "tools/bench/definitions.h"
#include "tools/bench/worker_stream.h"

namespace bench {
namespace {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

constexpr char kMachine[] = "bench-loop";
constexpr char kGoOn[] = R"({"done":false})";
constexpr char kDone[] = R"({"done":true})";
constexpr std::chrono::seconds kRunMax{
    300};  // one stretch of rounds; a stuck engine is an error, not a hang

// Answers every Task until each execution of a cohort has had so many rounds, and holds those that
// have.
class Cohorts {
 public:
  explicit Cohorts(const std::shared_ptr<grpc::Channel>& channel, int slots)
      : stub_(asld::v1::Workflows::NewStub(channel)),
        worker_(channel, kFunction, static_cast<uint32_t>(slots),
                [this](const EngineMessage& message, WorkerMessage* answers) {
                  std::lock_guard<std::mutex> lock(mutex_);
                  for (const asld::v1::Task& task : message.tasks()) OnTask(task, answers);
                }) {}

  // Starts a cohort; its first Tasks are held.
  absl::Status Start(const std::string& cohort, int size) {
    asld::v1::StartExecutionsRequest request;
    for (int i = 0; i < size; ++i) {
      auto* start = request.add_executions();
      start->set_state_machine(kMachine);
      start->set_name(fmt::format("{}-{}", cohort, i));
      start->set_input("{}");
    }
    grpc::ClientContext context;
    asld::v1::StartExecutionsResponse response;
    const grpc::Status status = stub_->StartExecutions(&context, request, &response);
    if (!status.ok()) return absl::UnavailableError("StartExecutions: " + status.error_message());
    for (const asld::v1::StartOutcome& outcome : response.outcomes()) {
      if (!outcome.has_started())
        return absl::InternalError("StartExecutions: " + outcome.message());
    }
    return Wait(cohort, size);
  }

  // Lets every execution of the cohort run `rounds` more rounds, and returns when all are held
  // again.
  absl::Status Run(const std::string& cohort, int rounds) {
    return Release(cohort, rounds, kGoOn, 0);
  }

  // Ends the cohort's executions.
  absl::Status End(const std::string& cohort) { return Release(cohort, 1, kDone, -1); }

  absl::Status Close() { return worker_.Close(); }

 private:
  struct Execution {
    int rounds_left = 0;
    std::string held;  // token of the Task that waits for its answer
  };
  using Cohort = std::map<std::string, Execution>;

  // REQUIRES: mutex_.
  void OnTask(const asld::v1::Task& task, WorkerMessage* answers) {
    const std::string& arn = task.execution_arn();
    const std::string name = arn.substr(arn.rfind(':') + 1);
    Cohort& cohort = cohorts_[name.substr(0, name.rfind('-'))];
    Execution& execution = cohort[name];
    if (execution.rounds_left > 0) {
      --execution.rounds_left;
      Answer(task.token(), kGoOn, answers);
      return;
    }
    execution.held = task.token();
    ++held_;
    changed_.notify_one();
  }

  static void Answer(const std::string& token, const char* result, WorkerMessage* answers) {
    asld::v1::Answer* answer = answers->add_answers();
    answer->set_token(token);
    answer->mutable_success()->set_output(result);
  }

  // `held_after`: 0 to wait until all are held again, -1 when they will not come back.
  absl::Status Release(const std::string& cohort, int rounds, const char* result, int held_after) {
    int size = 0;
    worker_.Post([&](WorkerMessage* answers) {
      std::lock_guard<std::mutex> lock(mutex_);
      for (auto& [name, execution] : cohorts_[cohort]) {
        execution.rounds_left = rounds - 1;
        Answer(execution.held, result, answers);
        ++size;
      }
      held_ = 0;
    });
    return held_after < 0 ? absl::OkStatus() : Wait(cohort, size);
  }

  absl::Status Wait(const std::string& cohort, int size) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (changed_.wait_for(lock, kRunMax, [&] { return held_ == size; })) {
      held_ = 0;
      return absl::OkStatus();
    }
    return absl::DeadlineExceededError(
        fmt::format("only {} of {} executions of cohort {} came back", held_, size, cohort));
  }

  std::unique_ptr<asld::v1::Workflows::Stub> stub_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Cohort> cohorts_;  // under mutex_
  int held_ = 0;                           // under mutex_: of the cohort that runs
  WorkerStream worker_;                    // last: its threads call OnTask
};

// One transition per round: the answer takes the execution from one Task to the next.
absl::Status Window(Cohorts& cohorts, const std::string& cohort, const EventCostOptions& options,
                    std::vector<double>& us) {
  const auto before = CpuMicrosOf(options.engine);
  if (!before.ok()) return before.status();
  if (absl::Status s = cohorts.Run(cohort, options.window_rounds); !s.ok()) return s;
  const auto after = CpuMicrosOf(options.engine);
  if (!after.ok()) return after.status();
  us.push_back((*after - *before) / (options.window_rounds * options.cohort));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EventCostReport> MeasureEventCost(const std::shared_ptr<grpc::Channel>& channel,
                                                 const EventCostOptions& options) {
  if (absl::Status s = CreateStateMachine(channel, kMachine, LoopDefinition()); !s.ok()) return s;
  Cohorts cohorts(channel, 2 * options.cohort);
  EventCostReport report;
  if (absl::Status s = cohorts.Start("old", options.cohort); !s.ok()) return s;
  if (absl::Status s = cohorts.Run("old", options.late_event / kLoopEvents); !s.ok()) return s;
  for (int i = 0; i < options.windows; ++i) {
    const std::string fresh = fmt::format("fresh{}", i);
    if (absl::Status s = cohorts.Start(fresh, options.cohort); !s.ok()) return s;
    if (absl::Status s = cohorts.Run(fresh, options.early_event / kLoopEvents); !s.ok()) return s;
    if (absl::Status s = Window(cohorts, fresh, options, report.early_us); !s.ok()) return s;
    if (absl::Status s = cohorts.End(fresh); !s.ok()) return s;
    if (absl::Status s = Window(cohorts, "old", options, report.late_us); !s.ok()) return s;
  }
  if (absl::Status s = cohorts.End("old"); !s.ok()) return s;
  if (absl::Status s = cohorts.Close(); !s.ok()) return s;
  return report;
}

}  // namespace bench
