// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/lambda.h"

#include <gtest/gtest.h>

#include "fmt/format.h"

namespace workers::aws {
namespace {

constexpr std::string_view kKinds[] = {"function", "service", "no answer", "too large",
                                       "cancelled"};

// "200 payload", or "service Lambda.ServiceException: cause".
std::string Show(const InvokeResult& result) {
  if (const auto* success = std::get_if<InvokeSuccess>(&result))
    return fmt::format("{} {}", success->status, success->payload);
  const auto& failure = std::get<InvokeFailure>(result);
  return fmt::format("{} {}: {}", kKinds[static_cast<size_t>(failure.kind)], failure.error,
                     failure.cause);
}

std::string Failed(ApiError error) { return Show(ReadInvokeResult({.error = std::move(error)})); }

std::string FunctionFailed(const std::string& payload) {
  return Show(
      ReadInvokeResult({.response = {200, {{"x-amz-function-error", "Unhandled"}}, payload}}));
}

TEST(Lambda, AnInvocationIsOneRequestWithTheFunctionInItsPath) {
  const ApiCall call = InvokeCall({.function = "arn:aws:lambda:eu-west-1:1:function:pay",
                                   .qualifier = "$LATEST",
                                   .payload = R"({"n": 7})",
                                   .client_context = "e30=",
                                   .log_tail = true});
  const HttpRequest& request = call.request;
  EXPECT_EQ(request.method + " " + request.path + "?" + request.query,
            "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Apay/"
            "invocations?Qualifier=%24LATEST");
  EXPECT_EQ(request.body, R"({"n": 7})");
  EXPECT_EQ(*FindHeader(request.headers, "X-Amz-Invocation-Type"), "RequestResponse");
  EXPECT_EQ(*FindHeader(request.headers, "X-Amz-Log-Type"), "Tail");
  EXPECT_EQ(*FindHeader(request.headers, "X-Amz-Client-Context"), "e30=");
  EXPECT_EQ(call.repeat, Repeat::kWhenNotReceived);
  EXPECT_EQ(InvokeCall({.function = "../../x?y"}).request.path,
            "/2015-03-31/functions/..%2F..%2Fx%3Fy/invocations");
}

TEST(Lambda, AnAnswerIsThePayloadAsItCame) {
  const InvokeResult result = ReadInvokeResult({.response = {200,
                                                             {{"X-Amz-Executed-Version", "3"},
                                                              {"X-Amz-Log-Result", "bG9n"},
                                                              {"x-amzn-RequestId", "r"}},
                                                             R"({ "b":1e400,"a" :1 })"}});
  EXPECT_EQ(Show(result), R"(200 { "b":1e400,"a" :1 })");
  const auto& success = std::get<InvokeSuccess>(result);
  EXPECT_EQ(success.executed_version + success.log_result + success.request_id, "3bG9nr");
}

TEST(Lambda, AFunctionsErrorIsItsErrorTypeAndItsPayloadAsItCame) {
  const std::string raised =
      R"({"errorMessage": "m", "errorType": "CustomException", "requestId": "r", "stackTrace": []})";
  EXPECT_EQ(FunctionFailed(raised), "function CustomException: " + raised);
  const std::string killed =
      R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out"})";
  EXPECT_EQ(FunctionFailed(killed), "function Sandbox.Timedout: " + killed);
}

TEST(Lambda, AFunctionThatFailsWithoutAnErrorTypeIsUnknown) {
  const std::string unknown =
      "function Lambda.Unknown: The cause could not be determined because Lambda did not return an "
      "error type. Returned payload: ";
  for (const std::string payload :
       {R"({"errorMessage":"2026-10-19 r Task timed out after 3.00 seconds"})", "", "null", "[1]",
        R"({"errorType":7})", "no JSON"})
    EXPECT_EQ(FunctionFailed(payload), unknown + payload);
}

TEST(Lambda, AServicesErrorIsNamedAfterItsModelAndTheOthersAreOne) {
  const auto refused = [](int status, const std::string& code, const std::string& message) {
    return Failed({.code = code, .message = message, .status = status, .request_id = "r"});
  };
  EXPECT_EQ(refused(404, "ResourceNotFoundException", "Function not found: arn:x:$LATEST"),
            "service Lambda.ResourceNotFoundException: Function not found: arn:x:$LATEST (Service: "
            "AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: r; "
            "Proxy: null)");
  EXPECT_EQ(refused(429, "TooManyRequestsException", "Rate Exceeded."),
            "service Lambda.TooManyRequestsException: Rate Exceeded. (Service: AWSLambda; Status "
            "Code: 429; Error Code: TooManyRequestsException; Request ID: r; Proxy: null)");
  EXPECT_EQ(refused(500, "ServiceException", ""),
            "service Lambda.ServiceException: null (Service: AWSLambda; Status Code: 500; Error "
            "Code: ServiceException; Request ID: r; Proxy: null)");
  EXPECT_EQ(refused(403, "AccessDeniedException", "User: u is not authorized"),
            "service Lambda.AWSLambdaException: User: u is not authorized (Service: AWSLambda; "
            "Status Code: 403; Error Code: AccessDeniedException; Request ID: r; Proxy: null)");
  EXPECT_EQ(refused(502, "", ""),
            "service Lambda.AWSLambdaException: null (Service: AWSLambda; Status Code: 502; Error "
            "Code: null; Request ID: r; Proxy: null)");
}

TEST(Lambda, WithoutAnAnswerItIsTheClientThatFailed) {
  using Kind = ApiError::Kind;
  EXPECT_EQ(
      Failed({.kind = Kind::kNoAnswer, .message = "Connection reset"}),
      "no answer Lambda.SdkClientException: Unable to execute HTTP request: Connection reset");
  EXPECT_EQ(Failed({.kind = Kind::kNotMade, .message = "no credentials of AWS"}),
            "no answer Lambda.SdkClientException: no credentials of AWS");
  EXPECT_EQ(Failed({.kind = Kind::kTimeout, .message = "Read timed out"}),
            "no answer Lambda.ClientExecutionTimeoutException: Client execution did not complete "
            "before the specified timeout configuration.");
  EXPECT_EQ(Failed({.kind = Kind::kTooLarge, .message = "m"}).substr(0, 37),
            "too large States.DataLimitExceeded: U");
  EXPECT_EQ(Failed({.kind = Kind::kCancelled, .message = "m"}),
            "cancelled Lambda.SdkClientException: m");
}

}  // namespace
}  // namespace workers::aws
