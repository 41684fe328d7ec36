// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A call of an AWS service and what becomes of it, whatever the protocol: bodies are text here. Plain
// data and pure functions; any thread. client.h makes the calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "workers/aws/http.h"
#include "workers/aws/settings.h"

namespace workers::aws {

// When a call may be made again: whenever it failed for a passing reason, as the SDKs do, or only if
// the service cannot have acted on it: it was not reached, or it said that it is too busy.
enum class Repeat : uint8_t { kAlways, kWhenNotReceived };

struct ApiCall {
  Service service;
  // The client fills in the origin unless it is set, puts the endpoint's path before the path, and
  // signs. Its timeout is that of each attempt.
  HttpRequest request;
  absl::Duration time_max = absl::Minutes(2);  // for all attempts and the pauses between them
  Repeat repeat = Repeat::kAlways;
};

struct ApiError {
  enum class Kind : uint8_t {
    kService,   // it answered with an error
    kNoAnswer,  // or with none, or half of one
    kTimeout,   // time_max is over
    kTooLarge,  // response_bytes_max
    kNotMade,   // no credentials, no region, too many calls under way
    kCancelled
  };
  Kind kind = Kind::kService;
  std::string code;     // kService: as the SDKs show it; empty when the answer names none
  std::string type;     // the same as the service's model names it; differs for SQS only
  std::string message;  // empty when there is none
  int status = 0;
  std::string request_id;
  bool received = false;  // the service may have acted on the call
};

struct ApiResult {
  std::optional<ApiError> error;  // nullopt: the call succeeded
  HttpResponse response;          // of the last attempt that had one
  int attempts = 0;

  bool ok() const { return !error; }
};

// A call in AWS JSON. REQUIRES: the service speaks it.
ApiCall JsonCall(const Service& service, std::string_view operation, std::string body);

// What an answer with an error's status says, in AWS JSON or REST-JSON, by the rules of the SDKs: the
// type is x-amzn-errortype's, else __type's or code's, after a '#' and before a ':'. The code is the
// same, but of SQS, in x-amzn-query-mode, x-amzn-query-error's: the one of its older protocol.
ApiError ReadServiceError(const HttpResponse& response);
// x-amzn-requestid's or x-amz-request-id's; empty when there is none.
std::string RequestId(const HttpResponse& response);

// The text in which AWS's SDK for Java, version 1, shows an error, and Step Functions therefore a
// Cause: "<message> (Service: AWSLambda; Status Code: 404; Error Code: …; Request ID: …; Proxy: null)"
// for kService, "Unable to execute HTTP request: …" when there is no answer. `service` is that SDK's
// name of it: AWSLambda, AmazonSQS, AmazonSNS, AmazonDynamoDBv2.
std::string SdkText(const ApiError& error, std::string_view service);

}  // namespace workers::aws
