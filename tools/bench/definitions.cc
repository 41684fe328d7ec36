// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/definitions.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <cassert>

#include "asld/v1/workflows.grpc.pb.h"

namespace bench {
namespace {

constexpr char kResource[] = "arn:aws:lambda:us-east-1:123456789012:function:bench-step";
constexpr char kResourcePrefix[] = "arn:aws:lambda:us-east-1:123456789012:function:";

std::string ResultPathMember(ResultPath result_path) {
  switch (result_path) {
    case ResultPath::kReplace:
      return "";
    case ResultPath::kKeepBeside:
      return R"("ResultPath":"$.r",)";
    case ResultPath::kDiscard:
      return R"("ResultPath":null,)";
  }
  return "";
}

// `done`: the state that ends the loop.
std::string Loop(const std::string& done) {
  return fmt::format(
      R"({{"StartAt":"S0","States":{{)"
      R"("S0":{{"Type":"Task","Resource":"{}","Next":"More"}},)"
      R"("More":{{"Type":"Choice","Choices":[{{"Variable":"$.done","BooleanEquals":true,)"
      R"("Next":"Done"}}],"Default":"S0"}},)"
      R"("Done":{}}}}})",
      kResource, done);
}

}  // namespace

std::string ChainDefinition(int steps, ResultPath result_path) {
  std::string states;
  for (int i = 0; i < steps; ++i) {
    const std::string next =
        i + 1 < steps ? fmt::format(R"("Next":"S{}")", i + 1) : std::string(R"("End":true)");
    states += fmt::format(R"({}"S{}":{{"Type":"Task","Resource":"{}",{}{}}})", i == 0 ? "" : ",", i,
                          kResource, ResultPathMember(result_path), next);
  }
  return fmt::format(R"({{"StartAt":"S0","States":{{{}}}}})", states);
}

std::string LoopDefinition() { return Loop(R"({"Type":"Succeed"})"); }

std::string LoopThenSleepDefinition() {
  return Loop(R"({"Type":"Wait","Seconds":2592000,"End":true})");
}

std::string SleepDefinition() {
  return R"({"StartAt":"Sleep","States":{"Sleep":{"Type":"Wait","TimestampPath":"$.until",)"
         R"("End":true}}})";
}

std::string TaskDefinition(const std::string& function) {
  return fmt::format(
      R"({{"StartAt":"Hold","States":{{"Hold":{{"Type":"Task","Resource":"{}{}","End":true}}}}}})",
      kResourcePrefix, function);
}

std::string MapsDefinition(int maps, MapBody body) {
  const std::string selector = body == MapBody::kTaskWithSelector
                                   ? R"("ItemSelector":{"item.$":"$$.Map.Item.Value","k.$":"$.k"},)"
                                   : "";
  const std::string step = body == MapBody::kPass
                               ? R"("Type":"Pass")"
                               : fmt::format(R"("Type":"Task","Resource":"{}")", kResource);
  std::string states;
  for (int i = 0; i < maps; ++i) {
    const std::string next =
        i + 1 < maps ? fmt::format(R"("Next":"M{}")", i + 1) : std::string(R"("End":true)");
    states += fmt::format(
        R"({}"M{}":{{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":10,"ResultPath":null,{}{},)"
        R"("ItemProcessor":{{"ProcessorConfig":{{"Mode":"INLINE"}},"StartAt":"T{}",)"
        R"("States":{{"T{}":{{{},"End":true}}}}}}}})",
        i == 0 ? "" : ",", i, selector, next, i, i, step);
  }
  return fmt::format(R"({{"StartAt":"M0","States":{{{}}}}})", states);
}

std::string Document(size_t bytes) {
  assert(bytes >= 8);
  return fmt::format(R"({{"p":"{}"}})", std::string(bytes - 8, 'x'));
}

absl::Status CreateStateMachine(const std::shared_ptr<grpc::Channel>& channel,
                                const std::string& name, const std::string& definition) {
  const auto stub = asld::v1::Workflows::NewStub(channel);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(gpr_time_from_seconds(10, GPR_TIMESPAN));
  asld::v1::CreateStateMachineRequest request;
  request.set_name(name);
  request.set_definition(definition);
  asld::v1::CreateStateMachineResponse response;
  const grpc::Status status = stub->CreateStateMachine(&context, request, &response);
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      fmt::format("CreateStateMachine {}: {}", name, status.error_message()));
}

}  // namespace bench
