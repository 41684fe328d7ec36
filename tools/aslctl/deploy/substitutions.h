// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// ${Name} in a definition, as SAM's and CloudFormation's DefinitionSubstitutions replace it: by the
// bare text of the value, wherever it stands. Everything else keeps its bytes. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aslctl {

// The value of a name; nullopt when nobody gave one.
using FindValue = std::function<std::optional<std::string>(std::string_view name)>;

struct MissingValue {
  std::string name;
  int line = 0;  // 1-based, in the text before
  int column = 0;
};

struct Substituted {
  std::string text;
  std::vector<std::string> used;      // names, in the order of the text
  std::vector<MissingValue> missing;  // left in the text as they are
};

// A name is of letters, digits, '_', '.' and ':'; ${ … } around anything else is text like any
// other.
Substituted Substitute(std::string_view text, const FindValue& find);

}  // namespace aslctl
