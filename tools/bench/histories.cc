// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/histories.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <random>
#include <vector>

#include "absl/status/statusor.h"
#include "asld/v1/workflows.grpc.pb.h"
#include "tools/bench/clock.h"

namespace bench {
namespace {

using asld::v1::HistoryEvent;
using asld::v1::Workflows;

constexpr int kPageEvents = 1000;

absl::StatusOr<std::vector<HistoryEvent>> ReadHistory(Workflows::Stub& stub,
                                                      const std::string& arn) {
  std::vector<HistoryEvent> events;
  asld::v1::GetExecutionHistoryRequest request;
  request.set_execution_arn(arn);
  request.set_max_results(kPageEvents);
  while (true) {
    grpc::ClientContext context;
    asld::v1::GetExecutionHistoryResponse response;
    const grpc::Status status = stub.GetExecutionHistory(&context, request, &response);
    if (!status.ok()) {
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          fmt::format("history of {}: {}", arn, status.error_message()));
    }
    for (HistoryEvent& event : *response.mutable_events()) events.push_back(std::move(event));
    if (response.next_token().empty()) return events;
    request.set_next_token(response.next_token());
  }
}

absl::Status CheckHistory(const std::string& arn, const std::vector<HistoryEvent>& events,
                          int tasks) {
  std::map<std::string, int> count;
  int64_t id = 0;
  for (const HistoryEvent& event : events) {
    ++count[event.type()];
    if (event.id() != ++id) {
      return absl::DataLossError(fmt::format("{}: event {} where {} was due", arn, event.id(), id));
    }
  }
  if (events.empty() || events.front().type() != "ExecutionStarted" ||
      events.back().type() != "ExecutionSucceeded") {
    return absl::DataLossError(
        fmt::format("{}: {} events that do not begin with a start and end "
                    "with a success",
                    arn, events.size()));
  }
  for (const char* type :
       {"LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"}) {
    if (count[type] != tasks) {
      return absl::DataLossError(
          fmt::format("{}: {} of {}, expected {}", arn, count[type], type, tasks));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckHistories(const std::shared_ptr<grpc::Channel>& channel,
                            const std::string& arn_prefix, uint64_t executions, int count,
                            int tasks) {
  if (count == 0) return absl::OkStatus();
  if (executions == 0) return absl::FailedPreconditionError("no execution was started");
  const auto stub = Workflows::NewStub(channel);
  std::mt19937_64 random(RandomSeed());
  std::uniform_int_distribution<uint64_t> draw(0, executions - 1);
  for (int i = 0; i < count; ++i) {
    const std::string arn = arn_prefix + std::to_string(draw(random));
    auto events = ReadHistory(*stub, arn);
    if (!events.ok()) return events.status();
    if (absl::Status s = CheckHistory(arn, *events, tasks); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace bench
