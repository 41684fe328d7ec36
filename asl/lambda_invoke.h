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
#include "asl/json.h"
#include "asl/or_error.h"
#include "asl/time.h"

namespace asl {

struct Invocation {
  TaskTarget target;            // from FunctionName and Qualifier
  std::optional<Json> payload;  // absent: the function gets {}
  bool log_tail = false;        // LogType "Tail": the result has a LogResult
};

// REQUIRES: nothing of `parameters`; what AWS would refuse is States.Runtime.
OrError<Invocation> ReadInvocation(const Json& parameters);

// What the function gets for the text of Payload: null and nothing are {}, and of a string the
// content is sent when it is JSON itself (AWS sends the content whatever it is, and Lambda then
// refuses what is not JSON).
std::string FunctionInput(std::string_view payload);

// The result of the Task: `answer` is the function's, `answer_bytes` its length as it came. `draw`
// makes the ids of the request, which no worker of ours has.
std::string InvocationResult(const Invocation& invocation, const Json& answer, size_t answer_bytes,
                             Millis now, const std::function<double()>& draw);

}  // namespace asl
