// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the tests of this folder share: one real asld for the whole program, a stub to call it with,
// and a worker's stream spoken by hand. After each test an ordinary execution must still run to its
// end. One thread.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "asld/v1/workers.grpc.pb.h"
#include "asld/v1/workflows.grpc.pb.h"

namespace client_test {

// "INVALID_ARGUMENT: text", "OK".
std::string Text(const grpc::Status& status);

testing::AssertionResult StartsWith(const std::string& text, const std::string& head);

// A context whose call fails rather than hangs.
std::unique_ptr<grpc::ClientContext> Patient();

std::string Pass(const std::string& more = "");    // a definition of one Pass state
std::string OneTask(const std::string& function);  // of one Task
std::string ArnOf(const std::string& kind,
                  const std::string& name);  // kind: stateMachine or execution

class ClientTest : public testing::Test {
 protected:
  ClientTest();
  void TearDown() override;  // an ordinary execution still works

  static std::shared_ptr<grpc::Channel> channel();
  static int http_port();

  grpc::Status Create(const std::string& name, const std::string& definition,
                      asld::v1::CreateStateMachineResponse* response = nullptr);
  grpc::Status Start(const std::string& machine, const std::string& name, const std::string& input,
                     asld::v1::StartExecutionResponse* response = nullptr);
  grpc::Status Stop(const std::string& arn, const std::string& error = "");
  grpc::Status StartAndWait(const std::string& machine, const std::string& name,
                            const std::string& input, asld::v1::Execution* end);
  asld::v1::Execution Describe(const std::string& arn);
  asld::v1::Execution WaitForEnd(const std::string& arn);

  std::unique_ptr<asld::v1::Workflows::Stub> stub_;
};

// One worker's stream, spoken by hand.
class RawWorker {
 public:
  explicit RawWorker(const std::shared_ptr<grpc::Channel>& channel);
  // The same, and the hello of a worker that serves `function`.
  RawWorker(const std::shared_ptr<grpc::Channel>& channel, const std::string& instance,
            const std::string& function, uint32_t slots = 4);
  ~RawWorker() { context_->TryCancel(); }

  bool Say(const asld::v1::WorkerMessage& message) { return stream_->Write(message); }
  bool Succeed(const std::string& token, const std::string& output);
  bool Fail(const std::string& token, const std::string& error, const std::string& cause);
  // The next task; empty when the engine ended the stream first.
  asld::v1::Task NextTask();
  // The next acknowledgement as "OUTCOME" of the token; empty when the engine ended the stream
  // first.
  std::string NextAcknowledgement(const std::string& token);
  // What the engine ended the stream with.
  std::string End();

 private:
  bool Hear();

  std::unique_ptr<asld::v1::Workers::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<asld::v1::WorkerMessage, asld::v1::EngineMessage>>
      stream_;
  std::vector<asld::v1::Task> tasks_;
  std::vector<asld::v1::Acknowledgement> acknowledgements_;
};

asld::v1::WorkerMessage Hello(const std::string& instance, const std::string& function,
                              uint32_t slots = 4);

}  // namespace client_test
