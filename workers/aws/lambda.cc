// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/lambda.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace workers::aws {
namespace {

constexpr char kSdkName[] = "AWSLambda";

// The errors that the model of Invoke names. AWS's SDK has a class for each, and one for all others.
constexpr std::array<std::string_view, 43> kModelled = {"CodeArtifactUserDeletedException",
                                                        "CodeArtifactUserFailedException",
                                                        "CodeArtifactUserPendingException",
                                                        "DurableExecutionAlreadyStartedException",
                                                        "EC2AccessDeniedException",
                                                        "EC2ThrottledException",
                                                        "EC2UnexpectedException",
                                                        "EFSIOException",
                                                        "EFSMountConnectivityException",
                                                        "EFSMountFailureException",
                                                        "EFSMountTimeoutException",
                                                        "ENILimitReachedException",
                                                        "ENINotReadyException",
                                                        "InvalidParameterValueException",
                                                        "InvalidRequestContentException",
                                                        "InvalidRuntimeException",
                                                        "InvalidSecurityGroupIDException",
                                                        "InvalidSubnetIDException",
                                                        "InvalidZipFileException",
                                                        "KMSAccessDeniedException",
                                                        "KMSDisabledException",
                                                        "KMSInvalidStateException",
                                                        "KMSNotFoundException",
                                                        "ModeNotSupportedException",
                                                        "NoPublishedVersionException",
                                                        "RecursiveInvocationException",
                                                        "RequestTooLargeException",
                                                        "ResourceConflictException",
                                                        "ResourceNotFoundException",
                                                        "ResourceNotReadyException",
                                                        "S3FilesMountConnectivityException",
                                                        "S3FilesMountFailureException",
                                                        "S3FilesMountTimeoutException",
                                                        "SerializedRequestEntityTooLargeException",
                                                        "ServiceException",
                                                        "ServiceQuotaExceededException",
                                                        "SnapStartException",
                                                        "SnapStartNotReadyException",
                                                        "SnapStartRegenerationFailureException",
                                                        "SnapStartTimeoutException",
                                                        "SubnetIPAddressLimitReachedException",
                                                        "TooManyRequestsException",
                                                        "UnsupportedMediaTypeException"};

std::string ServiceErrorName(const std::string& code) {
  const bool modelled = std::find(kModelled.begin(), kModelled.end(), code) != kModelled.end();
  return modelled ? "Lambda." + code : "Lambda.AWSLambdaException";
}

InvokeFailure FromError(const ApiError& error) {
  InvokeFailure failure{.kind = InvokeFailure::Kind::kNoAnswer,
                        .error = "Lambda.SdkClientException",
                        .cause = SdkText(error, kSdkName),
                        .received = error.received};
  switch (error.kind) {
    case ApiError::Kind::kService:
      failure.kind = InvokeFailure::Kind::kService;
      failure.error = ServiceErrorName(error.code);
      break;
    case ApiError::Kind::kTimeout:
      failure.error = "Lambda.ClientExecutionTimeoutException";
      break;
    case ApiError::Kind::kTooLarge:
      failure.kind = InvokeFailure::Kind::kTooLarge;
      failure.error = "States.DataLimitExceeded";
      break;
    case ApiError::Kind::kCancelled:
      failure.kind = InvokeFailure::Kind::kCancelled;
      break;
    case ApiError::Kind::kNoAnswer:
    case ApiError::Kind::kNotMade:
      break;
  }
  return failure;
}

// A function that was ended from outside (time, memory, exit) may give no errorType.
InvokeFailure FromFunction(std::string payload) {
  const auto document = nlohmann::json::parse(payload, nullptr, false);
  if (document.is_object()) {
    const auto type = document.find("errorType");
    if (type != document.end() && type->is_string())
      return {.error = type->get<std::string>(), .cause = std::move(payload), .received = true};
  }
  return {.error = "Lambda.Unknown",
          .cause = fmt::format("The cause could not be determined because Lambda did not return an "
                               "error type. Returned payload: {}",
                               payload),
          .received = true};
}

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  const std::string* value = FindHeader(response.headers, name);
  return value == nullptr ? "" : *value;
}

}  // namespace

ApiCall InvokeCall(const Invocation& invocation) {
  ApiCall call{.service = kLambda, .time_max = invocation.time_max, .repeat = invocation.repeat};
  HttpRequest& request = call.request;
  request.path =
      fmt::format("/2015-03-31/functions/{}/invocations", PercentEncode(invocation.function));
  if (!invocation.qualifier.empty())
    request.query = "Qualifier=" + PercentEncode(invocation.qualifier);
  request.headers = {
      {"Content-Type", "application/json"},
      {"X-Amz-Invocation-Type", invocation.type.empty() ? "RequestResponse" : invocation.type}};
  if (invocation.log_tail) request.headers.push_back({"X-Amz-Log-Type", "Tail"});
  if (!invocation.client_context.empty())
    request.headers.push_back({"X-Amz-Client-Context", invocation.client_context});
  request.body = invocation.payload;
  request.timeout = invocation.time_max;
  request.response_bytes_max = kFunctionAnswerBytesMax;
  return call;
}

InvokeResult ReadInvokeResult(ApiResult result) {
  if (result.error) return FromError(*result.error);
  HttpResponse& response = result.response;
  if (FindHeader(response.headers, "X-Amz-Function-Error") != nullptr)
    return FromFunction(std::move(response.body));
  return InvokeSuccess{response.status,
                       std::move(response.body),
                       HeaderOf(response, "X-Amz-Executed-Version"),
                       HeaderOf(response, "X-Amz-Log-Result"),
                       RequestId(response),
                       std::move(response.headers)};
}

uint64_t Invoke(Client& client, const Invocation& invocation,
                std::function<void(InvokeResult)> done) {
  return client.Start(InvokeCall(invocation), [done = std::move(done)](ApiResult result) {
    done(ReadInvokeResult(std::move(result)));
  });
}

}  // namespace workers::aws
