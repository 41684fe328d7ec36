// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_history.h"

#include <gtest/gtest.h>

#include "fmt/format.h"

namespace engine {
namespace {

using asl::EventType;
using asl::HistoryEvent;

asl::Payload Payload(asl::PayloadField field, const std::string& text) {
  return {.ref = {.event = asl::EventId{2},
                  .field = field,
                  .offset = 0,
                  .length = static_cast<uint32_t>(text.size())},
          .text = std::make_shared<const std::string>(text)};
}

// Without what every event has.
std::string Details(HistoryEvent event, bool with_data = true) {
  event.id = asl::EventId{2};
  event.previous = asl::EventId{1};
  event.time = asl::Millis{1'763'910'264'007};
  asl::JsonWriter out;
  WriteAwsEvent(event, {}, with_data, out);
  const std::string head =
      fmt::format(R"({{"timestamp":1763910264.007,"type":"{}","id":2,"previousEventId":1)",
                  asl::EventTypeName(event.type));
  EXPECT_TRUE(out.text().starts_with(head)) << out.text();
  const std::string rest = out.text().substr(head.size());
  return rest == "}" ? "" : rest.substr(1, rest.size() - 2);
}

TEST(AwsHistory, TextsOfJsonAreStringsAndStatesShareTheirDetails) {
  EXPECT_EQ(Details({.type = EventType::kPassStateEntered,
                     .name = "A",
                     .payload = Payload(asl::PayloadField::kInput, R"({"a": "ä"})")}),
            R"("stateEnteredEventDetails":{"name":"A","input":"{\"a\": \"ä\"}",)"
            R"("inputDetails":{"truncated":false}})");
  EXPECT_EQ(Details({.type = EventType::kMapStateExited,
                     .name = "A",
                     .payload = Payload(asl::PayloadField::kOutput, "[]")}),
            R"("stateExitedEventDetails":{"name":"A","output":"[]",)"
            R"("outputDetails":{"truncated":false}})");
}

TEST(AwsHistory, ATaskShowsItsResourceParametersAndLimits) {
  EXPECT_EQ(Details({.type = EventType::kTaskScheduled,
                     .payload = Payload(asl::PayloadField::kParameters, "{}"),
                     .resource = "invoke",
                     .resource_type = "lambda",
                     .region = "us-east-1",
                     .timeout_s = 60,
                     .heartbeat_s = 5}),
            R"("taskScheduledEventDetails":{"parameters":"{}","resourceType":"lambda",)"
            R"("resource":"invoke","region":"us-east-1","timeoutInSeconds":60,)"
            R"("heartbeatInSeconds":5})");
  EXPECT_EQ(Details({.type = EventType::kTaskFailed,
                     .error = {.name = "E", .cause = ""},
                     .resource = "invoke",
                     .resource_type = "lambda"}),
            R"("taskFailedEventDetails":{"resourceType":"lambda","resource":"invoke",)"
            R"("error":"E","cause":""})");
}

TEST(AwsHistory, ADetailIsCalledAsAwsCallsItThere) {
  EXPECT_EQ(Details({.type = EventType::kActivityStarted, .name = "w"}),
            R"("activityStartedEventDetails":{"workerName":"w"})");
  EXPECT_EQ(Details({.type = EventType::kMapIterationFailed, .name = "M", .index = 0}),
            R"("mapIterationFailedEventDetails":{"name":"M","index":0})");
  EXPECT_EQ(Details({.type = EventType::kMapStateStarted,
                     .payload = Payload(asl::PayloadField::kInput, "[1]"),
                     .length = 1}),
            R"("mapStateStartedEventDetails":{"length":1})");
}

TEST(AwsHistory, VariablesAreTextsAndAnEvaluationTellsItsFieldAndState) {
  HistoryEvent exited{.type = EventType::kPassStateExited,
                      .name = "A",
                      .payload = Payload(asl::PayloadField::kOutput, "{}")};
  exited.assigned = std::make_shared<const std::string>(R"({"v":[1],"t":"x"})");
  EXPECT_EQ(Details(exited), R"("stateExitedEventDetails":{"name":"A","output":"{}",)"
                             R"("outputDetails":{"truncated":false},)"
                             R"("assignedVariables":{"v":"[1]","t":"\"x\""},)"
                             R"("assignedVariablesDetails":{"truncated":false}})");
  EXPECT_EQ(Details(exited, false), R"("stateExitedEventDetails":{"name":"A"})");
  EXPECT_EQ(Details({.type = EventType::kEvaluationFailed,
                     .name = "A",
                     .error = {.name = "E", .cause = "c"},
                     .location = "Output/a"}),
            R"("evaluationFailedEventDetails":{"state":"A","location":"Output/a",)"
            R"("error":"E","cause":"c"})");
}

TEST(AwsHistory, AnEventWithNothingToSayHasNoDetailsOrEmptyOnesAsOnAws) {
  EXPECT_EQ(Details({.type = EventType::kExecutionAborted}),
            R"("executionAbortedEventDetails":{})");
  EXPECT_EQ(Details({.type = EventType::kLambdaFunctionStarted}), "");
  EXPECT_EQ(Details({.type = EventType::kParallelStateStarted,
                     .payload = Payload(asl::PayloadField::kInput, "{}")}),
            "");
}

TEST(AwsHistory, ATaskShowsTheRoleOfItsCredentials) {
  EXPECT_EQ(Details({.type = EventType::kTaskScheduled,
                     .payload = Payload(asl::PayloadField::kParameters, "{}"),
                     .resource = "sendMessage",
                     .resource_type = "sqs",
                     .region = "eu-west-1",
                     .role_arn = "r",
                     .timeout_s = 5}),
            R"("taskScheduledEventDetails":{"parameters":"{}","resourceType":"sqs",)"
            R"("resource":"sendMessage","region":"eu-west-1","taskCredentials":{"roleArn":"r"},)"
            R"("timeoutInSeconds":5})");
}

TEST(AwsHistory, WithoutDataAnEventSaysNothingOfItsPayload) {
  EXPECT_EQ(Details({.type = EventType::kExecutionStarted,
                     .payload = Payload(asl::PayloadField::kInput, "{}"),
                     .role_arn = "r"},
                    false),
            R"("executionStartedEventDetails":{"roleArn":"r"})");
}

}  // namespace
}  // namespace engine
