// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Task that waits for its task token, as the holder of the token sees it.
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

constexpr char kAsks[] = R"({
  "StartAt": "Ask", "States": {"Ask": {
    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    "ResultPath": "$.answer", "End": true}}
})";

class Callbacks : public ClientTest {
 protected:
  // Starts an execution whose function hands out its task token, and answers that.
  std::string TokenOf(const std::string& name) {
    EXPECT_EQ(Text(Create("asks", kAsks)), "OK");
    EXPECT_EQ(Text(Start("asks", name, R"({"id":1})")), "OK");
    RawWorker worker(channel(), "worker-" + name, "ask");
    const asld::v1::Task task = worker.NextTask();
    const std::string input = task.input();
    EXPECT_TRUE(worker.Succeed(task.token(), "{}"));
    EXPECT_EQ(worker.NextAcknowledgement(task.token()), "ACCEPTED");
    constexpr std::string_view kBefore = R"({"token":")";
    EXPECT_EQ(input.substr(0, kBefore.size()), kBefore);
    return input.substr(kBefore.size(), input.find('"', kBefore.size()) - kBefore.size());
  }
  std::string Succeed(const std::string& token, const std::string& output) {
    asld::v1::SendTaskSuccessRequest request;
    request.set_task_token(token);
    request.set_output(output);
    asld::v1::SendTaskSuccessResponse response;
    return Text(stub_->SendTaskSuccess(Patient().get(), request, &response));
  }
  std::string Fail(const std::string& token, const std::string& error, const std::string& cause) {
    asld::v1::SendTaskFailureRequest request;
    request.set_task_token(token);
    if (!error.empty()) request.set_error(error);
    request.set_cause(cause);
    asld::v1::SendTaskFailureResponse response;
    return Text(stub_->SendTaskFailure(Patient().get(), request, &response));
  }
  std::string Beat(const std::string& token) {
    asld::v1::SendTaskHeartbeatRequest request;
    request.set_task_token(token);
    asld::v1::SendTaskHeartbeatResponse response;
    return Text(stub_->SendTaskHeartbeat(Patient().get(), request, &response));
  }
};

constexpr char kOver[] =
    "FAILED_PRECONDITION: Task Timed Out: 'Provided task does not exist anymore'";
constexpr char kInvalid[] = "INVALID_ARGUMENT: Invalid Token: 'Invalid token'";

TEST_F(Callbacks, TheHolderOfTheTokenGivesTheTaskItsResultOnce) {
  const std::string token = TokenOf("succeeds");
  EXPECT_EQ(Beat(token), "OK");
  EXPECT_EQ(Succeed(token, R"({"approved":true})"), "OK");
  const asld::v1::Execution end = WaitForEnd(ArnOf("execution", "asks:succeeds"));
  EXPECT_EQ(end.status(), "SUCCEEDED");
  EXPECT_EQ(end.output(), R"({"id":1,"answer":{"approved":true}})");
  EXPECT_EQ(Succeed(token, "{}"), kOver);
  EXPECT_EQ(Fail(token, "E", "c"), kOver);
  EXPECT_EQ(Beat(token), kOver);
}

TEST_F(Callbacks, TheHolderOfTheTokenLetsTheTaskFail) {
  const std::string token = TokenOf("fails");
  EXPECT_EQ(Fail(token, "Rejected", "too expensive"), "OK");
  const asld::v1::Execution end = WaitForEnd(ArnOf("execution", "asks:fails"));
  EXPECT_EQ(end.status(), "FAILED");
  EXPECT_EQ(end.error(), "Rejected");
  EXPECT_EQ(end.cause(), "too expensive");
}

TEST_F(Callbacks, WhatIsNoTokenOrNoResultIsRefusedAndTheTaskWaitsOn) {
  const std::string token = TokenOf("waits");
  std::string forged = token;
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  std::string elsewhere = token;
  elsewhere[9] = elsewhere[9] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {std::string(), std::string("no token"), token + "AAAA",
                                 token.substr(1), forged, elsewhere, std::string(5'000, 'A')}) {
    EXPECT_EQ(Succeed(bad, "{}"), kInvalid) << bad;
    EXPECT_EQ(Fail(bad, "E", ""), kInvalid) << bad;
    EXPECT_EQ(Beat(bad), kInvalid) << bad;
  }
  EXPECT_TRUE(StartsWith(Succeed(token, ""), "INVALID_ARGUMENT: Invalid Output: "));
  EXPECT_TRUE(StartsWith(Succeed(token, "{"), "INVALID_ARGUMENT: Invalid Output: "));
  EXPECT_TRUE(StartsWith(Succeed(token, '"' + std::string(262'143, 'x') + '"'),
                         "INVALID_ARGUMENT: 1 validation error detected: Value at 'output'"));
  EXPECT_TRUE(StartsWith(Fail(token, std::string(257, 'E'), ""),
                         "INVALID_ARGUMENT: 1 validation error detected: Value at 'error'"));
  EXPECT_EQ(Describe(ArnOf("execution", "asks:waits")).status(), "RUNNING");
  EXPECT_EQ(Succeed(token, "1"), "OK");
}

}  // namespace
}  // namespace client_test
