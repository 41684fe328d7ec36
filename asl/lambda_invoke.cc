// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/lambda_invoke.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "asl/arn.h"
#include "asl/json.h"

namespace asl {
namespace {

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

struct Headers {
  std::string version, length, request_id, date, trace_id;
  bool log_tail;
};

// In Java HashMap order, each value a list.
void WriteAllHeaders(const Headers& headers, JsonWriter* out) {
  const auto list = [&](std::string_view name, std::string_view value) {
    out->Key(name).BeginArray().String(value).EndArray();
  };
  out->Key("AllHttpHeaders").BeginObject();
  if (headers.log_tail) list("X-Amz-Log-Result", "");
  list("X-Amz-Executed-Version", headers.version);
  list("x-amzn-Remapped-Content-Length", "0");
  list("Connection", "keep-alive");
  list("x-amzn-RequestId", headers.request_id);
  list("Content-Length", headers.length);
  list("Date", headers.date);
  list("X-Amzn-Trace-Id", headers.trace_id);
  list("Content-Type", "application/json");
  out->EndObject();
}

// Sorted, ignoring case.
void WriteHeaders(const Headers& headers, JsonWriter* out) {
  out->Key("HttpHeaders").BeginObject();
  out->Key("Connection").String("keep-alive");
  out->Key("Content-Length").String(headers.length);
  out->Key("Content-Type").String("application/json");
  out->Key("Date").String(headers.date);
  out->Key("X-Amz-Executed-Version").String(headers.version);
  if (headers.log_tail) out->Key("X-Amz-Log-Result").String("");
  out->Key("x-amzn-Remapped-Content-Length").String("0");
  out->Key("x-amzn-RequestId").String(headers.request_id);
  out->Key("X-Amzn-Trace-Id").String(headers.trace_id);
  out->EndObject();
}

}  // namespace

OrError<Invocation> ReadInvocation(const Json& parameters) {
  const std::optional<Json> name = parameters.Find("FunctionName");
  if (!name) return Refuse(parameters, "The field \"FunctionName\" is required but was missing");
  if (!name->is_string())
    return Refuse(parameters, "The value for the field \"FunctionName\" must be a STRING");
  std::optional<TaskTarget> target = ParseFunctionName(name->as_string());
  if (!target)
    return Refuse(parameters, "The value for the field \"FunctionName\" is not a function name");
  Invocation invocation{*std::move(target), parameters.Find("Payload"), false};
  const std::optional<Json> qualifier = parameters.Find("Qualifier");
  if (qualifier && qualifier->is_string())
    invocation.target.qualifier = std::string(qualifier->as_string());
  const std::optional<Json> log_type = parameters.Find("LogType");
  invocation.log_tail = log_type && log_type->is_string() && log_type->as_string() == "Tail";
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

std::string InvocationResult(const Invocation& invocation, const Json& answer, size_t answer_bytes,
                             Millis now, const std::function<double()>& draw) {
  const std::time_t seconds = now.value / 1000;
  const Headers headers{ExecutedVersion(invocation.target),
                        std::to_string(answer_bytes),
                        UuidFrom(draw),
                        fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(seconds)),
                        fmt::format("Root=1-{:08x}-{};Parent={};Sampled=0", seconds,
                                    HexFrom(draw, 24), HexFrom(draw, 16)),
                        invocation.log_tail};
  JsonWriter out;
  out.BeginObject();
  out.Key("ExecutedVersion").String(headers.version);
  if (invocation.log_tail) out.Key("LogResult").String("");
  out.Key("Payload").Value(answer);
  out.Key("SdkHttpMetadata").BeginObject();
  WriteAllHeaders(headers, &out);
  WriteHeaders(headers, &out);
  out.Key("HttpStatusCode").Int(200);
  out.EndObject();
  out.Key("SdkResponseMetadata").BeginObject();
  out.Key("RequestId").String(headers.request_id);
  out.EndObject();
  out.Key("StatusCode").Int(200);
  out.EndObject();
  return out.Take();
}

}  // namespace asl
