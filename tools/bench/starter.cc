// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/starter.h"

#include <fmt/format.h>

#include <utility>

namespace bench {

using Clock = std::chrono::steady_clock;

struct Starter::Call {
  grpc::ClientContext context;
  asld::v1::StartExecutionResponse response;
  grpc::Status status;
  Clock::time_point asked;
  std::unique_ptr<grpc::ClientAsyncResponseReader<asld::v1::StartExecutionResponse>> reader;
};

Starter::Starter(const std::shared_ptr<grpc::Channel>& channel, std::string state_machine,
                 std::string input)
    : state_machine_(std::move(state_machine)),
      input_(std::move(input)),
      stub_(asld::v1::Workflows::NewStub(channel)),
      thread_([this] { ReplyLoop(); }) {}

Starter::~Starter() { (void)Stop(); }

void Starter::Start() {
  asld::v1::StartExecutionRequest request;
  request.set_state_machine(state_machine_);
  request.set_name(fmt::format("b-{}", asked_.fetch_add(1)));
  request.set_input(input_);
  auto* call = new Call;  // ReplyLoop frees it
  call->asked = Clock::now();
  call->reader = stub_->AsyncStartExecution(&call->context, request, &replies_);
  call->reader->Finish(&call->response, &call->status, call);
}

absl::Status Starter::Stop() {
  std::lock_guard<std::mutex> lock(stop_mutex_);
  if (!stopped_) {
    stopped_ = true;
    replies_.Shutdown();  // Next still returns every call under way
    thread_.join();
  }
  return status_;
}

void Starter::ReplyLoop() {
  void* tag = nullptr;
  bool ok = false;
  while (replies_.Next(&tag, &ok)) {
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    if (!call->status.ok()) {
      if (status_.ok()) {
        status_ = absl::Status(static_cast<absl::StatusCode>(call->status.error_code()),
                               "StartExecution: " + call->status.error_message());
      }
      continue;
    }
    latencies_us_.push_back(
        std::chrono::duration<float, std::micro>(Clock::now() - call->asked).count());
    if (arn_prefix_.empty()) {
      const std::string& arn = call->response.execution_arn();
      arn_prefix_ = arn.substr(0, arn.rfind('-') + 1);
    }
  }
}

}  // namespace bench
