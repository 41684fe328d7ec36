// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The one place where an answer becomes bytes on stdout, in the form that -o asks for. The machine
// forms have the member names of AWS's answers and cut nothing. One thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace aslctl {

enum class Form {
  kText,   // for people: "table", or what the command calls it
  kJson,   // one document
  kJsonl,  // one line per item of a list; otherwise one line
  kYaml,
  kName,   // the name or ARN alone, one per line
  kTable,  // history and run
  kTree,   // history and run
  kSarif,  // validate
};

// Which member of an answer (or of its items) names it, and which one holds the list of items. An
// answer that is an array is a list, too.
struct Names {
  std::string name;
  std::string list;
};

void Print(Form form, const nlohmann::ordered_json& answer, const Names& names,
           const std::string& text);

// One line of compact JSON, line break included.
std::string JsonLine(const nlohmann::ordered_json& value);
std::string ToYaml(const nlohmann::ordered_json& value);

}  // namespace aslctl
