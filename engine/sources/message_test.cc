// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/message.h"

#include <gtest/gtest.h>

#include "asl/json.h"
#include "asl/limits.h"

namespace engine::sources {
namespace {

asl::Json Parse(const std::string& text) { return *asl::ParseJson(text).value; }

Options With(const std::string& filter, const std::string& input = "") {
  Options options;
  if (!filter.empty()) options.filters.push_back(*Pattern::Compile(Parse(filter)));
  if (!input.empty()) options.input = *asl::Template::Compile(Parse(input)).value;
  return options;
}

// "start INPUT", "unwanted", "poison: WHY".
std::string Verdict(const Options& options, const std::string& body) {
  const Reading reading = Read(
      options, {.id = "m1",
                .body = body,
                .attributes = {{"MessageGroupId", "g"}},
                .message_attributes = R"({"kind":{"StringValue":"order","DataType":"String"}})"});
  if (reading.verdict == Reading::Verdict::kUnwanted) return "unwanted";
  return (reading.verdict == Reading::Verdict::kPoison ? "poison: " : "start ") + reading.text;
}

TEST(Message, TheBodyIsTheInputAsItStands) {
  EXPECT_EQ(Verdict(With(""), R"( {"a": 1.0} )"), R"(start  {"a": 1.0} )");
}

TEST(Message, ABodyThatIsNoJsonOrTooLargeIsPoison) {
  EXPECT_TRUE(Verdict(With(""), "plain").starts_with("poison: the body is not JSON"));
  const std::string large(asl::kPayloadBytesMax, '1');
  EXPECT_TRUE(Verdict(With(""), "1" + large).starts_with("poison: the body has 262145 bytes"));
}

TEST(Message, FiltersSeeTheParsedBodyAndTheAttributes) {
  EXPECT_EQ(Verdict(With(R"({"body":{"n":[1]}})"), R"({"n":1})"), R"(start {"n":1})");
  EXPECT_EQ(Verdict(With(R"({"body":{"n":[1]}})"), R"({"n":2})"), "unwanted");
  EXPECT_EQ(Verdict(With(R"({"body":{"n":[1]}})"), "plain"), "unwanted");
  EXPECT_EQ(Verdict(With(R"({"messageAttributes":{"kind":{"stringValue":["order"]}}})"), "1"),
            "start 1");
  EXPECT_EQ(Verdict(With(R"({"attributes":{"MessageGroupId":["h"]}})"), "1"), "unwanted");
}

TEST(Message, ATemplateMakesTheInput) {
  const Options options = With(
      "",
      R"({"id.$":"$.messageId","body.$":"$.body","kind.$":"$.messageAttributes.kind.stringValue"})");
  EXPECT_EQ(Verdict(options, R"({"n":1})"), R"(start {"kind":"order","id":"m1","body":{"n":1}})");
  EXPECT_EQ(Verdict(options, "plain"), R"(start {"kind":"order","id":"m1","body":"plain"})");
}

TEST(Message, ATemplateThatCannotBeFilledIsPoison) {
  const std::string verdict = Verdict(With("", R"({"n.$":"$.body.n"})"), "{}");
  EXPECT_TRUE(verdict.starts_with("poison: the input template cannot be filled: ")) << verdict;
}

TEST(Message, TheNameOfItsExecutionIsMadeOfItsId) {
  EXPECT_EQ(ExecutionNameOf("5fea7756-0ea4-451a-a703-a558b933e274"),
            "sqs-5fea7756-0ea4-451a-a703-a558b933e274");
  const std::string hashed = ExecutionNameOf("a/b");
  EXPECT_EQ(hashed.size(), 36u);
  EXPECT_EQ(hashed, ExecutionNameOf("a/b"));
  EXPECT_NE(hashed, ExecutionNameOf("a/c"));
}

TEST(Message, ItComesBackAtOnceAndThenLaterEachTime) {
  EXPECT_EQ(ReturnDelay(1), absl::ZeroDuration());
  EXPECT_EQ(ReturnDelay(2), absl::Seconds(1));
  EXPECT_EQ(ReturnDelay(5), absl::Seconds(8));
  EXPECT_EQ(ReturnDelay(1'000'000), kReturnDelayMax);
  EXPECT_EQ(ReceiveCount({.attributes = {{"ApproximateReceiveCount", "3"}}}), 3);
  EXPECT_EQ(ReceiveCount({}), 1);
}

}  // namespace
}  // namespace engine::sources
