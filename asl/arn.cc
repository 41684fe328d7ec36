// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/arn.h"

#include <fmt/format.h>

namespace asl {
namespace {

// Cuts the text before the next ':' off `rest`; all of it when there is none.
std::string_view Cut(std::string_view& rest) {
  const size_t colon = rest.find(':');
  const std::string_view head = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  return head;
}

// NAME or NAME:QUALIFIER.
std::optional<TaskTarget> FunctionOf(TaskKind kind, std::string_view name,
                                     std::string_view resource) {
  std::string_view rest = name;
  const std::string_view function = Cut(rest);
  if (function.empty() || rest.find(':') != std::string_view::npos) return std::nullopt;
  if (name.back() == ':') return std::nullopt;
  return TaskTarget{kind, std::string(function), std::string(rest), std::string(resource)};
}

Resource StatesResource(const Arn& arn, std::string_view text) {
  constexpr std::string_view kActivity = "activity:";
  if (arn.rest.starts_with(kActivity)) {
    const std::string_view name = arn.rest.substr(kActivity.size());
    if (name.empty() || name.find(':') != std::string_view::npos) return {};
    return {.target = TaskTarget{TaskKind::kActivity, std::string(name), "", std::string(text)}};
  }
  // An integration's ARN usually has no region and account; AWS takes it with them too.
  if (arn.rest == "lambda:invoke") {
    return {.target = TaskTarget{TaskKind::kLambdaInvoke, "", "", std::string(text)}};
  }
  if (arn.rest.find(':') == std::string_view::npos || arn.rest.starts_with("stateMachine:"))
    return {};
  if (arn.rest.ends_with(".waitForTaskToken")) {
    return {.not_served = "the '.waitForTaskToken' service integration pattern"};
  }
  if (arn.rest.ends_with(".sync") || arn.rest.ends_with(".sync:2")) {
    return {.not_served = "the '.sync' service integration pattern"};
  }
  return {.not_served = fmt::format("the service integration '{}'", arn.rest)};
}

}  // namespace

std::optional<Arn> ParseArn(std::string_view text) {
  std::string_view rest = text;
  if (Cut(rest) != "arn") return std::nullopt;
  Arn arn;
  arn.partition = Cut(rest);
  arn.service = Cut(rest);
  arn.region = Cut(rest);
  arn.account = Cut(rest);
  arn.rest = rest;
  if (arn.partition.empty() || arn.service.empty() || arn.rest.empty()) return std::nullopt;
  return arn;
}

Resource ParseResource(std::string_view text) {
  const std::optional<Arn> arn = ParseArn(text);
  if (!arn) return {};
  if (arn->service == "states") return StatesResource(*arn, text);
  constexpr std::string_view kFunction = "function:";
  if (arn->service == "lambda" && arn->rest.starts_with(kFunction)) {
    return {.target =
                FunctionOf(TaskKind::kLambdaFunction, arn->rest.substr(kFunction.size()), text)};
  }
  return {};
}

std::optional<TaskTarget> ParseFunctionName(std::string_view text) {
  constexpr std::string_view kFunction = "function:";
  if (const std::optional<Arn> arn = ParseArn(text)) {
    if (arn->service != "lambda" || !arn->rest.starts_with(kFunction)) return std::nullopt;
    return FunctionOf(TaskKind::kLambdaInvoke, arn->rest.substr(kFunction.size()), text);
  }
  const size_t function = text.find(":function:");
  if (function != std::string_view::npos) {
    return FunctionOf(TaskKind::kLambdaInvoke, text.substr(function + 1 + kFunction.size()), text);
  }
  return FunctionOf(TaskKind::kLambdaInvoke, text, text);
}

}  // namespace asl
