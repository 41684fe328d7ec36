// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/map_cost.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "asld/v1/workers.pb.h"
#include "asld/v1/workflows.grpc.pb.h"
#include "tools/bench/clock.h"
#include "tools/bench/worker_stream.h"

namespace bench {
namespace {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

constexpr int kCohort = 32;
constexpr int kSmallItems = 10;
constexpr int kSlots = 10'000;  // more than both cohorts have under way
// Seven events an iteration: begun and measured iterations stay below 25,000 events.
constexpr int kTaskItems = 10'000;
constexpr int kTasksBefore = 100;
constexpr int kTasksMeasured = 2'800;
// Four events an iteration; Maps of ten have four more each, and so 500 of them are 22,000.
constexpr int kPassItems = 6'000;
constexpr int kPassSmallMaps = 500;
constexpr std::chrono::seconds kRunMax{120};

std::string ItemsInput(int items) {
  std::string array;
  for (int i = 0; i < items; ++i) array += fmt::format("{}{}", i == 0 ? "" : ",", i);
  return fmt::format(R"({{"k":7,"items":[{}]}})", array);
}

// Answers the Tasks of each execution up to its allowance and holds the others.
class AllowedWorker {
 public:
  explicit AllowedWorker(const std::shared_ptr<grpc::Channel>& channel)
      : worker_(channel, kFunction, kSlots,
                [this](const EngineMessage& message, WorkerMessage* answers) {
                  std::lock_guard lock(mutex_);
                  for (const asld::v1::Task& task : message.tasks()) {
                    OnTask(executions_[task.execution_arn()], task.token(), answers);
                  }
                }) {}

  // Lets every execution run until `allowance` Tasks of it have been answered.
  absl::Status RunTo(int allowance) {
    worker_.Post([&](WorkerMessage* answers) {
      std::lock_guard lock(mutex_);
      allowance_ = allowance;
      there_ = 0;
      for (auto& [arn, execution] : executions_) {
        for (const std::string& token : std::exchange(execution.held, {})) {
          OnTask(execution, token, answers);
        }
      }
    });
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kRunMax, [this] { return there_ == kCohort; })) {
      return absl::OkStatus();
    }
    return absl::DeadlineExceededError(
        fmt::format("{} of {} executions had {} Tasks", there_, kCohort, allowance));
  }

 private:
  struct Execution {
    int answered = 0;
    std::vector<std::string> held;  // tokens
  };

  // REQUIRES: mutex_.
  void OnTask(Execution& execution, const std::string& token, WorkerMessage* answers) {
    if (execution.answered >= allowance_) {
      execution.held.push_back(token);
      return;
    }
    asld::v1::Answer* answer = answers->add_answers();
    answer->set_token(token);
    answer->mutable_success()->set_output("{}");
    if (++execution.answered < allowance_) return;
    ++there_;
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Execution> executions_;  // under mutex_, as the rest
  int allowance_ = 0;
  int there_ = 0;        // executions that have used it up
  WorkerStream worker_;  // last: its threads call OnTask
};

// The ARNs of a cohort.
absl::StatusOr<std::vector<std::string>> StartCohort(asld::v1::Workflows::Stub& stub,
                                                     const std::string& machine,
                                                     const std::string& input) {
  std::vector<std::string> arns;
  for (int i = 0; i < kCohort; ++i) {
    asld::v1::StartExecutionRequest request;
    request.set_state_machine(machine);
    request.set_input(input);
    grpc::ClientContext context;
    asld::v1::StartExecutionResponse response;
    const grpc::Status status = stub.StartExecution(&context, request, &response);
    if (!status.ok()) return absl::UnavailableError("StartExecution: " + status.error_message());
    arns.push_back(response.execution_arn());
  }
  return arns;
}

absl::Status WaitForSuccess(asld::v1::Workflows::Stub& stub, const std::vector<std::string>& arns) {
  for (const std::string& arn : arns) {
    asld::v1::DescribeExecutionRequest request;
    request.set_execution_arn(arn);
    grpc::ClientContext context;
    asld::v1::Execution execution;
    const grpc::Status status = stub.WaitExecution(&context, request, &execution);
    if (!status.ok()) return absl::UnavailableError("WaitExecution: " + status.error_message());
    if (execution.status() != "SUCCEEDED") {
      return absl::InternalError(fmt::format("{} is {}: {} {}", arn, execution.status(),
                                             execution.error(), execution.cause()));
    }
  }
  return absl::OkStatus();
}

absl::Status StopAll(asld::v1::Workflows::Stub& stub, const std::vector<std::string>& arns) {
  for (const std::string& arn : arns) {
    asld::v1::StopExecutionRequest request;
    request.set_execution_arn(arn);
    grpc::ClientContext context;
    asld::v1::StopExecutionResponse response;
    const grpc::Status status = stub.StopExecution(&context, request, &response);
    if (!status.ok()) return absl::UnavailableError("StopExecution: " + status.error_message());
  }
  return absl::OkStatus();
}

// CPU of the engine per iteration, `maps` Maps of `items` items each.
absl::StatusOr<double> MeasureCohort(const std::shared_ptr<grpc::Channel>& channel,
                                     const MapCostOptions& options, int maps, int items) {
  const std::string machine = fmt::format("bench-map-{}x{}", maps, items);
  if (absl::Status s = CreateStateMachine(channel, machine, MapsDefinition(maps, options.body));
      !s.ok()) {
    return s;
  }
  const auto stub = asld::v1::Workflows::NewStub(channel);
  const bool pass = options.body == MapBody::kPass;
  std::optional<AllowedWorker> worker;
  if (!pass) worker.emplace(channel);
  absl::StatusOr<double> before = CpuMicrosOf(options.engine);
  const auto arns = StartCohort(*stub, machine, ItemsInput(items));
  if (!arns.ok()) return arns.status();
  if (pass) {
    if (absl::Status s = WaitForSuccess(*stub, *arns); !s.ok()) return s;
  } else {
    if (absl::Status s = worker->RunTo(kTasksBefore); !s.ok()) return s;
    before = CpuMicrosOf(options.engine);
    if (absl::Status s = worker->RunTo(kTasksBefore + kTasksMeasured); !s.ok()) return s;
  }
  const absl::StatusOr<double> after = CpuMicrosOf(options.engine);
  if (!before.ok()) return before;
  if (!after.ok()) return after;
  if (absl::Status s = StopAll(*stub, *arns); !s.ok()) return s;
  const int iterations = pass ? maps * items : kTasksMeasured;
  return (*after - *before) / (double{kCohort} * iterations);
}

}  // namespace

absl::StatusOr<MapCostReport> MeasureMapCost(const std::shared_ptr<grpc::Channel>& channel,
                                             const MapCostOptions& options) {
  const bool pass = options.body == MapBody::kPass;
  const int small_maps =
      pass ? kPassSmallMaps : (kTasksBefore + kTasksMeasured) / kSmallItems + kSmallItems;
  MapCostReport report{.items = pass ? kPassItems : kTaskItems,
                       .iterations = pass ? kPassItems : kTasksMeasured};
  const auto small = MeasureCohort(channel, options, small_maps, kSmallItems);
  if (!small.ok()) return small.status();
  const auto large = MeasureCohort(channel, options, 1, report.items);
  if (!large.ok()) return large.status();
  report.small_us = *small;
  report.large_us = *large;
  return report;
}

}  // namespace bench
