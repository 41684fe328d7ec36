// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/arn.h"

#include <algorithm>
#include <utility>

#include "asl/service_call.h"

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
  return TaskTarget{kind, std::string(function), std::string(rest), std::string(resource), false};
}

// Cuts ".sync" and the like off an action.
Pattern CutPattern(std::string_view& action) {
  constexpr std::pair<std::string_view, Pattern> kSuffixes[] = {
      {".sync", kRunJob}, {".sync:2", kRunJobParsed}, {".waitForTaskToken", kCallback}};
  for (const auto& [suffix, pattern] : kSuffixes) {
    if (!action.ends_with(suffix)) continue;
    action.remove_suffix(suffix.size());
    return pattern;
  }
  return kRequestResponse;
}

// "getObject": any action of any service of the SDK is one, as far as we can tell.
bool IsSdkAction(std::string_view service, std::string_view action) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return !service.empty() && !action.empty() && lower(action.front()) &&
         std::all_of(service.begin(), service.end(),
                     [&](char c) { return lower(c) || digit(c); }) &&
         std::all_of(action.begin(), action.end(),
                     [&](char c) { return lower(c) || upper(c) || digit(c); });
}

Resource IntegrationOf(std::string_view rest, std::string_view text) {
  Resource resource{.form = Resource::Form::kIntegration};
  resource.action = rest;
  resource.pattern = CutPattern(resource.action);
  const size_t colon = resource.action.rfind(':');
  if (colon == std::string_view::npos) return {.form = Resource::Form::kUnknown};
  resource.service = resource.action.substr(0, colon);
  resource.action.remove_prefix(colon + 1);
  constexpr std::string_view kSdk = "aws-sdk:";
  bool known = false;
  if (resource.service.starts_with(kSdk)) {
    known = IsSdkAction(resource.service.substr(kSdk.size()), resource.action) &&
            (resource.pattern == kRequestResponse || resource.pattern == kCallback);
  } else if (const Integration* found = FindIntegration(resource.service, resource.action)) {
    known = (found->patterns & resource.pattern) != 0;
  }
  if (!known) return {.form = Resource::Form::kUnknown};
  if (resource.service == "lambda") {
    resource.target = TaskTarget{TaskKind::kLambdaInvoke, "", "", std::string(text),
                                 resource.pattern == kCallback};
  } else if (IsServiceCall(resource.service, resource.action)) {
    resource.target = TaskTarget{
        TaskKind::kService, std::string(resource.action),  "",
        std::string(text),  resource.pattern == kCallback, std::string(resource.service)};
  }
  return resource;
}

Resource StatesResource(const Arn& arn, std::string_view text) {
  constexpr std::string_view kActivity = "activity:";
  // An integration's ARN usually has no region and account; AWS takes it with them too.
  if (!arn.rest.starts_with(kActivity)) return IntegrationOf(arn.rest, text);
  const std::string_view name = arn.rest.substr(kActivity.size());
  if (name.empty() || name.find(':') != std::string_view::npos) {
    return {.form = Resource::Form::kUnknown};
  }
  return {
      .form = Resource::Form::kActivity,
      .target = TaskTarget{TaskKind::kActivity, std::string(name), "", std::string(text), false}};
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
  if (!arn) {
    return {.form = text.starts_with("arn:") ? Resource::Form::kUnknown : Resource::Form::kNoArn};
  }
  if (arn->service == "states") return StatesResource(*arn, text);
  constexpr std::string_view kFunction = "function:";
  Resource resource{.form = Resource::Form::kUnknown};
  if (arn->service == "lambda" && arn->rest.starts_with(kFunction)) {
    resource.target =
        FunctionOf(TaskKind::kLambdaFunction, arn->rest.substr(kFunction.size()), text);
  }
  if (resource.target) resource.form = Resource::Form::kFunction;
  return resource;
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
