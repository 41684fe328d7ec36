// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Checks that several operations share.
#include <algorithm>

#include "asl/limits.h"
#include "engine/api/requests.h"
#include "fmt/format.h"

namespace engine::api {
namespace {

constexpr size_t kNameMax = 80;
constexpr size_t kMaxResultsDefault = 100;

// API reference, CreateStateMachine, "name": white space, brackets, wildcards, special and control
// characters are out.
bool IsNameByte(unsigned char c) {
  return c > 0x20 && c < 0x7f &&
         std::string_view("<>{}[]?*\"#%\\^|~`$&,;:/").find(static_cast<char>(c)) ==
             std::string_view::npos;
}

// Letters beyond ASCII are allowed, the control characters U+0080 to U+009F are not. A character is
// one that is not a UTF-8 continuation byte.
bool IsName(const std::string& name) {
  size_t characters = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if ((c & 0xc0) != 0x80) ++characters;
    if (c < 0x80 && !IsNameByte(c)) return false;
    if (c == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0)
      return false;
  }
  return characters >= 1 && characters <= kNameMax;
}

}  // namespace

absl::Status CheckName(const std::string& name) {
  if (IsName(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("Invalid Name: '{}'", name));  // as it came, as AWS
}

absl::Status CheckError(const asl::Error& error) {
  const auto check = [](const char* member, const std::optional<std::string>& text, size_t max) {
    if (!text || text->size() <= max) return absl::OkStatus();
    return absl::InvalidArgumentError(
        fmt::format("1 validation error detected: Value at '{}' failed to satisfy constraint: "
                    "Member must have length less than or equal to {}",
                    member, max));
  };
  absl::Status status = check("error", error.name, asl::kErrorNameMax);
  status.Update(check("cause", error.cause, asl::kErrorCauseMax));
  return status;
}

absl::Status CheckDescription(const std::string& description) {
  constexpr size_t kDescriptionMax = 256;  // API reference
  if (description.size() <= kDescriptionMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("1 validation error detected: Value at 'description' failed to satisfy "
                  "constraint: Member must have length less than or equal to {}",
                  kDescriptionMax));
}

absl::Status CheckOneOf(const char* member, const std::string& value,
                        std::initializer_list<std::string_view> allowed) {
  const bool good = std::find(allowed.begin(), allowed.end(), value) != allowed.end();
  if (value.empty() || good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                  "Member must satisfy enum value set: [{}]",
                  value, member, fmt::join(allowed, ", ")));
}

absl::StatusOr<size_t> CheckMaxResults(int32_t max_results, int32_t max) {
  if (max_results == 0) return kMaxResultsDefault;
  if (max_results > 0 && max_results <= max) return static_cast<size_t>(max_results);
  return absl::InvalidArgumentError(fmt::format(
      "1 validation error detected: Value '{}' at 'maxResults' failed to satisfy constraint: "
      "Member must "
      "have value {} than or equal to {}",
      max_results, max_results < 0 ? "greater" : "less", max_results < 0 ? 0 : max));
}

namespace {

std::string Uuid(uint64_t high, uint64_t low) {
  low = (low & 0x3fffffffffffffffull) | 0x8000000000000000ull;  // RFC 9562's variant
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  int digit = 0;
  for (char& c : text) {
    if (c == '-') continue;
    const uint64_t half = digit < 16 ? high : low;
    c = kDigits[(half >> (60 - 4 * (digit % 16))) & 0xf];
    ++digit;
  }
  return text;
}

}  // namespace

std::string NewUuid() { return Uuid((SystemRandom() & ~0xf000ull) | 0x4000, SystemRandom()); }

std::string NewExecutionName(asl::Millis now) {
  const uint64_t time = static_cast<uint64_t>(now.value) << 16;
  return Uuid(time | 0x7000 | (SystemRandom() & 0xfff), SystemRandom());
}

}  // namespace engine::api
