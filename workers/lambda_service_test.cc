// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What needs no endpoint; tests/lambda has one.
#include "workers/lambda_service.h"

#include <gtest/gtest.h>

#include "workers/aws/fake_transport.h"

namespace workers {
namespace {

class LambdaServiceTest : public testing::Test {
 protected:
  // "success: …" or "ERROR: CAUSE".
  std::string Answered(FunctionTarget target, TaskRequest task) {
    LambdaService service(&transport_, [&](std::string_view) { return target; });
    std::string text = "nothing";
    service.Start(std::move(task), [&](const Answer& answer) {
      text = answer.kind == AnswerKind::kSuccess
                 ? "success: " + *answer.output
                 : answer.error.value_or("") + ": " + answer.cause.value_or("");
    });
    return text;
  }

  aws::FakeTransport transport_;
  const TaskRequest task_{.token = "t1", .queue = CallQueue("lambda", "pay")};
};

TEST_F(LambdaServiceTest, AMockAnswersAtOnce) {
  EXPECT_EQ(Answered(ToMock{.result = std::make_shared<const std::string>("[1]")}, task_),
            "success: [1]");
  EXPECT_EQ(Answered(ToMock{.error = "Gone", .cause = "for good"}, task_), "Gone: for good");
  EXPECT_EQ(transport_.sent(), 0u);
}

// Retry then schedules it again, by the route that there is now.
TEST_F(LambdaServiceTest, ATaskWhoseFunctionNowGoesToWorkersFailsForPassing) {
  EXPECT_EQ(Answered(ToWorkers{}, task_),
            "Lambda.SdkClientException: The routes changed while the Task waited: the function "
            "'pay' now goes to workers.");
}

TEST_F(LambdaServiceTest, WhatOnlyLambdaCanDoIsRefusedForWorkers) {
  TaskRequest task = task_;
  task.invoke = std::make_shared<const InvokeOptions>(InvokeOptions{.type = "Event"});
  EXPECT_EQ(Answered(ToWorkers{}, task),
            "States.Runtime: InvocationType 'Event' needs a route to a Lambda endpoint, and the "
            "function 'pay' goes to workers. See `aslctl routes pay`.");
}

TEST_F(LambdaServiceTest, AProfileThatIsNotThereFailsTheTaskAndSaysSo) {
  const std::string answer = Answered(ToLambda{.profile = "no-such-profile-of-asld"}, task_);
  EXPECT_TRUE(answer.starts_with("Lambda.SdkClientException: ")) << answer;
  EXPECT_NE(answer.find("no-such-profile-of-asld"), std::string::npos) << answer;
}

TEST_F(LambdaServiceTest, AFunctionIsCalledAsOftenAtOnceAsItsRouteSays) {
  const LambdaService service(&transport_, [](std::string_view function) -> FunctionTarget {
    if (function == "pay") return ToLambda{.concurrency = 3};
    return ToMock{};
  });
  EXPECT_EQ(service.SlotsFor("pay"), 3u);
  EXPECT_EQ(service.SlotsFor("mocked"), ToLambda::kConcurrency);
}

}  // namespace
}  // namespace workers
