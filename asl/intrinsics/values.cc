// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <map>

#include "asl/decimal.h"
#include "asl/intrinsics/functions.h"
#include "asl/java_text.h"
#include "asl/json_document.h"
#include "asl/limits.h"

namespace asl::intrinsics {
namespace {

absl::Status WrongType(size_t place, std::string_view wanted, const Json& found) {
  return absl::InvalidArgumentError(
      fmt::format("Expected argument {} to be of type {}, but it is {}", place + 1, wanted,
                  JsonTypeName(found.type())));
}

// Recursion is bounded by the parser's depth limit.
void AppendCanonical(const Json& value, std::string* out) {
  if (value.is_number()) {
    *out += CanonicalNumber(value.number_text());
  } else if (value.is_array()) {
    *out += '[';
    for (const Json item : value.items()) {
      AppendCanonical(item, out);
      *out += ',';
    }
    *out += ']';
  } else if (value.is_object()) {
    std::map<std::string_view, Json> members;
    for (const JsonMember member : value.members()) members.emplace(member.key, member.value);
    *out += '{';
    for (const auto& [key, member] : members) {
      AppendJsonString(key, out);
      *out += ':';
      AppendCanonical(member, out);
      *out += ',';
    }
    *out += '}';
  } else {
    value.AppendCompact(out);
  }
}

}  // namespace

absl::StatusOr<std::string_view> TextArgument(const Arguments& arguments, size_t place) {
  const Json& value = arguments.values[place];
  if (!value.is_string()) return WrongType(place, "string", value);
  return value.as_string();
}

absl::StatusOr<Json> ArrayArgument(const Arguments& arguments, size_t place) {
  const Json& value = arguments.values[place];
  if (!value.is_array()) return WrongType(place, "array", value);
  return value;
}

absl::StatusOr<int64_t> IntegerArgument(const Arguments& arguments, size_t place) {
  const Json& value = arguments.values[place];
  if (!value.is_number()) return WrongType(place, "number", value);
  const double number = value.as_double();
  const double below = std::floor(number);
  const double rounded = number - below >= 0.5 ? below + 1 : below;
  if (rounded < INT32_MIN || rounded > INT32_MAX) {
    return absl::InvalidArgumentError(
        fmt::format("Argument {} must be between {} and {}, but it is {}", place + 1, INT32_MIN,
                    INT32_MAX, value.number_text()));
  }
  return static_cast<int64_t>(rounded);
}

Json TextValue(std::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return ParseBuiltJson(std::move(json));
}

Json IntegerValue(int64_t value) { return ParseBuiltJson(std::to_string(value)); }

Json BoolValue(bool value) { return ParseBuiltJson(value ? "true" : "false"); }

std::string CanonicalText(const Json& value) {
  std::string text;
  AppendCanonical(value, &text);
  return text;
}

absl::Status CheckLength(std::string_view text) {
  if (Utf16Length(text) <= kCallTextMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("The first argument has more than {} characters", kCallTextMax));
}

absl::Status TooLarge(const Arguments& arguments) {
  return absl::ResourceExhaustedError(
      fmt::format("The result has more than {} bytes", arguments.bytes_max));
}

}  // namespace asl::intrinsics
