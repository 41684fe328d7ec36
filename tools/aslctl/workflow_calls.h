// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What every client of asld writes around a call: the call itself, statuses of Abseil, and of
// asld.v1.Workflows requests and pages joined. How long to wait and what to repeat is the caller's.
// For .cc files that have gRPC at hand; any thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "asld/v1/workflows.grpc.pb.h"

namespace aslctl {

// gRPC's codes are Abseil's.
inline absl::Status ToStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

// One call, as long as it takes without `patience`.
template <class Stub, class Request, class Response>
absl::StatusOr<Response> Call(
    Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    const Request& request, std::optional<std::chrono::milliseconds> patience) {
  grpc::ClientContext context;
  if (patience) context.set_deadline(gpr_time_from_millis(patience->count(), GPR_TIMESPAN));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  return response;
}

inline asld::v1::StartExecutionRequest StartRequest(const std::string& state_machine,
                                                    const std::string& name,
                                                    const std::string& input) {
  asld::v1::StartExecutionRequest request;
  request.set_state_machine(state_machine);
  request.set_name(name);
  request.set_input(input);
  return request;
}

inline asld::v1::DescribeExecutionRequest DescribeRequest(const std::string& arn) {
  asld::v1::DescribeExecutionRequest request;
  request.set_execution_arn(arn);
  return request;
}

// All events from `request` on; `call` answers one request with a page or its error.
template <class Call>
absl::StatusOr<std::vector<asld::v1::HistoryEvent>> AllEvents(
    asld::v1::GetExecutionHistoryRequest request, Call call) {
  std::vector<asld::v1::HistoryEvent> events;
  while (true) {
    absl::StatusOr<asld::v1::GetExecutionHistoryResponse> page = call(request);
    if (!page.ok()) return page.status();
    for (auto& event : *page->mutable_events()) events.push_back(std::move(event));
    if (page->next_token().empty()) return events;
    request.set_next_token(page->next_token());
  }
}

}  // namespace aslctl
