// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Checks that several operations share.
#include "absl/strings/escaping.h"
#include "engine/api/requests.h"
#include "fmt/format.h"

namespace engine::api {
namespace {

constexpr size_t kNameMax = 80;
constexpr int32_t kMaxResultsMax = 1'000;
constexpr size_t kMaxResultsDefault = 100;
constexpr char kPageTokenVersion = '1';

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
  return absl::InvalidArgumentError(
      fmt::format("Invalid Name: '{}'", absl::Utf8SafeCHexEscape(name)));
}

absl::StatusOr<size_t> CheckMaxResults(int32_t max_results) {
  if (max_results == 0) return kMaxResultsDefault;
  if (max_results > 0 && max_results <= kMaxResultsMax) return static_cast<size_t>(max_results);
  return absl::InvalidArgumentError(fmt::format(
      "1 validation error detected: Value '{}' at 'maxResults' failed to satisfy constraint: "
      "Member must "
      "have value {} than or equal to {}",
      max_results, max_results < 0 ? "greater" : "less", max_results < 0 ? 0 : kMaxResultsMax));
}

std::string EncodePageToken(const std::string& position) {
  if (position.empty()) return "";
  return absl::WebSafeBase64Escape(kPageTokenVersion + position);
}

absl::StatusOr<std::string> DecodePageToken(const std::string& token) {
  if (token.empty()) return "";
  std::string position;
  if (!absl::WebSafeBase64Unescape(token, &position) || position.size() < 2 ||
      position[0] != kPageTokenVersion) {
    return absl::InvalidArgumentError("Invalid Token: 'Invalid token'");
  }
  return position.substr(1);
}

std::string NewUuid() {
  const uint64_t high = (SystemRandom() & ~0xf000ull) | 0x4000;  // version 4
  const uint64_t low =
      (SystemRandom() & 0x3fffffffffffffffull) | 0x8000000000000000ull;  // variant 1
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffff);
}

}  // namespace engine::api
