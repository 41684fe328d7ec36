// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/starter.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <thread>
#include <utility>

#include "asld/v1/workflows.grpc.pb.h"
#include "tools/bench/clock.h"

namespace bench {
namespace {

struct Call {
  grpc::ClientContext context;
  asld::v1::StartExecutionResponse response;
  grpc::Status status;
  Clock::time_point asked;
  std::unique_ptr<grpc::ClientAsyncResponseReader<asld::v1::StartExecutionResponse>> reader;
};

}  // namespace

struct Starter::State {
  std::string state_machine;
  std::string input;
  std::unique_ptr<asld::v1::Workflows::Stub> stub;
  grpc::CompletionQueue replies;
  std::atomic<uint64_t> asked{0};
  std::thread thread;
  std::vector<float> latencies_us;  // the thread's, until it is joined, as what follows
  std::string arn_prefix;
  absl::Status status;

  void ReplyLoop();
};

Starter::Starter(const std::shared_ptr<grpc::Channel>& channel, std::string state_machine,
                 std::string input)
    : state_(std::make_unique<State>()) {
  state_->state_machine = std::move(state_machine);
  state_->input = std::move(input);
  state_->stub = asld::v1::Workflows::NewStub(channel);
  state_->thread = std::thread([this] { state_->ReplyLoop(); });
}

Starter::~Starter() { (void)Stop(); }

void Starter::Start() {
  asld::v1::StartExecutionRequest request;
  request.set_state_machine(state_->state_machine);
  request.set_name(fmt::format("b-{}", state_->asked.fetch_add(1)));
  request.set_input(state_->input);
  auto* call = new Call;  // ReplyLoop frees it
  call->asked = Now();
  call->reader = state_->stub->AsyncStartExecution(&call->context, request, &state_->replies);
  call->reader->Finish(&call->response, &call->status, call);
}

absl::Status Starter::Stop() {
  if (state_->thread.joinable()) {
    state_->replies.Shutdown();  // Next still returns every call under way
    state_->thread.join();
  }
  return state_->status;
}

uint64_t Starter::asked() const { return state_->asked; }
std::vector<float>& Starter::latencies_us() { return state_->latencies_us; }
const std::string& Starter::arn_prefix() const { return state_->arn_prefix; }

void Starter::State::ReplyLoop() {
  void* tag = nullptr;
  bool ok = false;
  while (replies.Next(&tag, &ok)) {
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    if (!call->status.ok()) {
      if (!status.ok()) continue;
      status = absl::Status(static_cast<absl::StatusCode>(call->status.error_code()),
                            "StartExecution: " + call->status.error_message());
      continue;
    }
    latencies_us.push_back(MicrosBetween(call->asked, Now()));
    if (arn_prefix.empty()) {
      const std::string& arn = call->response.execution_arn();
      arn_prefix = arn.substr(0, arn.rfind('-') + 1);
    }
  }
}

}  // namespace bench
