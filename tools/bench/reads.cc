// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/reads.h"

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "asld/v1/workflows.grpc.pb.h"
#include "tools/bench/chain.h"
#include "tools/bench/clock.h"
#include "tools/bench/page_cache.h"

namespace bench {
namespace {

using asld::v1::Workflows;

constexpr int kPageMax = 1000;
constexpr int kAnswerSecondsMax = 300;  // of a start after a kill

absl::Status ToStatus(const grpc::Status& status, const char* call) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      fmt::format("{}: {}", call, status.error_message()));
}

absl::StatusOr<asld::v1::ListExecutionsResponse> List(
    Workflows::Stub& stub, const asld::v1::ListExecutionsRequest& request) {
  grpc::ClientContext context;
  asld::v1::ListExecutionsResponse response;
  const grpc::Status status = stub.ListExecutions(&context, request, &response);
  if (!status.ok()) return ToStatus(status, "ListExecutions");
  return response;
}

void WaitForReady(grpc::ClientContext& context) {
  context.set_wait_for_ready(true);
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_REALTIME),
                                    gpr_time_from_seconds(kAnswerSecondsMax, GPR_TIMESPAN)));
}

double MonotonicSeconds() {
  return std::chrono::duration<double>(Now().time_since_epoch()).count();
}

}  // namespace

absl::StatusOr<std::vector<float>> TimeFirstPages(const std::shared_ptr<grpc::Channel>& channel,
                                                  const std::vector<std::string>& state_machines,
                                                  const std::string& status_filter, int calls) {
  const auto stub = Workflows::NewStub(channel);
  std::vector<std::vector<float>> us(state_machines.size());
  for (int call = 0; call < calls; ++call) {
    for (size_t i = 0; i < state_machines.size(); ++i) {
      asld::v1::ListExecutionsRequest request;
      request.set_state_machine(state_machines[i]);
      request.set_status_filter(status_filter);
      const Clock::time_point begin = Now();
      const auto page = List(*stub, request);
      us[i].push_back(MicrosBetween(begin, Now()));
      if (!page.ok()) return page.status();
      if (page->executions().empty()) return absl::NotFoundError("an empty page");
    }
  }
  std::vector<float> medians;
  for (std::vector<float>& of_machine : us) medians.push_back(Percentile(of_machine, 0.5));
  return medians;
}

absl::StatusOr<uint64_t> CountExecutions(const std::shared_ptr<grpc::Channel>& channel,
                                         const std::string& state_machine,
                                         const std::string& status_filter) {
  const auto stub = Workflows::NewStub(channel);
  asld::v1::ListExecutionsRequest request;
  request.set_state_machine(state_machine);
  request.set_status_filter(status_filter);
  request.set_max_results(kPageMax);
  uint64_t count = 0;
  while (true) {
    const auto page = List(*stub, request);
    if (!page.ok()) return page.status();
    count += static_cast<uint64_t>(page->executions_size());
    if (page->next_token().empty()) return count;
    request.set_next_token(page->next_token());
  }
}

absl::StatusOr<FirstAnswers> WaitForFirstAnswers(const std::shared_ptr<grpc::Channel>& channel,
                                                 const std::string& execution_arn,
                                                 const std::string& state_machine) {
  const auto stub = Workflows::NewStub(channel);
  FirstAnswers answers;
  asld::v1::DescribeExecutionRequest describe;
  describe.set_execution_arn(execution_arn);
  grpc::ClientContext describe_context;
  WaitForReady(describe_context);
  asld::v1::Execution execution;
  if (absl::Status s = ToStatus(stub->DescribeExecution(&describe_context, describe, &execution),
                                "DescribeExecution");
      !s.ok()) {
    return s;
  }
  answers.described = MonotonicSeconds();
  if (execution.status() != "RUNNING") {
    return absl::DataLossError(fmt::format("{} is {}", execution_arn, execution.status()));
  }
  asld::v1::StartExecutionRequest start;
  start.set_state_machine(state_machine);
  start.set_input(R"({"until":"2099-01-01T00:00:00Z"})");
  grpc::ClientContext start_context;
  WaitForReady(start_context);
  asld::v1::StartExecutionResponse started;
  if (absl::Status s =
          ToStatus(stub->StartExecution(&start_context, start, &started), "StartExecution");
      !s.ok()) {
    return s;
  }
  answers.started = MonotonicSeconds();
  return answers;
}

absl::StatusOr<ColdRead> TimeColdHistory(const std::shared_ptr<grpc::Channel>& channel,
                                         const std::string& execution_arn, int events, int page,
                                         const std::string& directory) {
  const auto stub = Workflows::NewStub(channel);
  grpc::ClientContext connect;
  WaitForReady(connect);
  asld::v1::ListStateMachinesResponse machines;
  if (absl::Status s =
          ToStatus(stub->ListStateMachines(&connect, {}, &machines), "ListStateMachines");
      !s.ok()) {
    return s;
  }
  if (absl::Status s = DropFromPageCache(directory); !s.ok()) return s;
  asld::v1::GetExecutionHistoryRequest request;
  request.set_execution_arn(execution_arn);
  ColdRead read;
  const Clock::time_point begin = Now();
  while (read.events < events) {
    request.set_max_results(std::min(page, events - read.events));
    grpc::ClientContext context;
    google::protobuf::Arena arena;  // what the client does with a page is not what is measured
    auto& response =
        *google::protobuf::Arena::CreateMessage<asld::v1::GetExecutionHistoryResponse>(&arena);
    if (absl::Status s = ToStatus(stub->GetExecutionHistory(&context, request, &response),
                                  "GetExecutionHistory");
        !s.ok()) {
      return s;
    }
    read.events += response.events_size();
    if (response.next_token().empty()) break;
    request.set_next_token(response.next_token());
  }
  read.us = static_cast<double>(MicrosBetween(begin, Now()));
  if (read.events == events) return read;
  return absl::NotFoundError(fmt::format("{} has {} events only", execution_arn, read.events));
}

}  // namespace bench
