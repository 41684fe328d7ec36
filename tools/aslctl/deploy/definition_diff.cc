// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/definition_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "asl/json.h"
#include "tools/aslctl/deploy/states.h"

namespace aslctl {
namespace {

bool IsBranch(const std::string& path) {
  return path.starts_with("Branches[") && path.find(']') + 1 == path.size();
}

// A "States" field: its states are told one by one.
bool HoldsStates(const std::string& subject, const std::string& path, std::string_view key) {
  if (key != "States") return false;
  if (subject == "definition") return path.empty();
  return path == "ItemProcessor" || path == "Iterator" || IsBranch(path);
}

class Differ {
 public:
  void Compare(const std::string& subject, const std::string& path, const asl::Json& from,
               const asl::Json& to) {
    if (from == to) return;
    if (from.is_object() && to.is_object()) return Members(subject, path, from, to);
    const bool branches = path == "Branches" && subject != "definition";
    if (!from.is_array() || !to.is_array() || (from.size() != to.size() && !branches)) {
      return Add(Change::Kind::kChanged, subject, path, from.Compact(), to.Compact());
    }
    // The states of branches that came or went say so themselves.
    for (size_t i = 0; i < std::min(from.size(), to.size()); ++i) {
      Compare(subject, fmt::format("{}[{}]", path, i), *from.At(i), *to.At(i));
    }
  }

  void Members(const std::string& subject, const std::string& path, const asl::Json& from,
               const asl::Json& to) {
    const auto at = [&](std::string_view key) {
      return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
    };
    for (const asl::JsonMember& member : from.members()) {
      if (HoldsStates(subject, path, member.key)) continue;
      if (const std::optional<asl::Json> other = to.Find(member.key)) {
        Compare(subject, at(member.key), member.value, *other);
      } else {
        Add(Change::Kind::kRemoved, subject, at(member.key), member.value.Compact(), "");
      }
    }
    for (const asl::JsonMember& member : to.members()) {
      if (from.Find(member.key) || HoldsStates(subject, path, member.key)) continue;
      Add(Change::Kind::kAdded, subject, at(member.key), "", member.value.Compact());
    }
  }

  void Add(Change::Kind kind, std::string subject, std::string path, std::string from,
           std::string to) {
    changes_.push_back({kind, std::move(subject), std::move(path), std::move(from), std::move(to)});
  }

  std::vector<Change> Take() { return std::move(changes_); }

 private:
  std::vector<Change> changes_;
};

std::map<std::string, asl::Json> ByName(const asl::Json& definition) {
  std::map<std::string, asl::Json> states;
  ForEachState(definition, [&](const StateAt& at) { states.emplace(at.name, at.state); });
  return states;
}

std::string TypeOf(const asl::Json& state) {
  const asl::Json type = state.Find("Type").value_or(asl::Json());
  return type.is_string() ? std::string(type.as_string()) : "";
}

}  // namespace

std::vector<Change> DiffDefinitions(const std::string& from, const std::string& to) {
  if (from == to) return {};
  const asl::JsonParse before = asl::ParseJson(from);
  const asl::JsonParse after = asl::ParseJson(to);
  Differ differ;
  if (!before.ok() || !after.ok() || !before.value->is_object() || !after.value->is_object()) {
    differ.Add(Change::Kind::kChanged, "definition", "", from, to);
    return differ.Take();
  }
  differ.Members("definition", "", *before.value, *after.value);
  const std::map<std::string, asl::Json> old_states = ByName(*before.value);
  const std::map<std::string, asl::Json> new_states = ByName(*after.value);
  for (const auto& [name, state] : old_states) {
    const auto other = new_states.find(name);
    if (other == new_states.end()) {
      differ.Add(Change::Kind::kRemoved, "state " + name, "", TypeOf(state), "");
    } else {
      differ.Members("state " + name, "", state, other->second);
    }
  }
  for (const auto& [name, state] : new_states) {
    if (old_states.contains(name)) continue;
    differ.Add(Change::Kind::kAdded, "state " + name, "", "", TypeOf(state));
  }
  std::vector<Change> changes = differ.Take();
  if (changes.empty()) {
    changes.push_back({Change::Kind::kChanged, "definition", "",
                       fmt::format("{} bytes", from.size()),
                       fmt::format("{} bytes, other white space or order", to.size())});
  }
  return changes;
}

nlohmann::ordered_json ChangeJson(const Change& change) {
  nlohmann::ordered_json out = {{"subject", change.subject}};
  if (!change.path.empty()) out["path"] = change.path;
  out["change"] = change.kind == Change::Kind::kAdded     ? "added"
                  : change.kind == Change::Kind::kRemoved ? "removed"
                                                          : "changed";
  if (change.kind != Change::Kind::kAdded) out["from"] = change.from;
  if (change.kind != Change::Kind::kRemoved) out["to"] = change.to;
  return out;
}

}  // namespace aslctl
