// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/lambda_invoke.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "absl/strings/match.h"
#include "asl/arn.h"
#include "asl/sdk_metadata.h"

namespace asl {
namespace {

constexpr char kVersionHeader[] = "X-Amz-Executed-Version";
constexpr char kLogHeader[] = "X-Amz-Log-Result";

Error Refuse(const Json& parameters, std::string_view why) {
  return RuntimeError(fmt::format("The Parameters '{}' could not be used to start the Task: [{}]",
                                  parameters.Compact(), why));
}

std::string HexFrom(const std::function<double()>& draw, size_t digits) {
  std::string hex;
  while (hex.size() < digits) hex += fmt::format("{:08x}", static_cast<uint32_t>(draw() * 0x1p32));
  hex.resize(digits);
  return hex;
}

// Version 4, RFC 4122.
std::string UuidFrom(const std::function<double()>& draw) {
  std::string hex = HexFrom(draw, 32);
  hex[12] = '4';
  hex[16] = "89ab"[static_cast<size_t>(draw() * 4)];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

// An alias would show the version it stands for, which only Lambda knows.
std::string ExecutedVersion(const TaskTarget& target) {
  const bool number =
      !target.qualifier.empty() && std::all_of(target.qualifier.begin(), target.qualifier.end(),
                                               [](char c) { return c >= '0' && c <= '9'; });
  return number ? target.qualifier : "$LATEST";
}

std::string_view HeaderOf(const HttpAnswer& http, const char* name) {
  for (const auto& [key, value] : http.headers) {
    if (absl::EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

std::string TextOf(const Json& parameters, std::string_view field) {
  const std::optional<Json> value = parameters.Find(field);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

}  // namespace

OrError<Invocation> ReadInvocation(const Json& parameters) {
  const std::optional<Json> name = parameters.Find("FunctionName");
  if (!name) return Refuse(parameters, "The field 'FunctionName' is required but was missing");
  if (!name->is_string())
    return Refuse(parameters, "The value for the field 'FunctionName' must be a STRING");
  std::optional<TaskTarget> target = ParseFunctionName(name->as_string());
  if (!target)
    return Refuse(parameters, "The value for the field 'FunctionName' is not a function name");
  Invocation invocation{.target = *std::move(target), .payload = parameters.Find("Payload")};
  const std::optional<Json> qualifier = parameters.Find("Qualifier");
  if (qualifier && qualifier->is_string())
    invocation.target.qualifier = std::string(qualifier->as_string());
  invocation.type = TextOf(parameters, "InvocationType");
  if (invocation.type == "RequestResponse") invocation.type.clear();
  invocation.client_context = TextOf(parameters, "ClientContext");
  invocation.log_tail = TextOf(parameters, "LogType") == "Tail";
  return invocation;
}

std::string FunctionInput(std::string_view payload) {
  if (payload.empty() || payload == "null") return "{}";
  if (payload.front() != '"') return std::string(payload);
  const JsonParse parsed = ParseJson(std::string(payload));
  if (!parsed.ok() || !parsed.value->is_string()) return std::string(payload);
  std::string content(parsed.value->as_string());
  return ValidateJson(content) ? std::string(payload) : content;
}

std::string InvocationResult(const HttpAnswer& http, const std::optional<Json>& payload) {
  JsonWriter out;
  out.BeginObject();
  const std::string_view version = HeaderOf(http, kVersionHeader);
  if (!version.empty()) out.Key("ExecutedVersion").String(version);
  const bool log = std::any_of(http.headers.begin(), http.headers.end(), [](const auto& header) {
    return absl::EqualsIgnoreCase(header.first, kLogHeader);
  });
  if (log) out.Key("LogResult").String(HeaderOf(http, kLogHeader));
  out.Key("Payload");
  payload ? out.Value(*payload) : out.String("");
  WriteSdkHttpMetadata(http, &out);
  WriteSdkResponseMetadata(http, &out);
  out.Key("StatusCode").Int(http.status);
  out.EndObject();
  return out.Take();
}

HttpAnswer WorkersHttpAnswer(const Invocation& invocation, size_t answer_bytes, Millis now,
                             const std::function<double()>& draw) {
  const std::time_t seconds = now.value / 1000;
  HttpAnswer http{.request_id = UuidFrom(draw)};
  http.headers = {{"Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(seconds))},
                  {"Content-Type", "application/json"},
                  {"Content-Length", std::to_string(answer_bytes)},
                  {"Connection", "keep-alive"},
                  {"x-amzn-RequestId", http.request_id},
                  {"x-amzn-Remapped-Content-Length", "0"},
                  {kVersionHeader, ExecutedVersion(invocation.target)},
                  {"X-Amzn-Trace-Id", fmt::format("Root=1-{:08x}-{};Parent={};Sampled=0", seconds,
                                                  HexFrom(draw, 24), HexFrom(draw, 16))}};
  if (invocation.log_tail) http.headers.emplace_back(kLogHeader, "");
  return http;
}

}  // namespace asl
