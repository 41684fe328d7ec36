// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/clients/client_test.h"

#include <cstdlib>
#include <filesystem>

#include "fmt/format.h"
#include "tests/kill/asld_process.h"

namespace client_test {
namespace {

using asld::v1::Acknowledgement;
using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

constexpr int64_t kCallMsMax = 120'000;
constexpr std::chrono::seconds kStopLimit{10};

// Runs before the first test and after the last.
class Server : public testing::Environment {
 public:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "asld-clients-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    asld_ = std::make_unique<kill_test::Asld>(directory_ + "/data");
    ASSERT_TRUE(asld_->Start({"--log-level", "warning"})) << asld_->process().errors();
    channel_ = grpc::CreateChannel(asld_->address(), grpc::InsecureChannelCredentials());
  }
  void TearDown() override {
    EXPECT_EQ(asld_->Terminate(kStopLimit), 0) << asld_->process().errors();
    std::filesystem::remove_all(directory_);
  }

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  int http_port() { return asld_->http_port(); }

 private:
  std::string directory_;
  std::unique_ptr<kill_test::Asld> asld_;
  std::shared_ptr<grpc::Channel> channel_;
};

Server* const server = static_cast<Server*>(testing::AddGlobalTestEnvironment(new Server));

const char* NameOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return "OK";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::ABORTED:
      return "ABORTED";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::StatusCode::INTERNAL:
      return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    default:
      return "OTHER";
  }
}

}  // namespace

std::string Text(const grpc::Status& status) {
  if (status.ok()) return "OK";
  return fmt::format("{}: {}", NameOf(status.error_code()), status.error_message());
}

testing::AssertionResult StartsWith(const std::string& text, const std::string& head) {
  if (text.starts_with(head)) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "begins otherwise: " << text.substr(0, 2 * head.size() + 100);
}

std::unique_ptr<grpc::ClientContext> Patient() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(gpr_time_from_millis(kCallMsMax, GPR_TIMESPAN));
  return context;
}

std::string Pass(const std::string& more) {
  return fmt::format(R"({{"StartAt": "P", "States": {{"P": {{"Type": "Pass", {}"End": true}}}}}})",
                     more);
}

std::string OneTask(const std::string& function) {
  return fmt::format(R"({{"StartAt": "T", "States": {{"T": {{"Type": "Task", "End": true,
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:{}"}}}}}})",
                     function);
}

std::string ArnOf(const std::string& kind, const std::string& name) {
  return fmt::format("arn:aws:states:us-east-1:123456789012:{}:{}", kind, name);
}

ClientTest::ClientTest() : stub_(asld::v1::Workflows::NewStub(channel())) {}

std::shared_ptr<grpc::Channel> ClientTest::channel() { return server->channel(); }
int ClientTest::http_port() { return server->http_port(); }

void ClientTest::TearDown() {
  ASSERT_EQ(Text(Create("ordinary", Pass())), "OK");
  asld::v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("ordinary", "", R"({"still": "here"})", &end)), "OK");
  EXPECT_EQ(end.status(), "SUCCEEDED");
  EXPECT_EQ(end.output(), R"({"still": "here"})");
}

grpc::Status ClientTest::Create(const std::string& name, const std::string& definition,
                                asld::v1::CreateStateMachineResponse* response) {
  asld::v1::CreateStateMachineRequest request;
  request.set_name(name);
  request.set_definition(definition);
  asld::v1::CreateStateMachineResponse unused;
  return stub_->CreateStateMachine(Patient().get(), request,
                                   response != nullptr ? response : &unused);
}

grpc::Status ClientTest::Start(const std::string& machine, const std::string& name,
                               const std::string& input,
                               asld::v1::StartExecutionResponse* response) {
  asld::v1::StartExecutionRequest request;
  request.set_state_machine(machine);
  request.set_name(name);
  request.set_input(input);
  asld::v1::StartExecutionResponse unused;
  return stub_->StartExecution(Patient().get(), request, response != nullptr ? response : &unused);
}

grpc::Status ClientTest::Stop(const std::string& arn, const std::string& error) {
  asld::v1::StopExecutionRequest request;
  request.set_execution_arn(arn);
  if (!error.empty()) request.set_error(error);
  asld::v1::StopExecutionResponse response;
  return stub_->StopExecution(Patient().get(), request, &response);
}

grpc::Status ClientTest::StartAndWait(const std::string& machine, const std::string& name,
                                      const std::string& input, asld::v1::Execution* end) {
  asld::v1::StartExecutionRequest request;
  request.set_state_machine(machine);
  request.set_name(name);
  request.set_input(input);
  return stub_->StartAndWait(Patient().get(), request, end);
}

asld::v1::Execution ClientTest::Describe(const std::string& arn) {
  asld::v1::DescribeExecutionRequest request;
  request.set_execution_arn(arn);
  asld::v1::Execution execution;
  EXPECT_EQ(Text(stub_->DescribeExecution(Patient().get(), request, &execution)), "OK");
  return execution;
}

asld::v1::Execution ClientTest::WaitForEnd(const std::string& arn) {
  asld::v1::DescribeExecutionRequest request;
  request.set_execution_arn(arn);
  asld::v1::Execution execution;
  EXPECT_EQ(Text(stub_->WaitExecution(Patient().get(), request, &execution)), "OK");
  return execution;
}

WorkerMessage Hello(const std::string& instance, const std::string& function, uint32_t slots) {
  WorkerMessage message;
  message.mutable_hello()->set_instance_id(instance);
  message.mutable_hello()->add_functions(function);
  message.mutable_hello()->set_slots(slots);
  return message;
}

RawWorker::RawWorker(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(asld::v1::Workers::NewStub(channel)),
      context_(Patient()),
      stream_(stub_->Serve(context_.get())) {}

RawWorker::RawWorker(const std::shared_ptr<grpc::Channel>& channel, const std::string& instance,
                     const std::string& function, uint32_t slots)
    : RawWorker(channel) {
  Say(Hello(instance, function, slots));
}

bool RawWorker::Succeed(const std::string& token, const std::string& output) {
  WorkerMessage message;
  message.add_answers()->set_token(token);
  message.mutable_answers(0)->mutable_success()->set_output(output);
  return Say(message);
}

bool RawWorker::Fail(const std::string& token, const std::string& error, const std::string& cause) {
  WorkerMessage message;
  message.add_answers()->set_token(token);
  message.mutable_answers(0)->mutable_failure()->set_error(error);
  message.mutable_answers(0)->mutable_failure()->set_cause(cause);
  return Say(message);
}

bool RawWorker::Hear() {
  EngineMessage message;
  if (!stream_->Read(&message)) return false;
  tasks_.insert(tasks_.end(), message.tasks().begin(), message.tasks().end());
  acknowledgements_.insert(acknowledgements_.end(), message.acknowledgements().begin(),
                           message.acknowledgements().end());
  return true;
}

asld::v1::Task RawWorker::NextTask() {
  while (tasks_.empty()) {
    if (!Hear()) return {};
  }
  asld::v1::Task task = std::move(tasks_.front());
  tasks_.erase(tasks_.begin());
  return task;
}

std::string RawWorker::NextAcknowledgement(const std::string& token) {
  while (true) {
    for (auto it = acknowledgements_.begin(); it != acknowledgements_.end(); ++it) {
      if (it->token() != token) continue;
      const std::string outcome = Acknowledgement::Outcome_Name(it->outcome());
      acknowledgements_.erase(it);
      return outcome;
    }
    if (!Hear()) return "";
  }
}

std::string RawWorker::End() {
  while (Hear()) {
  }
  return Text(stream_->Finish());
}

}  // namespace client_test
