// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/service_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <span>

#include "asl/or_error.h"
#include "asl/sdk_metadata.h"

namespace asl {
namespace {

// kText: a STRING; kJsonText: one too, and any other value as the JSON text of it.
enum class Type : uint8_t { kText, kJsonText, kInteger, kMap };

struct Parameter {
  std::string_view name;
  Type type;
  bool required = false;
};

constexpr std::array kSendMessage = std::to_array<Parameter>({
    {"DelaySeconds", Type::kInteger},
    {"MessageAttributes", Type::kMap},
    {"MessageBody", Type::kJsonText, true},
    {"MessageDeduplicationId", Type::kText},
    {"MessageGroupId", Type::kText},
    {"QueueUrl", Type::kText, true},
});

struct ServiceCall {
  std::string_view service;
  std::string_view action;
  std::span<const Parameter> parameters;
};

constexpr std::array kServiceCalls = std::to_array<ServiceCall>({
    {"sqs", "sendMessage", kSendMessage},
});

const ServiceCall* Find(std::string_view service, std::string_view action) {
  const auto* found = std::find_if(
      kServiceCalls.begin(), kServiceCalls.end(),
      [&](const ServiceCall& call) { return call.service == service && call.action == action; });
  return found == kServiceCalls.end() ? nullptr : found;
}

const ServiceCall& CallOf(const TaskTarget& target) {
  const ServiceCall* call = Find(target.service, target.name);
  assert(call != nullptr && "what is no service call has another kind of target");
  return *call;
}

const Parameter* FindParameter(const ServiceCall& call, std::string_view name) {
  const auto found = std::find_if(call.parameters.begin(), call.parameters.end(),
                                  [&](const Parameter& p) { return p.name == name; });
  return found == call.parameters.end() ? nullptr : &*found;
}

// Null is as if it were not there (recorded: the service is asked, and misses it).
bool Fits(const Json& value, Type type) {
  if (value.is_null()) return true;
  switch (type) {
    case Type::kText:
      return value.is_string();
    case Type::kJsonText:
      return true;
    case Type::kInteger:
      return value.as_int64().has_value();
    case Type::kMap:
      return value.is_object();
  }
  return false;
}

std::string_view TypeName(Type type) {
  if (type == Type::kInteger) return "an INTEGER";
  return type == Type::kMap ? "an OBJECT" : "a STRING";
}

std::string Objection(const ServiceCall& call, const Json& parameters) {
  for (const Parameter& parameter : call.parameters) {
    if (parameter.required && !parameters.Find(parameter.name))
      return fmt::format("The field '{}' is required but was missing", parameter.name);
  }
  for (const JsonMember& member : parameters.members()) {
    const Parameter* parameter = FindParameter(call, member.key);
    if (parameter == nullptr)
      return fmt::format("The field '{}' is not supported by Step Functions", member.key);
    if (!Fits(member.value, parameter->type))
      return fmt::format("The value for the field '{}' must be {}", member.key,
                         TypeName(parameter->type));
  }
  return "";
}

}  // namespace

bool IsServiceCall(std::string_view service, std::string_view action) {
  return Find(service, action) != nullptr;
}

std::optional<Error> CheckServiceCall(const TaskTarget& target, const Json& parameters) {
  const std::string objection = Objection(CallOf(target), parameters);
  if (objection.empty()) return std::nullopt;
  return RuntimeError(fmt::format("The Parameters '{}' could not be used to start the Task: [{}]",
                                  parameters.Compact(), objection));
}

std::string ServiceRequest(const TaskTarget& target, const Json& parameters) {
  const ServiceCall& call = CallOf(target);
  JsonWriter out;
  out.BeginObject();
  for (const JsonMember& member : parameters.members()) {
    if (member.value.is_null()) continue;
    out.Key(member.key);
    const bool text =
        FindParameter(call, member.key)->type == Type::kJsonText && !member.value.is_string();
    text ? out.String(member.value.Compact()) : out.Value(member.value);
  }
  out.EndObject();
  return out.Take();
}

std::string ServiceResult(const HttpAnswer& http, const Json& answer) {
  std::map<std::string_view, std::optional<Json>> members = {{kSdkHttpMetadata, std::nullopt},
                                                             {kSdkResponseMetadata, std::nullopt}};
  for (const JsonMember& member : answer.members()) members.emplace(member.key, member.value);
  JsonWriter out;
  out.BeginObject();
  for (const auto& [name, value] : members) {
    if (value) {
      out.Key(name).Value(*value);
    } else if (name == kSdkHttpMetadata) {
      WriteSdkHttpMetadata(http, &out);
    } else {
      WriteSdkResponseMetadata(http, &out);
    }
  }
  out.EndObject();
  return out.Take();
}

}  // namespace asl
