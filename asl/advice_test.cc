// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/advice.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace asl {
namespace {

// "CODE at LOCATION" for each warning.
std::string Advice(std::string_view definition) {
  std::string text;
  for (const Problem& p : Advise(definition)) {
    EXPECT_EQ(p.severity, Severity::kWarning);
    EXPECT_GT(p.line, 0);
    text += fmt::format("{} at {}\n", p.code, p.location);
  }
  return text;
}

std::string Only(std::string_view fields) {
  return fmt::format(R"({{"StartAt":"X","States":{{"X":{{{},"End":true}}}}}})", fields);
}

constexpr std::string_view kRetryAll = R"("Retry":[{"ErrorEquals":["States.ALL"]}])";

std::string Callback(std::string_view fields) {
  return Only(fmt::format(R"("Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage)"
                          R"(.waitForTaskToken","Parameters":{{}},{}{})",
                          fields, kRetryAll));
}

TEST(Advice, ACallbackShouldHaveATimeout) {
  EXPECT_EQ(Advice(Callback("")), "CALLBACK_WITHOUT_TIMEOUT at /States/X\n");
  EXPECT_EQ(Advice(Callback(R"("TimeoutSeconds":60,)")), "");
  EXPECT_EQ(Advice(Callback(R"("HeartbeatSecondsPath":"$.h",)")), "");
}

std::string Lambda(std::string_view fields) {
  return Only(fmt::format(
      R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"{})", fields));
}

TEST(Advice, ALambdaTaskShouldTryAgainAfterTransientErrors) {
  EXPECT_EQ(Advice(Lambda("")), "LAMBDA_WITHOUT_RETRY at /States/X\n");
  EXPECT_EQ(Advice(Lambda(fmt::format(",{}", kRetryAll))), "");
  EXPECT_EQ(Advice(Lambda(R"(,"Retry":[{"ErrorEquals":["States.TaskFailed"]}])")), "");
  const std::string some = Lambda(
      R"(,"Retry":[{"ErrorEquals":["Lambda.ServiceException","Lambda.AWSLambdaException"]}])");
  ASSERT_EQ(Advise(some).size(), 1u);
  EXPECT_EQ(Advise(some)[0].message,
            "The Task does not try again after transient errors of Lambda; give it a Retry for "
            "Lambda.SdkClientException, Lambda.TooManyRequestsException");
  const std::string inner = Lambda("");
  EXPECT_EQ(Advice(Only(fmt::format(R"("Type":"Parallel","Branches":[{}],{})", inner, kRetryAll))),
            "");
  EXPECT_EQ(Advice(Only(fmt::format(R"("Type":"Parallel","Branches":[{}])", inner))),
            "LAMBDA_WITHOUT_RETRY at /States/X/Branches[0]/States/X\n");
}

struct Row {
  std::string_view fields;
  std::string_view advice;
};

TEST(Advice, ARetrierOrCatcherShouldBeAbleToMatch) {
  const Row rows[] = {
      {R"("Catch":[{"ErrorEquals":["A"]},{"ErrorEquals":["A"]}])",
       "NEVER_MATCHES at /States/X/Catch[1]\n"},
      {R"("Catch":[{"ErrorEquals":["A"]},{"ErrorEquals":["A","B"]}])", ""},
      {R"("Catch":[{"ErrorEquals":["States.TaskFailed"]},{"ErrorEquals":["A"]}])",
       "NEVER_MATCHES at /States/X/Catch[1]\n"},
      {R"("Catch":[{"ErrorEquals":["States.TaskFailed"]},{"ErrorEquals":["States.Timeout"]},)"
       R"({"ErrorEquals":["States.ALL"]}])",
       ""},
      {R"("Catch":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["A"]}])",
       "NEVER_MATCHES at /States/X/Catch[1]\n"},
      {R"("Catch":[{"ErrorEquals":["States.Runtime"]}])", "NEVER_MATCHES at /States/X/Catch[0]\n"},
      {R"("Retry":[{"ErrorEquals":["State.ALL"]},{"ErrorEquals":["States.all"]}])",
       "NEVER_MATCHES at /States/X/Retry[0]\nNEVER_MATCHES at /States/X/Retry[1]\n"},
      {R"("Retry":[{"ErrorEquals":["States.Http.StatusCode.429","My.Error"]}])", ""},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Advice(Only(fmt::format(R"("Type":"Parallel","Branches":[],{})", row.fields))),
              row.advice)
        << row.fields;
  }
}

TEST(Advice, APayloadShouldFit) {
  const std::string text(262'143, 'x');
  EXPECT_EQ(Advice(Only(fmt::format(R"("Type":"Pass","Result":"{}")", text.substr(1)))), "");
  EXPECT_EQ(Advice(Only(fmt::format(R"("Type":"Pass","Result":"{}")", text))),
            "PAYLOAD_TOO_LARGE at /States/X/Result\n");
}

// A Map over the states of a definition, with these fields.
std::string Map(std::string_view inner, std::string_view config = "{}") {
  return Only(fmt::format(R"("Type":"Map","ItemProcessor":{{"ProcessorConfig":{},{})", config,
                          inner.substr(1)));
}

TEST(Advice, AHistoryShouldNotOutgrowItsLimit) {
  const std::string pass = Only(R"("Type":"Pass")");
  EXPECT_EQ(Advice(Map(pass)), "");
  EXPECT_EQ(Advice(Map(Map(pass))), "HISTORY_TOO_LONG at /States/X\n");
  EXPECT_EQ(Advice(Map(Map(Map(pass)))), "HISTORY_TOO_LONG at /States/X\n");
  EXPECT_EQ(Advice(Map(Map(pass), R"({"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"})")), "");
  EXPECT_EQ(Advise(Map(Map(pass)))[0].message,
            "With 100 items in each Map this would write about 40604 events, and a history ends at "
            "25000; a Map in mode DISTRIBUTED gives each item a history of its own");
}

TEST(Advice, AVariableIsReadAfterItIsAssigned) {
  const auto jsonata = [](std::string_view states) {
    return Advice(
        fmt::format(R"({{"QueryLanguage":"JSONata","StartAt":"A","States":{{{}}}}})", states));
  };
  EXPECT_EQ(jsonata(R"("A":{"Type":"Pass","Assign":{"a":1},"Next":"B"},)"
                    R"("B":{"Type":"Succeed","Output":"{% $a + $count([1]) + $b %}"})"),
            "UNKNOWN_VARIABLE at /States/B/Output\n");
  EXPECT_EQ(jsonata(R"("A":{"Type":"Choice","Choices":[{"Condition":"{% ($x := 1; $x) = 1 %}",)"
                    R"("Assign":{"a":1},"Next":"B"}]},"B":{"Type":"Succeed","Output":"{% $a %}"})"),
            "");
  EXPECT_EQ(Advice(Only(R"("Type":"Pass","Parameters":{"a":{"b.$":"$x.y"}})")),
            "UNKNOWN_VARIABLE at /States/X/Parameters\n");
  EXPECT_EQ(Advice(Only(R"_("Type":"Pass","Assign":{"x":1,"y.$":"States.Array($x, $z)"})_")),
            "UNKNOWN_VARIABLE at /States/X/Assign\n");
  // What a Map assigns its iterations see, and the executions of a distributed one do not.
  const std::string map =
      R"("A":{{"Type":"Map","Assign":{{"a":1}},"ItemProcessor":{{"ProcessorConfig":{{"Mode":"{}"}},)"
      R"("StartAt":"I","States":{{"I":{{"Type":"Pass","Output":"{{% $a %}}"}}}}}}}})";
  EXPECT_EQ(jsonata(fmt::format(fmt::runtime(map), "INLINE")), "");
  EXPECT_EQ(jsonata(fmt::format(fmt::runtime(map), "DISTRIBUTED")),
            "UNKNOWN_VARIABLE at /States/A/ItemProcessor/States/I/Output\n");
}

TEST(Advice, AVariableHasANameThatCanBeRead) {
  EXPECT_EQ(Advice(Only(R"("Type":"Pass","Assign":{"top-level":1,"a_1":1,"größe.$":"$.g"})")),
            "UNREADABLE_VARIABLE at /States/X/Assign\n");
}

TEST(Advice, OneQueryLanguageIsWrittenAtATime) {
  EXPECT_EQ(Advice(Only(R"("Type":"Pass","Parameters":{"a":["{% 1 %}"],"b":"{% half"})")),
            "OTHER_LANGUAGE at /States/X/Parameters/a[0]\n");
  EXPECT_EQ(Advice(Only(R"("QueryLanguage":"JSONata","Type":"Pass","Output":{"a.$":"$.a"})")),
            "OTHER_LANGUAGE at /States/X/Output/a.$\n");
}

TEST(Advice, AnyTextMayBeAskedAbout) {
  for (const std::string_view text : {"", "[]", "{", R"({"States":1})", R"({"States":{"A":1}})"}) {
    EXPECT_EQ(Advice(text), "") << text;
  }
  EXPECT_EQ(Advice(R"({"States":{"A":{"Type":"Task","Resource":7,"Retry":[1],"Catch":{}}}})"), "");
}

}  // namespace
}  // namespace asl
