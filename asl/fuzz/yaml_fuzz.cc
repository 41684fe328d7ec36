// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Any bytes as a definition in YAML: what is read is JSON with no key twice, and every problem of it
// has a place in the YAML text.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "asl/definition.h"
#include "asl/json.h"
#include "asl/limits.h"
#include "asl/yaml_definition.h"

namespace {

// The process must end visibly, whatever the build does with assertions.
void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const asl::YamlParse parsed = asl::ParseYaml(yaml);
  if (!parsed.value) {
    Require(!parsed.error.message.empty() && parsed.error.offset <= size);
    return 0;
  }
  const std::string& json = parsed.value->json;
  Require(json.size() <= asl::kDefinitionBytesMax);
  if (!json.empty()) {
    const asl::JsonParse read = asl::ParseJson(json);
    Require(read.ok() && read.duplicate_keys.empty());
  }
  std::vector<asl::Problem> problems = asl::Compile(json).problems;
  parsed.value->Relocate(yaml, &problems);
  for (const asl::Problem& problem : problems) Require(problem.offset <= size);
  return 0;
}
