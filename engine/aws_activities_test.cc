// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Activities and tags as AWS's clients see them, up to what only a caller without a connection can
// show: whose answer is lost, and who has gone.
#include <gtest/gtest.h>

#include <atomic>

#include "engine/api/requests.h"
#include "engine/aws_test.h"
#include "fmt/format.h"
#include "workers/in_process.h"

namespace engine {
namespace {

constexpr char kActivity[] = "arn:aws:states:us-east-1:123456789012:activity:paint";
constexpr char kTask[] = R"({\"StartAt\":\"T\",\"States\":{\"T\":{\"Type\":\"Task\",)"
                         R"(\"Resource\":\"arn:aws:states:us-east-1:123456789012:activity:)"
                         R"(paint\",\"HeartbeatSeconds\":600,\"End\":true}}})";

class AwsActivitiesTest : public AwsJsonTest {
 protected:
  // A GetActivityTask under way.
  struct Poll {
    std::future<HttpResponse> answer;
    std::function<void()> gone;
  };
  Poll Begin(const std::string& worker = "w") {
    auto done = std::make_shared<std::promise<HttpResponse>>();
    Poll poll{.answer = done->get_future(), .gone = nullptr};
    aws_.Answer(
        {.method = "POST",
         .path = "/",
         .headers = {{"x-amz-target", "AWSStepFunctions.GetActivityTask"}},
         .body = fmt::format(R"({{"activityArn":"{}","workerName":"{}"}})", kActivity, worker),
         .when_gone = [&](std::function<void()> gone) { poll.gone = std::move(gone); }},
        [done](HttpResponse response) { done->set_value(std::move(response)); });
    return poll;
  }
  std::string CreatePaint() { return Ask("CreateActivity", R"({"name":"paint"})"); }
  void CreateTask() {
    Ask("CreateStateMachine",
        fmt::format(R"({{"name":"m","definition":"{}","roleArn":"r"}})", kTask));
  }
  std::string Start() {
    return Member(Ask("StartExecution", fmt::format(R"({{"stateMachineArn":"{}","input":)"
                                                    R"("{{\"n\":1}}"}})",
                                                    kMachine)),
                  "executionArn");
  }
  std::string Send(const std::string& operation, const HttpResponse& task,
                   const std::string& more = "") {
    return Ask(operation,
               fmt::format(R"({{"taskToken":"{}"{}}})", Member(task.body, "taskToken"), more));
  }
  std::string Describe(const std::string& execution) {
    return Ask("DescribeExecution", fmt::format(R"({{"executionArn":"{}"}})", execution));
  }
  std::string EndOf(const std::string& execution) {
    std::string about;
    do {
      about = Describe(execution);
    } while (Member(about, "status") == "RUNNING");
    return about;
  }
  std::string History(const std::string& execution) {
    return Ask("GetExecutionHistory", fmt::format(R"({{"executionArn":"{}"}})", execution));
  }
  std::string ErrorOf(const std::string& refusal) { return Member(refusal.substr(4), "message"); }
};

TEST_F(AwsActivitiesTest, AnActivityIsCreatedOnceAndOutlivesARestart) {
  const std::string made = CreatePaint();
  EXPECT_EQ(Member(made, "activityArn"), kActivity);
  Reopen();
  EXPECT_EQ(CreatePaint(), made);
  const std::string one = fmt::format(R"({{"activityArn":"{}"}})", kActivity);
  EXPECT_EQ(Ask("DescribeActivity", one),
            fmt::format(R"({{"activityArn":"{}","name":"paint","creationDate":{},)"
                        R"("encryptionConfiguration":{{"type":"AWS_OWNED_KEY"}}}})",
                        kActivity, Member(made, "creationDate")));
  EXPECT_EQ(Ask("DeleteActivity", one), "{}");
  EXPECT_EQ(Ask("DeleteActivity", one), "{}");
  EXPECT_EQ(ErrorOf(Ask("DescribeActivity", one)),
            fmt::format("Activity Does Not Exist: '{}'", kActivity));
  EXPECT_EQ(ErrorOf(Ask("GetActivityTask", one)),
            fmt::format("Activity Does Not Exist: '{}'", kActivity));
  EXPECT_EQ(ErrorOf(Ask("CreateActivity", R"({"name":"a b"})")), "Invalid Name: 'a b'");
}

TEST_F(AwsActivitiesTest, APageTokenOfActivitiesOutlivesARestartAndNoOtherIsTaken) {
  for (const char* name : {"a", "b", "c"}) {
    Ask("CreateActivity", fmt::format(R"({{"name":"{}"}})", name));
  }
  const std::string token = Member(Ask("ListActivities", R"({"maxResults":2})"), "nextToken");
  Reopen();
  const std::string rest =
      Ask("ListActivities", fmt::format(R"({{"maxResults":2,"nextToken":"{}"}})", token));
  EXPECT_NE(rest.find(R"("name":"c")"), std::string::npos) << rest;
  EXPECT_EQ(rest.find(R"("name":"b")"), std::string::npos) << rest;
  EXPECT_EQ(Member(rest, "nextToken"), "");
  EXPECT_EQ(ErrorOf(Ask("ListStateMachines", fmt::format(R"({{"nextToken":"{}"}})", token))),
            "Invalid Token: 'Invalid token'");
  EXPECT_EQ(ErrorOf(Ask("ListActivities", R"({"nextToken":"forged"})")),
            "Invalid Token: 'Invalid token'");
}

TEST_F(AwsActivitiesTest, ThereAreNoMoreActivitiesThanOnAws) {
  std::atomic<size_t> made = 0;
  std::promise<void> all;
  for (size_t i = 0; i < kActivitiesMax; ++i) {  // all at once: they share their commits
    api::CreateActivity(*engine_, fmt::format("a{}", i), {}, [&](absl::StatusOr<Activity> one) {
      EXPECT_TRUE(one.ok()) << one.status();
      if (++made == kActivitiesMax) all.set_value();
    });
  }
  all.get_future().wait();
  EXPECT_EQ(ErrorOf(CreatePaint()),
            "Activity Limit Exceeded: 'there are 10000 activities already'");
  EXPECT_EQ(Member(Ask("CreateActivity", R"({"name":"a7"})"), "activityArn").size(),
            std::string(kActivity).size() - 3);
}

TEST_F(AwsActivitiesTest, APollThatWaitsGetsTheTaskAndItsTokenEndsIt) {
  CreatePaint();
  CreateTask();
  Poll poll = Begin("painter");
  const std::string execution = Start();
  const HttpResponse task = poll.answer.get();
  EXPECT_EQ(Member(task.body, "input"), R"({"n":1})");
  task.sent(true);
  EXPECT_EQ(Send("SendTaskHeartbeat", task), "{}");
  EXPECT_EQ(Send("SendTaskSuccess", task, R"(,"output":"{\"done\":true}")"), "{}");
  EXPECT_EQ(Member(EndOf(execution), "output"), R"({"done":true})");
  const std::string history = History(execution);
  EXPECT_NE(history.find(R"("activityStartedEventDetails":{"workerName":"painter"})"),
            std::string::npos)
      << history;
  EXPECT_EQ(ErrorOf(Send("SendTaskHeartbeat", task)),
            "Task Timed Out: 'Provided task does not exist anymore'");
}

TEST_F(AwsActivitiesTest, ATaskThatWaitsGoesToTheNextPollAndMayFail) {
  CreatePaint();
  CreateTask();
  const std::string execution = Start();
  const HttpResponse task = Begin().answer.get();
  task.sent(true);
  EXPECT_EQ(Send("SendTaskFailure", task, R"(,"error":"Dry","cause":"no paint")"), "{}");
  const std::string end = EndOf(execution);
  EXPECT_EQ(Member(end, "status") + Member(end, "error") + Member(end, "cause"),
            "FAILEDDryno paint");
}

TEST_F(AwsActivitiesTest, NoTaskIsLostToAPollWhoseClientHasGone) {
  CreatePaint();
  CreateTask();
  Poll dead = Begin("dead");
  dead.gone();
  const std::string execution = Start();
  Poll alive = Begin("alive");
  const HttpResponse task = alive.answer.get();
  task.sent(true);
  EXPECT_EQ(Send("SendTaskSuccess", task, R"(,"output":"1")"), "{}");
  EXPECT_EQ(Member(EndOf(execution), "status"), "SUCCEEDED");
  EXPECT_THROW(dead.answer.get(), std::future_error);  // nobody will answer it any more
}

TEST_F(AwsActivitiesTest, ATaskWhoseAnswerWasNotSentGoesToTheNextPollUnderTheSameToken) {
  CreatePaint();
  CreateTask();
  const std::string execution = Start();
  const HttpResponse lost = Begin("first").answer.get();
  lost.sent(false);
  const HttpResponse task = Begin("second").answer.get();
  EXPECT_EQ(Member(task.body, "taskToken"), Member(lost.body, "taskToken"));
  task.sent(true);
  EXPECT_EQ(Send("SendTaskSuccess", task, R"(,"output":"1")"), "{}");
  EXPECT_EQ(Member(EndOf(execution), "status"), "SUCCEEDED");
  const std::string history = History(execution);
  EXPECT_EQ(history.find("first"), std::string::npos) << history;
}

TEST_F(AwsActivitiesTest, ATokenEndsItsTaskAfterARestartToo) {
  CreatePaint();
  CreateTask();
  const std::string execution = Start();
  const HttpResponse task = Begin().answer.get();
  task.sent(true);
  Reopen();
  EXPECT_EQ(Send("SendTaskHeartbeat", task), "{}");
  EXPECT_EQ(Send("SendTaskSuccess", task, R"(,"output":"1")"), "{}");
  EXPECT_EQ(Member(EndOf(execution), "status"), "SUCCEEDED");
}

TEST_F(AwsActivitiesTest, APollThatHasWaitedLongEnoughIsAnsweredWithNothing) {
  poll_ms_ = 10;
  Reopen();
  CreatePaint();
  EXPECT_EQ(Begin().answer.get().body, "{}");
}

TEST_F(AwsActivitiesTest, OnlySoManyMayWaitForOneActivity) {
  CreatePaint();
  Poll first = Begin();
  Poll second = Begin();
  const HttpResponse refused = Begin().answer.get();
  EXPECT_EQ(Member(refused.body, "__type"),
            "com.amazonaws.swf.service.v2.model#ActivityWorkerLimitExceeded");
  first.gone();
  Poll third = Begin();
  EXPECT_EQ(third.answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  engine_->Stop();  // answers who still waits
  EXPECT_EQ(second.answer.get().body + third.answer.get().body, "{}{}");
}

TEST_F(AwsActivitiesTest, ATaskOfAnActivityThatDoesNotExistFailsItsExecution) {
  CreateTask();
  const std::string end = EndOf(Start());
  EXPECT_EQ(Member(end, "error"), "States.Runtime");
  EXPECT_EQ(Member(end, "cause"),
            fmt::format("An error occurred while executing the state 'T' (entered at the event id "
                        "#2). The activity {} does not exist.",
                        kActivity));
}

// Enough executions that each loop has seen the activity before it goes.
TEST_F(AwsActivitiesTest, ATaskOfAnActivityThatWasDeletedFailsAsWell) {
  CreateTask();
  CreatePaint();
  constexpr int kExecutions = 16;
  for (int i = 0; i < kExecutions; ++i) {
    const std::string execution = Start();
    const HttpResponse task = Begin("painter").answer.get();
    task.sent(true);
    Send("SendTaskSuccess", task, R"(,"output":"1")");
    EXPECT_EQ(Member(EndOf(execution), "status"), "SUCCEEDED");
  }
  Ask("DeleteActivity", fmt::format(R"({{"activityArn":"{}"}})", kActivity));
  for (int i = 0; i < kExecutions; ++i) {
    EXPECT_EQ(Member(EndOf(Start()), "error"), "States.Runtime");
  }
}

TEST_F(AwsActivitiesTest, AWorkerThatServesAnActivityCreatesIt) {
  CreateTask();
  {
    workers::InProcessWorker worker(&engine_->pool());
    worker.Activity("paint", [](const workers::Task&) { return workers::Result::Success("1"); });
    ASSERT_TRUE(worker.Start().ok());
    EXPECT_EQ(Member(EndOf(Start()), "status"), "SUCCEEDED");
  }
  Reopen();
  EXPECT_EQ(
      Member(Ask("DescribeActivity", fmt::format(R"({{"activityArn":"{}"}})", kActivity)), "name"),
      "paint");
}

TEST_F(AwsActivitiesTest, TagsAreKeptInOrderChangedByKeyAndGoWithTheirResource) {
  Ask("CreateActivity",
      R"({"name":"paint","tags":[{"key":"a","value":"1"},{"key":"b","value":"2"}]})");
  Create(R"(,"tags":[{"key":"m","value":""}])");
  Ask("TagResource", fmt::format(R"({{"resourceArn":"{}","tags":[{{"key":"c","value":"3"}},)"
                                 R"({{"key":"a","value":"4"}}]}})",
                                 kActivity));
  Ask("UntagResource", fmt::format(R"({{"resourceArn":"{}","tagKeys":["b","none"]}})", kActivity));
  Reopen();
  const auto list = [&](const char* arn) {
    return Ask("ListTagsForResource", fmt::format(R"({{"resourceArn":"{}"}})", arn));
  };
  EXPECT_EQ(list(kActivity), R"({"tags":[{"key":"a","value":"4"},{"key":"c","value":"3"}]})");
  EXPECT_EQ(list(kMachine), R"({"tags":[{"key":"m","value":""}]})");
  Ask("DeleteActivity", fmt::format(R"({{"activityArn":"{}"}})", kActivity));
  EXPECT_EQ(list(kActivity),
            fmt::format(R"(400 {{"__type":"com.amazonaws.swf.service.v2.model#ResourceNotFound",)"
                        R"("message":"Resource not found: '{0}'","resourceName":"{0}"}})",
                        kActivity));
  CreatePaint();
  EXPECT_EQ(list(kActivity), R"({"tags":[]})");
}

TEST_F(AwsActivitiesTest, TagsThatAwsWouldRefuseAreRefused) {
  CreatePaint();
  const auto tag = [&](const std::string& tags) {
    return Ask("TagResource", fmt::format(R"({{"resourceArn":"{}","tags":{}}})", kActivity, tags));
  };
  std::string many;
  for (int i = 0; i < 51; ++i) many += fmt::format(R"({}{{"key":"k{}"}})", i ? "," : "", i);
  EXPECT_EQ(tag(fmt::format("[{}]", many)),
            fmt::format(R"(400 {{"__type":"com.amazonaws.swf.service.v2.model#TooManyTags",)"
                        R"("message":"Too Many Tags: '{0}'","resourceName":"{0}"}})",
                        kActivity));
  EXPECT_EQ(ErrorOf(tag(R"([{"key":"ok"},{"key":"","value":"v"}])")),
            "1 validation error detected: Value '' at 'tags.2.member.key' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1");
  EXPECT_EQ(ErrorOf(tag(R"([{"value":"v"}])")),
            "1 validation error detected: Value null at 'tags.1.member.key' failed to satisfy "
            "constraint: Member must not be null");
  EXPECT_EQ(ErrorOf(tag(R"([{"key":1}])")), "NUMBER_VALUE can not be converted to a String");
  EXPECT_EQ(
      ErrorOf(tag("null")),
      "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member "
      "must not be null");
  EXPECT_NE(ErrorOf(tag(R"([{"key":"aws:x"}])")).find("reserved"), std::string::npos);
  EXPECT_NE(ErrorOf(tag(R"([{"key":"a|b"}])")).find("only contain"), std::string::npos);
}

}  // namespace
}  // namespace engine
