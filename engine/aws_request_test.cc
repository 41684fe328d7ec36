// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_request.h"

#include <gtest/gtest.h>

#include "fmt/format.h"

namespace engine {
namespace {

constexpr AwsMember kMembers[] = {
    {.name = "executionArn", .required = true, .min = 1, .max = 60, .arn_of = "execution"},
    {.name = "name", .min = 1, .max = 5},
    {.name = "input", .max = 4, .sensitive = true},
    {.name = "maxResults", .kind = AwsKind::kInteger, .max = 1'000},
    {.name = "reverseOrder", .kind = AwsKind::kBoolean},
    {.name = "type", .choices = "STANDARD, EXPRESS"},
    {.name = "tags", .kind = AwsKind::kList},
    {.name = "settings", .kind = AwsKind::kStructure},
};
constexpr char kArn[] = "arn:aws:states:us-east-1:123456789012:execution:m:e";

// "" when the request is taken, else "error: message".
std::string Refusal(const std::string& body) {
  const auto decoded = DecodeAwsRequest(kMembers, body);
  const auto* error = std::get_if<AwsError>(&decoded);
  return error == nullptr ? "" : fmt::format("{}: {}", error->type, error->message);
}
// The same, of a request that has an ARN and this.
std::string RefusalOf(const std::string& members) {
  return Refusal(fmt::format(R"({{"executionArn":"{}",{}}})", kArn, members));
}

TEST(AwsRequest, MembersAreReadByNameAndNullIsAbsent) {
  const auto decoded = DecodeAwsRequest(
      kMembers, fmt::format(R"({{"executionArn":"{}","name":"\u00e4\"b","maxResults":7,)"
                            R"("reverseOrder":true,"input":null,"unknown":[1],"tags":[]}})",
                            kArn));
  ASSERT_TRUE(std::holds_alternative<AwsRequest>(decoded));
  const AwsRequest& request = std::get<AwsRequest>(decoded);
  EXPECT_EQ(request.Text("name"), "ä\"b");
  EXPECT_EQ(request.Number("maxResults"), 7);
  EXPECT_TRUE(request.Flag("reverseOrder"));
  EXPECT_TRUE(request.Flag("absent", true));
  EXPECT_EQ(request.Find("input"), std::nullopt);
  EXPECT_TRUE(request.Part("tags").is_array());
}

TEST(AwsRequest, WhatIsNoJsonOrOfAnotherTypeCannotBeRead) {
  EXPECT_TRUE(Refusal("{").starts_with("SerializationException: ")) << Refusal("{");
  EXPECT_TRUE(Refusal(std::string(5'000, '[')).starts_with("SerializationException: "));
  EXPECT_TRUE(Refusal("\"\xff\"").starts_with("SerializationException: "));
  EXPECT_EQ(Refusal("[]"), "SerializationException: the body must be a JSON object");
  const std::pair<const char*, const char*> cases[] = {
      {R"("name":1)", "NUMBER_VALUE can not be converted to a String"},
      {R"("name":true)", "TRUE_VALUE can not be converted to a String"},
      {R"("name":["a"])", "Start of list found where not expected"},
      {R"("name":{})", "Start of structure or map found where not expected"},
      {R"("maxResults":"1")", "STRING_VALUE can not be converted to an Integer"},
      {R"("maxResults":1.5)", "NUMBER_VALUE can not be converted to an Integer"},
      {R"("reverseOrder":"true")", "STRING_VALUE can not be converted to a Boolean"},
      {R"("tags":{})", "Start of structure or map found where not expected"},
      {R"("settings":[])", "Start of list found where not expected"},
  };
  for (const auto& [members, message] : cases) {
    EXPECT_EQ(RefusalOf(members), fmt::format("SerializationException: {}", message));
  }
}

TEST(AwsRequest, AConstraintThatIsBrokenIsNamedAsAwsDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("name":"")",
       "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or "
       "equal to 1"},
      {R"("name":"äöüäöü")",
       "Value 'äöüäöü' at 'name' failed to satisfy constraint: Member must have length less than "
       "or equal to 5"},
      {R"("input":"secret")",
       "Value at 'input' failed to satisfy constraint: Member must have length less than or equal "
       "to 4"},
      {R"("maxResults":1001)",
       "Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less "
       "than or equal to 1000"},
      {R"("maxResults":-1)",
       "Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater "
       "than or equal to 0"},
      {R"("type":"standard")",
       "Value 'standard' at 'type' failed to satisfy constraint: Member must satisfy enum value "
       "set: [STANDARD, EXPRESS]"},
  };
  for (const auto& [members, violation] : cases) {
    EXPECT_EQ(RefusalOf(members),
              fmt::format("com.amazon.coral.validate#ValidationException: 1 validation error "
                          "detected: {}",
                          violation));
  }
  EXPECT_EQ(RefusalOf(R"("name":"äöüäö")"), "");
}

TEST(AwsRequest, AllBrokenConstraintsAreNamedAtOnce) {
  EXPECT_EQ(Refusal(R"({"maxResults":1001})"),
            "com.amazon.coral.validate#ValidationException: 2 validation errors detected: Value "
            "null at 'executionArn' failed to satisfy constraint: Member must not be null; Value "
            "'1001' at 'maxResults' failed to satisfy constraint: Member must have value less than "
            "or equal to 1000");
  EXPECT_EQ(Refusal(""), Refusal("{}"));
}

TEST(AwsRequest, AnArnIsCheckedBeforeTheConstraints) {
  EXPECT_EQ(Refusal(R"({"executionArn":"nonsense","maxResults":1001})"),
            "com.amazonaws.swf.service.v2.model#InvalidArn: Invalid Arn: 'Invalid ARN prefix: "
            "nonsense'");
  EXPECT_EQ(Refusal(R"({"executionArn":"arn:aws:states:us-east-1:123456789012:express:m:e:1"})"),
            "com.amazonaws.swf.service.v2.model#InvalidArn: Invalid Arn: 'Resource type not valid "
            "in this context: express'");
}

TEST(AwsRequest, AStatusIsTheExceptionThatItsTitleNames) {
  const auto of = [](const absl::Status& status) {
    const AwsError error = ToAws(status);
    return fmt::format("{} {}", error.http_status, error.type);
  };
  EXPECT_EQ(of(absl::NotFoundError("Execution Does Not Exist: 'a: b'")),
            "400 com.amazonaws.swf.service.v2.model#ExecutionDoesNotExist");
  EXPECT_EQ(of(absl::FailedPreconditionError("Task Timed Out: 'Provided task …'")),
            "400 com.amazonaws.swf.service.v2.model#TaskTimedOut");
  EXPECT_EQ(of(absl::InvalidArgumentError("Version description can …")),
            "400 com.amazon.coral.validate#ValidationException");
  EXPECT_EQ(of(absl::UnimplementedError("a: b")), "400 UnsupportedOperationException");
  EXPECT_EQ(of(absl::AbortedError("State Machine Has Changed: 'a'")), "503 ServiceUnavailable");
  EXPECT_EQ(of(absl::DataLossError("a row")), "500 InternalFailure");
}

}  // namespace
}  // namespace engine
