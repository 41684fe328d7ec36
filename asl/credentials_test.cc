// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Credentials of a Task: the role goes to who calls the service, and history shows it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/test_driver.h"

namespace asl {
namespace {

constexpr char kFunction[] = "arn:aws:lambda:us-east-1:123456789012:function:f";

TestDriver Started(std::string_view fields, std::string_view language, std::string input) {
  const std::string definition = fmt::format(
      R"({{"QueryLanguage":"{}","StartAt":"X","States":{{"X":{{"Type":"Task","End":true,{}}}}}}})",
      language, fields);
  const Compiled compiled = Compile(definition);
  EXPECT_NE(compiled.program, nullptr) << definition;
  TestDriver driver(compiled.program, {});
  driver.Start(std::move(input));
  return driver;
}

// Both: what is shown and what is called.
std::string RoleIn(const TestDriver& driver) {
  if (driver.task() == nullptr) return driver.end().error.cause.value_or("no task");
  return driver.events().back().role_arn + " " + driver.task()->role;
}

TEST(Credentials, TheRoleIsALiteralAPathOrAnExpression) {
  const std::string function = fmt::format(R"("Resource":"{}")", kFunction);
  const std::string invoke =
      R"("Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"})";
  const std::string send =
      R"("Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl":"u","MessageBody":"b"})";
  EXPECT_EQ(RoleIn(Started(function, "JSONPath", "{}")), " ");
  EXPECT_EQ(RoleIn(Started(function + R"(,"Credentials":{"RoleArn":"r"})", "JSONPath", "{}")),
            "r r");
  EXPECT_EQ(RoleIn(Started(send + R"(,"Credentials":{"RoleArn.$":"$.role"})", "JSONPath",
                           R"({"role":"x"})")),
            "x x");
  EXPECT_EQ(RoleIn(Started(invoke + R"(,"Credentials":{"RoleArn":"{% $states.input.role %}"})",
                           "JSONata", R"({"role":"y"})")),
            "y y");
}

TEST(Credentials, EachAttemptHasTheRole) {
  TestDriver driver =
      Started(fmt::format(R"("Resource":"{}","Credentials":{{"RoleArn.$":"$.role"}},)"
                          R"("Retry":[{{"ErrorEquals":["States.ALL"]}}])",
                          kFunction),
              "JSONPath", R"({"role":"x"})");
  driver.Fail("Broken", "once");
  ASSERT_TRUE(driver.FireNext());
  EXPECT_EQ(RoleIn(driver), "x x");
}

TEST(Credentials, ARoleThatIsNoTextFailsBeforeAnythingIsScheduled) {
  TestDriver driver =
      Started(fmt::format(R"("Resource":"{}","Credentials":{{"RoleArn.$":"$.role"}})", kFunction),
              "JSONPath", R"({"role":7})");
  ASSERT_TRUE(driver.ended());
  EXPECT_EQ(driver.end().error.name, "States.Runtime");
  EXPECT_NE(RoleIn(driver).find("The value for the field 'RoleArn' must be a STRING"),
            std::string::npos)
      << RoleIn(driver);
}

}  // namespace
}  // namespace asl
