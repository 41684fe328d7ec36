// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What differs between two definitions, state by state: states that came and went, and of those that
// stayed each value that differs. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace aslctl {

struct Change {
  enum class Kind { kAdded, kRemoved, kChanged };
  Kind kind = Kind::kChanged;
  std::string subject;  // "state Pay", "state Each/Charge", "definition", "role", "tag team"
  std::string path;     // within the subject: "Retry[0].MaxAttempts"; empty: the whole of it
  std::string from;     // JSON of one line, or a text; empty when added
  std::string to;
  friend bool operator==(const Change&, const Change&) = default;
};

// Empty when the bytes are the same. States within Map and Parallel have the names of what they are
// in before theirs. Texts that are no JSON differ as a whole.
std::vector<Change> DiffDefinitions(const std::string& from, const std::string& to);

nlohmann::ordered_json ChangeJson(const Change& change);

}  // namespace aslctl
