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
#include "asl/integrations.h"

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

// A Resource as AWS reads it. Views into the text that was parsed.
struct Resource {
  enum class Form : uint8_t {
    kNoArn,
    kUnknown,   // an ARN that Step Functions has no use for
    kFunction,  // arn:aws:lambda:…:function:NAME[:QUALIFIER]
    kActivity,
    kIntegration,  // arn:aws:states:::SERVICE:ACTION[.PATTERN]; SERVICE may be aws-sdk:SERVICE
  };
  Form form = Form::kNoArn;
  Pattern pattern = kRequestResponse;
  std::string_view service;  // kIntegration
  std::string_view action;   // without the pattern
  // Who does it here; nullopt: nobody yet. kLambdaInvoke: name and qualifier come with the
  // parameters.
  std::optional<TaskTarget> target;
};
Resource ParseResource(std::string_view text);

// lambda:invoke's FunctionName: a name, NAME:QUALIFIER, an ARN or ACCOUNT:function:NAME. nullopt:
// none of them.
std::optional<TaskTarget> ParseFunctionName(std::string_view text);

}  // namespace asl
