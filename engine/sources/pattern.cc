// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/pattern.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace engine::sources {
namespace {

using asl::Json;

absl::Status Wrong(std::string_view where, std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("the filter is wrong at {}: {}", where.empty() ? "its top" : where, what));
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return absl::ascii_tolower(static_cast<unsigned char>(x)) ==
                  absl::ascii_tolower(static_cast<unsigned char>(y));
         });
}

// `*` stands for any text. Goes back to the last star only, so it takes |pattern| × |text| at most.
bool MatchesWildcard(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, after_star = std::string_view::npos, tried = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      tried = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++tried;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool IsComparison(std::string_view word) {
  constexpr std::array<std::string_view, 5> kWords = {"=", "<", "<=", ">", ">="};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool Holds(double value, std::string_view comparison, double limit) {
  if (comparison == "=") return value == limit;
  if (comparison == "<") return value < limit;
  if (comparison == "<=") return value <= limit;
  if (comparison == ">") return value > limit;
  return value >= limit;
}

bool MatchesNumeric(const Json& comparisons, const Json& value) {
  if (!value.is_number()) return false;
  for (size_t i = 0; i + 1 < comparisons.size(); i += 2) {
    if (!Holds(value.as_double(), comparisons.At(i)->as_string(),
               comparisons.At(i + 1)->as_double())) {
      return false;
    }
  }
  return true;
}

// prefix or suffix: a text, or {"equals-ignore-case": text}.
bool MatchesEnd(const Json& wanted, const Json& value, bool at_begin) {
  if (!value.is_string()) return false;
  const bool any_case = wanted.is_object();
  const std::string_view end =
      any_case ? wanted.Find("equals-ignore-case")->as_string() : wanted.as_string();
  const std::string_view text = value.as_string();
  if (end.size() > text.size()) return false;
  const std::string_view part =
      at_begin ? text.substr(0, end.size()) : text.substr(text.size() - end.size());
  return any_case ? EqualIgnoringCase(part, end) : part == end;
}

bool MatchesRule(const Json& rule, const Json& value);

// Of a text, a number, a list of them, or of another operator.
bool MatchesAnythingBut(const Json& unwanted, const Json& value) {
  if (unwanted.is_object()) return !MatchesRule(unwanted, value);
  if (!unwanted.is_array()) return !(value == unwanted);
  for (const Json one : unwanted.items()) {
    if (value == one) return false;
  }
  return true;
}

// REQUIRES: value is no array and no object. `exists` is decided where the key is looked up.
bool MatchesRule(const Json& rule, const Json& value) {
  if (!rule.is_object()) return value == rule;
  const asl::JsonMember op = *rule.members().begin();
  if (op.key == "prefix") return MatchesEnd(op.value, value, true);
  if (op.key == "suffix") return MatchesEnd(op.value, value, false);
  if (op.key == "numeric") return MatchesNumeric(op.value, value);
  if (op.key == "anything-but") return MatchesAnythingBut(op.value, value);
  if (op.key == "exists") return op.value.as_bool();
  if (!value.is_string()) return false;
  return op.key == "wildcard" ? MatchesWildcard(op.value.as_string(), value.as_string())
                              : EqualIgnoringCase(op.value.as_string(), value.as_string());
}

bool MatchesList(const Json& rules, const std::optional<Json>& value) {
  for (const Json rule : rules.items()) {
    if (!value) {
      const std::optional<Json> exists = rule.Find("exists");
      if (exists && !exists->as_bool()) return true;
    } else if (value->is_array()) {
      for (const Json element : value->items()) {
        if (!element.is_array() && !element.is_object() && MatchesRule(rule, element)) return true;
      }
    } else if (!value->is_object() && MatchesRule(rule, *value)) {
      return true;
    }
  }
  return false;
}

// Recursion is bounded by the parser's depth limit.
bool MatchesObject(const Json& pattern, const Json& event) {
  for (const asl::JsonMember& member : pattern.members()) {
    if (member.key == "$or") {
      bool one = false;
      for (const Json branch : member.value.items()) one = one || MatchesObject(branch, event);
      if (!one) return false;
      continue;
    }
    const std::optional<Json> value = event.Find(member.key);
    const bool matches = member.value.is_object()
                             ? MatchesObject(member.value, value.value_or(Json()))
                             : MatchesList(member.value, value);
    if (!matches) return false;
  }
  return true;
}

absl::Status CheckNumeric(const Json& value, std::string_view where) {
  bool good = value.is_array() && (value.size() == 2 || value.size() == 4);
  for (size_t i = 0; good && i < value.size(); ++i) {
    const Json part = *value.At(i);
    good = i % 2 == 0 ? part.is_string() && IsComparison(part.as_string()) : part.is_number();
  }
  return good ? absl::OkStatus()
              : Wrong(where, "numeric takes one or two comparisons, as in [\">\", 0, \"<=\", 5]");
}

absl::Status CheckRule(const Json& rule, std::string_view where) {
  if (rule.is_array()) return Wrong(where, "a list within a list");
  if (!rule.is_object()) return absl::OkStatus();
  if (rule.size() != 1) return Wrong(where, "an object in a list has one operator");
  const asl::JsonMember op = *rule.members().begin();
  if (op.key == "exists") {
    return op.value.is_bool() ? absl::OkStatus() : Wrong(where, "exists takes true or false");
  }
  if (op.key == "numeric") return CheckNumeric(op.value, where);
  if (op.key == "anything-but") {
    if (op.value.is_object()) return CheckRule(op.value, where);
    return absl::OkStatus();
  }
  const bool end = op.key == "prefix" || op.key == "suffix";
  if (!end && op.key != "wildcard" && op.key != "equals-ignore-case") {
    return Wrong(where, fmt::format("there is no operator '{}'", op.key));
  }
  const std::optional<Json> any_case = op.value.Find("equals-ignore-case");
  if (op.value.is_string() || (end && any_case && any_case->is_string())) return absl::OkStatus();
  return Wrong(where, fmt::format("{} takes a text", op.key));
}

absl::Status CheckObject(const Json& pattern, const std::string& where) {
  if (!pattern.is_object() || pattern.size() == 0) {
    return Wrong(where, "there must be an object with at least one key");
  }
  for (const asl::JsonMember& member : pattern.members()) {
    const std::string at = fmt::format("{}{}{}", where, where.empty() ? "" : ".", member.key);
    const bool list = member.value.is_array();
    if (!list && (!member.value.is_object() || member.key == "$or")) {
      return Wrong(at, "values stand in a list, as in [\"order\"]");
    }
    if (list && member.value.size() == 0) return Wrong(at, "the list is empty");
    absl::Status status = list ? absl::OkStatus() : CheckObject(member.value, at);
    for (const Json item : member.value.items()) {
      if (status.ok()) status = member.key == "$or" ? CheckObject(item, at) : CheckRule(item, at);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Pattern> Pattern::Compile(const Json& pattern) {
  if (absl::Status s = CheckObject(pattern, ""); !s.ok()) return s;
  return Pattern(pattern);
}

bool Pattern::Matches(const Json& event) const { return MatchesObject(pattern_, event); }

}  // namespace engine::sources
