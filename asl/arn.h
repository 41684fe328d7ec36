// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Resource of a Task: which of AWS's forms it is, and the worker that serves it. Any partition
// (aws, aws-cn, aws-us-gov, …) is accepted; region and account are carried, never interpreted.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "asl/definition.h"

namespace asl {

// arn:PARTITION:SERVICE:REGION:ACCOUNT:REST. Views into the text that was parsed.
struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view rest;
};
std::optional<Arn> ParseArn(std::string_view text);

// What Compile made of a Resource: the target, or why not.
struct Resource {
  std::optional<TaskTarget> target;  // kLambdaInvoke: name and qualifier come with the parameters
  std::string not_served;            // non-empty: a form of AWS's that is not served yet, in words
};
// Both members empty: not a Resource that AWS knows.
Resource ParseResource(std::string_view text);

// lambda:invoke's FunctionName: a name, NAME:QUALIFIER, an ARN or ACCOUNT:function:NAME. nullopt:
// none of them.
std::optional<TaskTarget> ParseFunctionName(std::string_view text);

}  // namespace asl
