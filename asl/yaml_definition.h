// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Definitions that people write in YAML: they become JSON, which is all that AWS's API and the
// engine know, and each of its values keeps its place in the YAML text. YAML 1.2 with its core
// types: numbers as they are spelled, `yes` is a text, quoted texts stay texts; anchors are
// copied; tags of other tools are refused. The target asl_yaml, apart from asl. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/definition.h"
#include "asl/json.h"

namespace asl {

// JSON in one line, and where its keys and values stand in the YAML text.
struct YamlDefinition {
  struct Mark {
    uint32_t json;  // offset of a key or value in `json`
    uint32_t yaml;  // offset of the same in the YAML text
  };
  std::string json;
  std::vector<Mark> marks;  // both grow, but for what anchors copy

  // Puts the places of problems of `json` into the YAML text that this was made of.
  void Relocate(std::string_view yaml, std::vector<Problem>* problems) const;
};

struct YamlParse {
  std::optional<YamlDefinition> value;  // nullopt: see error
  Problem error;                        // code INVALID_YAML, which is ours
};

// Never more than kDefinitionBytesMax bytes of JSON, however anchors multiply.
YamlParse ParseYaml(std::string_view yaml);

}  // namespace asl
