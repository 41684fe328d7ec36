// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata_text.h"

namespace asl {
namespace {

constexpr std::string_view kOpen = "{%";
constexpr std::string_view kClose = "%}";
constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

std::optional<std::string_view> JsonataIn(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  std::string_view text = value.as_string();
  if (text.size() < kOpen.size() + kClose.size()) return std::nullopt;
  if (!text.starts_with(kOpen) || !text.ends_with(kClose)) return std::nullopt;
  text.remove_prefix(kOpen.size());
  text.remove_suffix(kClose.size());
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

bool IsHalfMarked(const Json& value) {
  if (!value.is_string() || JsonataIn(value)) return false;
  const std::string_view text = value.as_string();
  return text.starts_with(kOpen) || text.ends_with(kClose);
}

}  // namespace asl
