// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Sources: specification, "States" and its tables; AWS guide, one page per state type. Messages
// that a recording of AWS shows are AWS's; the others are ours in its manner.
#include "asl/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "asl/limits.h"
#include "asl/timestamp.h"

namespace asl {
namespace {

enum class Must : uint8_t { kBe, kMay };  // kBe: required

enum class Shape : uint8_t {
  kText,
  kTrue,  // End
  kObject,
  kFilledObject,
  kList,
  kFilledList,
  kErrorNames,  // a non-empty list of texts
  kTimestamp,
  kWaitSeconds,  // 0 …
  kSeconds,      // 1 … 99999999
  kAttempts,     // 0 … 99999999
  kMaxDelay,     // 1 … 31622400
  kBackoff,      // a number from 1.0
  kJitter,
  kLanguage,
  kVersion,
  kTextOrNull,  // a path, or null
  kAnything,
  kJsonataOnly,  // belongs to the other query language
  kNotServed,    // valid, but refused until it is served
};

struct FieldRule {
  std::string_view field;
  uint16_t scopes;
  Must must;
  Shape shape;
};

constexpr uint16_t kStates = kTask | kPass | kWait | kChoice | kSucceed | kFail;
constexpr uint16_t kWithNext = kTask | kPass | kWait;
constexpr uint16_t kWithPaths = kTask | kPass | kWait | kChoice | kSucceed;

// Rows of required fields stand in the order in which AWS names missing ones.
constexpr std::array kFields = std::to_array<FieldRule>({
    {"States", kMachine, Must::kBe, Shape::kFilledObject},
    {"StartAt", kMachine, Must::kBe, Shape::kText},
    {"Version", kMachine, Must::kMay, Shape::kVersion},
    {"TimeoutSeconds", kMachine | kTask, Must::kMay, Shape::kSeconds},
    {"QueryLanguage", kMachine | kStates, Must::kMay, Shape::kLanguage},
    {"Comment", kMachine | kStates | kRetrier | kCatcher, Must::kMay, Shape::kText},
    {"Type", kStates, Must::kBe, Shape::kText},
    {"Next", kWithNext, Must::kMay, Shape::kText},
    {"End", kWithNext, Must::kMay, Shape::kTrue},
    {"InputPath", kWithPaths, Must::kMay, Shape::kTextOrNull},
    {"OutputPath", kWithPaths, Must::kMay, Shape::kTextOrNull},
    {"Parameters", kTask | kPass, Must::kMay, Shape::kAnything},
    {"Result", kPass, Must::kMay, Shape::kAnything},
    {"ResultSelector", kTask, Must::kMay, Shape::kObject},
    {"ResultPath", kTask | kPass, Must::kMay, Shape::kTextOrNull},
    {"Resource", kTask, Must::kBe, Shape::kText},
    {"TimeoutSecondsPath", kTask, Must::kMay, Shape::kText},
    {"HeartbeatSeconds", kTask, Must::kMay, Shape::kSeconds},
    {"HeartbeatSecondsPath", kTask, Must::kMay, Shape::kText},
    {"Retry", kTask, Must::kMay, Shape::kList},
    {"Catch", kTask, Must::kMay, Shape::kList},
    {"Credentials", kTask, Must::kMay, Shape::kNotServed},
    {"Choices", kChoice, Must::kBe, Shape::kFilledList},
    {"Default", kChoice, Must::kMay, Shape::kText},
    {"Seconds", kWait, Must::kMay, Shape::kWaitSeconds},
    {"SecondsPath", kWait, Must::kMay, Shape::kText},
    {"Timestamp", kWait, Must::kMay, Shape::kTimestamp},
    {"TimestampPath", kWait, Must::kMay, Shape::kText},
    {"Error", kFail, Must::kMay, Shape::kText},
    {"ErrorPath", kFail, Must::kMay, Shape::kText},
    {"Cause", kFail, Must::kMay, Shape::kText},
    {"CausePath", kFail, Must::kMay, Shape::kText},
    {"ErrorEquals", kRetrier | kCatcher, Must::kBe, Shape::kErrorNames},
    {"IntervalSeconds", kRetrier, Must::kMay, Shape::kSeconds},
    {"MaxAttempts", kRetrier, Must::kMay, Shape::kAttempts},
    {"BackoffRate", kRetrier, Must::kMay, Shape::kBackoff},
    {"MaxDelaySeconds", kRetrier, Must::kMay, Shape::kMaxDelay},
    {"JitterStrategy", kRetrier, Must::kMay, Shape::kJitter},
    {"Next", kCatcher, Must::kBe, Shape::kText},
    {"ResultPath", kCatcher, Must::kMay, Shape::kTextOrNull},
    {"Arguments", kTask, Must::kMay, Shape::kJsonataOnly},
    {"Output", kWithPaths | kCatcher, Must::kMay, Shape::kJsonataOnly},
    {"Assign", kTask | kPass | kWait | kChoice | kCatcher, Must::kMay, Shape::kNotServed},
});

enum class Count : uint8_t { kExactlyOne, kAtMostOne };

struct GroupRule {
  uint16_t scopes;
  Count count;
  std::array<std::string_view, 4> fields;  // "" pads
};

constexpr std::array kGroups = std::to_array<GroupRule>({
    {kWithNext, Count::kExactlyOne, {"Next", "End"}},
    {kWait, Count::kExactlyOne, {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}},
    {kTask, Count::kAtMostOne, {"TimeoutSeconds", "TimeoutSecondsPath"}},
    {kTask, Count::kAtMostOne, {"HeartbeatSeconds", "HeartbeatSecondsPath"}},
    {kFail, Count::kAtMostOne, {"Error", "ErrorPath"}},
    {kFail, Count::kAtMostOne, {"Cause", "CausePath"}},
});

const FieldRule* FindRule(Scope scope, std::string_view field) {
  const auto* rule = std::find_if(kFields.begin(), kFields.end(), [&](const FieldRule& r) {
    return (r.scopes & scope) != 0 && r.field == field;
  });
  return rule == kFields.end() ? nullptr : rule;
}

std::string Expected(std::string_view type) {
  return fmt::format("Expected value of type [{}]", type);
}

std::string CheckInteger(const Json& value, int64_t min, int64_t max) {
  if (!value.is_number()) return Expected("INTEGER");
  const std::optional<int64_t> number = value.as_int64();
  if (!number) return Expected("INTEGER");
  if (*number >= min && *number <= max) return "";
  return fmt::format("Value must be between {} and {}", min, max);
}

std::string CheckOneOf(const Json& value, std::span<const std::string_view> allowed) {
  if (!value.is_string()) return Expected("STRING");
  if (std::find(allowed.begin(), allowed.end(), value.as_string()) != allowed.end()) return "";
  return fmt::format("Value should be one of the following: [{}]", fmt::join(allowed, ", "));
}

std::string CheckErrorNames(const Json& value) {
  if (!value.is_array()) return Expected("ARRAY");
  if (value.size() == 0) return "Value cannot be empty";
  for (const Json name : value.items()) {
    if (!name.is_string()) return Expected("STRING");
  }
  return "";
}

std::string CheckTimestamp(const Json& value) {
  if (!value.is_string()) return Expected("STRING");
  if (!ParseTimestamp(value.as_string())) return "String does not match RFC3339 timestamp";
  return "";
}

std::string CheckFilled(const Json& value, JsonType type) {
  if (value.type() != type) return Expected(type == JsonType::kArray ? "ARRAY" : "OBJECT");
  return value.size() == 0 ? "Value cannot be empty" : "";
}

// What is wrong with the value; empty when nothing is.
std::string CheckShape(const FieldRule& rule, const Json& value) {
  constexpr std::array<std::string_view, 2> kLanguages = {"JSONPath", "JSONata"};
  constexpr std::array<std::string_view, 1> kVersions = {"1.0"};
  constexpr std::array<std::string_view, 2> kJitters = {"NONE", "FULL"};
  switch (rule.shape) {
    case Shape::kText:
      return value.is_string() ? "" : Expected("STRING");
    case Shape::kTrue:
      if (!value.is_bool()) return Expected("BOOLEAN");
      return value.as_bool() ? "" : "Value should be one of the following: [true]";
    case Shape::kObject:
      return value.is_object() ? "" : Expected("OBJECT");
    case Shape::kFilledObject:
      return CheckFilled(value, JsonType::kObject);
    case Shape::kList:
      return value.is_array() ? "" : Expected("ARRAY");
    case Shape::kFilledList:
      return CheckFilled(value, JsonType::kArray);
    case Shape::kErrorNames:
      return CheckErrorNames(value);
    case Shape::kTimestamp:
      return CheckTimestamp(value);
    case Shape::kWaitSeconds:
    case Shape::kAttempts:
      return CheckInteger(value, 0, kSecondsMax);
    case Shape::kSeconds:
      return CheckInteger(value, 1, kSecondsMax);
    case Shape::kMaxDelay:
      return CheckInteger(value, 1, kMaxDelaySecondsMax);
    case Shape::kBackoff:
      if (!value.is_number()) return Expected("NUMBER");
      return value.as_double() >= 1.0 ? "" : "Value must be at least 1.0";
    case Shape::kJitter:
      return CheckOneOf(value, kJitters);
    case Shape::kLanguage:
      return CheckOneOf(value, kLanguages);
    case Shape::kVersion:
      return CheckOneOf(value, kVersions);
    case Shape::kTextOrNull:
      return value.is_string() || value.is_null() ? "" : Expected("STRING");
    case Shape::kAnything:
    case Shape::kJsonataOnly:
    case Shape::kNotServed:
      return "";
  }
  return "";
}

// "" of the machine is written "/", as AWS does.
std::string AtObject(const std::string& location) { return location.empty() ? "/" : location; }

void CheckField(const FieldRule& rule, const JsonMember& member, const std::string& location,
                Problems* problems) {
  if (rule.shape == Shape::kJsonataOnly) {
    problems->Add(kSchema,
                  fmt::format("The QueryLanguage is set to 'JSONPath', but field '{}' is only "
                              "supported for the 'JSONata' QueryLanguage",
                              member.key),
                  AtObject(location), member.key_span);
    return;
  }
  const std::string at = fmt::format("{}/{}", location, member.key);
  if (rule.shape == Shape::kNotServed) {
    problems->Add(kNotSupportedYet, fmt::format("The field '{}' is not supported yet", member.key),
                  at, member.key_span);
    return;
  }
  std::string wrong = CheckShape(rule, member.value);
  if (!wrong.empty()) problems->Add(kSchema, std::move(wrong), at, member.value.span());
}

void CheckRequired(Scope scope, const Json& object, const std::string& location,
                   Problems* problems) {
  std::vector<std::string_view> missing;
  for (const FieldRule& rule : kFields) {
    if ((rule.scopes & scope) == 0 || rule.must != Must::kBe) continue;
    if (!object.Find(rule.field)) missing.push_back(rule.field);
  }
  if (missing.empty()) return;
  problems->Add(kSchema, fmt::format("These fields are required: [{}]", fmt::join(missing, ", ")),
                AtObject(location), object.span());
}

void CheckGroup(const GroupRule& rule, const Json& object, const std::string& location,
                Problems* problems) {
  std::vector<std::string_view> fields;
  size_t present = 0;
  for (const std::string_view field : rule.fields) {
    if (field.empty()) continue;
    fields.push_back(field);
    if (object.Find(field)) ++present;
  }
  if (present == 1 || (present == 0 && rule.count == Count::kAtMostOne)) return;
  problems->Add(
      kSchema,
      fmt::format("{} one of these fields is allowed: [{}]",
                  rule.count == Count::kExactlyOne ? "Exactly" : "Only", fmt::join(fields, ", ")),
      AtObject(location), object.span());
}

}  // namespace

void CheckFields(Scope scope, const Json& object, const std::string& location, Problems* problems) {
  CheckRequired(scope, object, location, problems);
  for (const GroupRule& rule : kGroups) {
    if ((rule.scopes & scope) != 0) CheckGroup(rule, object, location, problems);
  }
  for (const JsonMember member : object.members()) {
    if (const FieldRule* rule = FindRule(scope, member.key)) {
      CheckField(*rule, member, location, problems);
    } else {
      problems->Add(kSchema, fmt::format("Field '{}' is not supported", member.key),
                    AtObject(location), member.key_span);
    }
  }
}

std::optional<Scope> ScopeOfType(std::string_view type) {
  if (type == "Task") return kTask;
  if (type == "Pass") return kPass;
  if (type == "Wait") return kWait;
  if (type == "Choice") return kChoice;
  if (type == "Succeed") return kSucceed;
  if (type == "Fail") return kFail;
  return std::nullopt;
}

std::optional<std::string_view> StringField(const Json& object, std::string_view field) {
  const std::optional<Json> value = object.Find(field);
  if (!value || !value->is_string()) return std::nullopt;
  return value->as_string();
}

std::optional<int64_t> IntField(const Json& object, std::string_view field) {
  const std::optional<Json> value = object.Find(field);
  return value ? value->as_int64() : std::nullopt;
}

}  // namespace asl
