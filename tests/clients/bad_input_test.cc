// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Definitions, inputs and names that must not pass, and odd ones that must: through the real API,
// answered as AWS answers or with a clear text.
#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

constexpr size_t kDefinitionMax = 1'048'576;
constexpr size_t kInputMax = 262'144;
constexpr char kOddNumbers[] =
    R"({"a": -0, "b": 1e400, "c": 123456789012345678901234567890, "d": 1.0})";

constexpr char kInvalidJson[] =
    "INVALID_ARGUMENT: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: ";
constexpr char kInvalidInput[] = "INVALID_ARGUMENT: Invalid State Machine Execution Input: '";
constexpr char kInvalidName[] = "INVALID_ARGUMENT: Invalid Name: '";

std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string Nested(int levels) { return Repeated("[", levels) + Repeated("]", levels); }

std::string Padded(std::string text, size_t bytes) {
  text.resize(bytes, ' ');
  return text;
}

class BadDefinition : public ClientTest {};
class BadInput : public ClientTest {
 protected:
  void SetUp() override { ASSERT_EQ(Text(Create("taker", Pass())), "OK"); }
};
class BadName : public ClientTest {};

TEST_F(BadDefinition, OfOneByteTooManyIsRefused) {
  EXPECT_EQ(Text(Create("large", Padded(Pass(), kDefinitionMax + 1))),
            "INVALID_ARGUMENT: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: "
            "Definition must have at "
            "most 1048576 bytes, but has 1048577 at null'");
  EXPECT_EQ(Text(Create("large", Padded(Pass(), kDefinitionMax))), "OK");
}

TEST_F(BadDefinition, TooLargeForOneMessageIsRefusedByTheTransport) {
  EXPECT_TRUE(StartsWith(Text(Create("larger", Padded(Pass(), 17 << 20))), "RESOURCE_EXHAUSTED: "));
}

TEST_F(BadDefinition, NestedTenThousandLevelsDeepIsRefused) {
  const std::string answer =
      Text(Create("deep", Pass(fmt::format(R"("Result": {}, )", Nested(10'000)))));
  EXPECT_TRUE(StartsWith(answer, kInvalidJson));
}

TEST_F(BadDefinition, WithAKeyTwiceIsRefusedAtItsPlace) {
  const std::string answer = Text(Create("twice", R"({"StartAt": "P", "StartAt": "P"})"));
  EXPECT_EQ(answer,
            "INVALID_ARGUMENT: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: "
            "Duplicate field 'StartAt'\n at [Source: (String)\"{\"StartAt\": \"P\", \"StartAt\": "
            "\"P\"}\"; line: 1, column: 27] at [Source: (String)\"{\"StartAt\": \"P\", "
            "\"StartAt\": \"P\"}\"; line: 1, column: 27]'");
}

TEST_F(BadDefinition, WithMoreProblemsThanAStatusCanCarryIsRefusedWithTheFirst) {
  std::string states;
  for (int i = 0; i < 900; ++i)
    states += fmt::format(R"(, "State number {}": {{"Type": "Nothing"}})", i);
  const std::string answer = Text(
      Create("many", R"({"StartAt": "A", "States": {"A": {"Type": "Succeed"})" + states + "}}"));
  EXPECT_TRUE(StartsWith(answer, "INVALID_ARGUMENT: Invalid State Machine Definition: '"));
  EXPECT_NE(answer.find("/States/State number 0/Type"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with(" bytes in all)")) << answer;
}

// A request that is no UTF-8 cannot be parsed as a message; the code is gRPC's own.
TEST_F(BadDefinition, OfInvalidUtf8IsRefused) {
  EXPECT_TRUE(
      StartsWith(Text(Create("utf8", Pass("\"Comment\": \"\xff\xfe\", "))), "UNIMPLEMENTED"));
}

TEST_F(BadDefinition, WithAnAccentWhereItsTextIsCutIsShownToTheClient) {
  for (int bytes = 480; bytes < 500; ++bytes) {
    asld::v1::ValidateDefinitionRequest request;
    request.set_definition("{\"" + std::string(static_cast<size_t>(bytes), 'x') +
                           Repeated("é", 20) + "\" nothing");
    asld::v1::ValidateDefinitionResponse response;
    EXPECT_EQ(Text(stub_->ValidateDefinition(Patient().get(), request, &response)), "OK") << bytes;
    EXPECT_EQ(response.problems_size(), 1);
  }
}

TEST_F(BadDefinition, WithALoneSurrogateIsRefused) {
  const std::string answer = Text(Create("lone", Pass(R"("Comment": "\ud800", )")));
  EXPECT_TRUE(StartsWith(answer, kInvalidJson));
}

TEST_F(BadDefinition, ThatIsNoObjectIsRefused) {
  const std::string refusal =
      "INVALID_ARGUMENT: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition "
      "must be a valid JSON object at null'";
  EXPECT_EQ(Text(Create("none", "")), refusal);
  EXPECT_EQ(Text(Create("none", "[]")), refusal);
}

// "OK FAIL EW truncated later": the call's status, the result, severities, and what else there is.
std::string Validated(asld::v1::Workflows::StubInterface* stub, const std::string& definition,
                      const asld::v1::ValidateDefinitionRequest& options) {
  asld::v1::ValidateDefinitionRequest request = options;
  request.set_definition(definition);
  asld::v1::ValidateDefinitionResponse response;
  const std::string status = Text(stub->ValidateDefinition(Patient().get(), request, &response));
  std::string text = status + " " + response.result() + " ";
  for (const asld::v1::Problem& problem : response.problems()) text += problem.severity()[0];
  if (response.truncated()) text += " truncated";
  if (response.not_supported_yet_size() > 0) text += " later";
  return text;
}

// Valid on AWS; not served here.
constexpr char kPublish[] =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",)"
    R"("Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:t","Message":"m"},)"
    R"("TimeoutSeconds":9,"End":true}}})";

TEST_F(BadDefinition, IsToldAsMuchOfAsWasAskedFor) {
  const std::string wrong = Pass(R"("Result": "$.x", "A": 1, "B": 2, )");
  asld::v1::ValidateDefinitionRequest options;
  EXPECT_EQ(Validated(stub_.get(), Pass(), options), "OK OK ");
  EXPECT_EQ(Validated(stub_.get(), kPublish, options), "OK OK  later");
  EXPECT_EQ(Validated(stub_.get(), wrong, options), "OK FAIL EE");
  options.set_severity("WARNING");
  EXPECT_EQ(Validated(stub_.get(), wrong, options), "OK FAIL WEE");
  options.set_max_results(1);
  EXPECT_EQ(Validated(stub_.get(), wrong, options), "OK FAIL W truncated");
  options.set_max_results(101);
  EXPECT_TRUE(StartsWith(Validated(stub_.get(), wrong, options),
                         "INVALID_ARGUMENT: 1 validation error detected: Value '101' at "
                         "'maxResults' failed to satisfy constraint: Member must have value less "
                         "than or equal to 100"));
  options.set_max_results(0);
  options.set_type("QUICK");
  EXPECT_TRUE(StartsWith(Validated(stub_.get(), wrong, options),
                         "INVALID_ARGUMENT: 1 validation error detected: Value 'QUICK' at 'type' "
                         "failed to satisfy constraint: Member must satisfy enum value set: "
                         "[STANDARD, EXPRESS]"));
}

TEST_F(BadDefinition, WithOddNumbersRunsAndKeepsTheirSpelling) {
  ASSERT_EQ(Text(Create("odd", Pass(fmt::format(R"("Result": {}, )", kOddNumbers)))), "OK");
  asld::v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("odd", "", "{}", &end)), "OK");
  std::string spelled = end.output();
  std::erase(spelled, ' ');
  EXPECT_EQ(spelled, R"({"a":-0,"b":1e400,"c":123456789012345678901234567890,"d":1.0})");
}

TEST_F(BadInput, OfOneByteTooManyIsRefused) {
  EXPECT_EQ(Text(Start("taker", "", Padded("{}", kInputMax + 1))),
            "INVALID_ARGUMENT: 1 validation error detected: Value at 'input' failed to satisfy "
            "constraint: Member must "
            "have length less than or equal to 262144");
  asld::v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("taker", "", Padded("{}", kInputMax), &end)), "OK");
  EXPECT_EQ(end.output().size(), kInputMax);
}

TEST_F(BadInput, ThatIsNotJsonIsRefused) {
  for (const char* input :
       {"{", "nothing", "{\"a\": \"\xff\"}", R"({"a": "\ud800"})", R"({"a": "\udc00\ud800"})",
        "{\"a\": \"\x01\"}", "{} {}", "\xef\xbb\xbf{}", "[1,]", "01", "NaN"}) {
    EXPECT_TRUE(StartsWith(Text(Start("taker", "", input)), kInvalidInput)) << input;
  }
}

TEST_F(BadInput, NestedTenThousandLevelsDeepIsRefused) {
  EXPECT_TRUE(StartsWith(Text(Start("taker", "", Nested(10'000))), kInvalidInput));
}

TEST_F(BadInput, WithOddNumbersAndKeysPassesThroughByteForByte) {
  for (const std::string input :
       {kOddNumbers, R"({"a": 1, "a": 2})", "-0", "1e400", R"( [ 1 ,"é" ] )"}) {
    asld::v1::Execution end;
    ASSERT_EQ(Text(StartAndWait("taker", "", input, &end)), "OK");
    EXPECT_EQ(end.status(), "SUCCEEDED");
    EXPECT_EQ(end.output(), input);
  }
}

TEST_F(BadInput, WithOddNumbersKeepsThemWhenAPathTakesThemOut) {
  ASSERT_EQ(Text(Create("picker", Pass(R"("InputPath": "$.c", )"))), "OK");
  asld::v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("picker", "", kOddNumbers, &end)), "OK");
  EXPECT_EQ(end.output(), "123456789012345678901234567890");
}

TEST_F(BadInput, OfAThousandStartsIsTheMostOneCallTakes) {
  asld::v1::StartExecutionsRequest request;
  for (int i = 0; i < 1'001; ++i) request.add_executions()->set_state_machine("taker");
  asld::v1::StartExecutionsResponse response;
  EXPECT_EQ(Text(stub_->StartExecutions(Patient().get(), request, &response)),
            "INVALID_ARGUMENT: 1001 executions in one call; at most 1000 are taken");
}

TEST_F(BadName, IsRefusedForStateMachinesAndExecutions) {
  ASSERT_EQ(Text(Create("taker", Pass())), "OK");
  for (const std::string& name :
       {std::string(81, 'n'), std::string("a b"), std::string("a/b"), std::string("a:b"),
        std::string("a*"), std::string("a\"b"), std::string("{}"), std::string("tab\t"),
        std::string("\xc2\x85"), std::string("nul\0", 4)}) {
    EXPECT_TRUE(StartsWith(Text(Create(name, Pass())), kInvalidName));
    EXPECT_TRUE(StartsWith(Text(Start("taker", name, "{}")), kInvalidName));
  }
  EXPECT_EQ(Text(Create("", Pass())), "INVALID_ARGUMENT: Invalid Name: ''");
}

TEST_F(BadName, AMegabyteLongIsRefusedWithinAStatus) {
  const std::string answer = Text(Create(std::string(kDefinitionMax, 'n'), Pass()));
  EXPECT_TRUE(StartsWith(answer, "INVALID_ARGUMENT: Invalid Name: 'nnnn"));
  const std::string missing = Text(Start(std::string(kDefinitionMax, 'n'), "", "{}"));
  EXPECT_TRUE(StartsWith(missing, "NOT_FOUND: State Machine Does Not Exist"));
}

TEST_F(BadName, OfEightyCharactersBeyondAsciiIsTaken) {
  const std::string name = Repeated("ü", 80);
  ASSERT_EQ(Text(Create(name, Pass())), "OK");
  asld::v1::Execution end;
  EXPECT_EQ(Text(StartAndWait(name, name, "{}", &end)), "OK");
  EXPECT_EQ(end.execution_arn(), ArnOf("execution", name + ":" + name));
  EXPECT_TRUE(StartsWith(Text(Create(Repeated("ü", 81), Pass())), kInvalidName));
}

}  // namespace
}  // namespace client_test
