// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/lambda_invoke.h"

#include <gtest/gtest.h>

namespace asl {
namespace {

TEST(LambdaInvoke, TheFunctionGetsThePayloadAsLambdaWould) {
  struct Row {
    std::string_view payload;
    std::string_view input;
  };
  const Row rows[] = {
      {"", "{}"},
      {"null", "{}"},
      {R"({"a": 1})", R"({"a": 1})"},
      {"7", "7"},
      {R"("0")", "0"},
      {R"("\"Hello\"")", R"("Hello")"},
      {R"("no json")", R"("no json")"},
      {R"("")", R"("")"},
  };
  for (const Row& row : rows) EXPECT_EQ(FunctionInput(row.payload), row.input) << row.payload;
}

TEST(LambdaInvoke, ParametersNameTheFunctionAndItsVersion) {
  const auto read = [](std::string parameters) {
    return ReadInvocation(*ParseJson(std::move(parameters)).value);
  };
  OrError<Invocation> call =
      read(R"({"FunctionName":"f","Qualifier":"live","LogType":"Tail","Payload":[1]})");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->target.name, "f");
  EXPECT_EQ(call->target.qualifier, "live");
  EXPECT_EQ(call->payload->source(), "[1]");
  EXPECT_TRUE(call->log_tail);
  EXPECT_FALSE(read(R"({"FunctionName":"f"})")->payload.has_value());
  EXPECT_EQ(read("[]").error().name, "States.Runtime");
  EXPECT_EQ(read(R"({"FunctionName":7})").error().cause,
            "The Parameters '{\"FunctionName\":7}' could not be used to start the Task: [The value "
            "for the field 'FunctionName' must be a STRING]");
}

TEST(LambdaInvoke, TheResultIsAwssEnvelope) {
  Invocation invocation;
  invocation.target.qualifier = "live";
  const Json answer = *ParseJson(std::string(R"({"paid": true})")).value;
  EXPECT_EQ(
      InvocationResult(WorkersHttpAnswer(invocation, 14, {1'700'000'000'000}, [] { return 0.0; }),
                       answer),
      R"({"ExecutedVersion":"$LATEST","Payload":{"paid":true},"SdkHttpMetadata":{"AllHttpHeaders":{)"
      R"("X-Amz-Executed-Version":["$LATEST"],"x-amzn-Remapped-Content-Length":["0"],)"
      R"("Connection":["keep-alive"],"x-amzn-RequestId":["00000000-0000-4000-8000-000000000000"],)"
      R"("Content-Length":["14"],"Date":["Tue, 14 Nov 2023 22:13:20 GMT"],)"
      R"("X-Amzn-Trace-Id":["Root=1-6553f100-000000000000000000000000;Parent=0000000000000000;Sampled=0"],)"
      R"("Content-Type":["application/json"]},"HttpHeaders":{"Connection":"keep-alive","Content-Length":"14",)"
      R"("Content-Type":"application/json","Date":"Tue, 14 Nov 2023 22:13:20 GMT",)"
      R"("X-Amz-Executed-Version":"$LATEST","x-amzn-Remapped-Content-Length":"0",)"
      R"("x-amzn-RequestId":"00000000-0000-4000-8000-000000000000",)"
      R"("X-Amzn-Trace-Id":"Root=1-6553f100-000000000000000000000000;Parent=0000000000000000;Sampled=0"},)"
      R"("HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"00000000-0000-4000-8000-000000000000"},)"
      R"("StatusCode":200})");
}

// Headers come as Lambda sent them: repeated ones are a list, names keep their case.
TEST(LambdaInvoke, TheResultOfACallShowsWhatLambdaAnswered) {
  const HttpAnswer http{.status = 202,
                        .headers = {{"date", "today"},
                                    {"Set-Cookie", "a"},
                                    {"Set-Cookie", "b"},
                                    {"x-amz-executed-version", "7"},
                                    {"X-Amz-Log-Result", "bG9n"}},
                        .request_id = "r-1"};

  EXPECT_EQ(InvocationResult(http, std::nullopt),
            R"({"ExecutedVersion":"7","LogResult":"bG9n","Payload":"","SdkHttpMetadata":{)"
            R"("AllHttpHeaders":{"date":["today"],"X-Amz-Log-Result":["bG9n"],)"
            R"("Set-Cookie":["a","b"],"x-amz-executed-version":["7"]},)"
            R"("HttpHeaders":{"date":"today","Set-Cookie":"b","x-amz-executed-version":"7",)"
            R"("X-Amz-Log-Result":"bG9n"},"HttpStatusCode":202},)"
            R"("SdkResponseMetadata":{"RequestId":"r-1"},"StatusCode":202})");
}

TEST(LambdaInvoke, ParametersSayHowItIsInvoked) {
  const auto read = [](std::string parameters) {
    return *ReadInvocation(*ParseJson(std::move(parameters)).value);
  };

  EXPECT_EQ(read(R"({"FunctionName":"f","InvocationType":"RequestResponse"})").type, "");
  EXPECT_EQ(read(R"({"FunctionName":"f","InvocationType":"Event"})").type, "Event");
  EXPECT_EQ(read(R"({"FunctionName":"f","ClientContext":"e30="})").client_context, "e30=");
}

}  // namespace
}  // namespace asl
