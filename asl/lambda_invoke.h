// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The service integration arn:aws:states:::lambda:invoke: what its parameters ask for, what the
// function gets, and the result that AWS wraps around the function's answer. Pure; any thread.
// Source: AWS guide "Invoke an AWS Lambda function with Step Functions"; the result's shape as
// recorded.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "asl/definition.h"
#include "asl/http_answer.h"
#include "asl/json.h"
#include "asl/or_error.h"
#include "asl/time.h"

namespace asl {

struct Invocation {
  TaskTarget target;            // from FunctionName and Qualifier
  std::optional<Json> payload;  // absent: the function gets {}
  std::string type;             // "Event", "DryRun"; empty: RequestResponse
  std::string client_context;   // Base64
  bool log_tail = false;        // LogType "Tail": the result has a LogResult
};

// REQUIRES: nothing of `parameters`; what AWS would refuse is States.Runtime.
OrError<Invocation> ReadInvocation(const Json& parameters);

// What the function gets for the text of Payload: null and nothing are {}, and of a string the
// content is sent when it is JSON itself (AWS sends the content whatever it is, and Lambda then
// refuses what is not JSON).
std::string FunctionInput(std::string_view payload);

// The result of the Task from the Invoke API's answer; nullopt: it had no body.
std::string InvocationResult(const HttpAnswer& http, const std::optional<Json>& payload);

// What that API would have answered for a worker whose answer has `answer_bytes`. `draw` makes the
// ids of the request, which no worker of ours has.
HttpAnswer WorkersHttpAnswer(const Invocation& invocation, size_t answer_bytes, Millis now,
                             const std::function<double()>& draw);

}  // namespace asl
