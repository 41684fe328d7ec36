// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// YAML or JSON as a tree: deploy descriptors, values for substitutions, and templates of
// CloudFormation, whose short tags become their long forms (!Ref X is {"Ref": X}). Definitions are
// not read here: they keep their bytes. One thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace aslctl {

inline constexpr size_t kTreeNodesMax = 200'000;  // however anchors multiply
inline constexpr int kTreeDepthMax = 200;

// The error says where the text is wrong. An empty text is an empty object.
absl::StatusOr<nlohmann::ordered_json> ReadYamlTree(const std::string& text);
// The same of a file; the error names it.
absl::StatusOr<nlohmann::ordered_json> ReadYamlFile(const std::string& path);

// A number, boolean or text as text; empty for anything else.
std::string ScalarText(const nlohmann::ordered_json& value);

}  // namespace aslctl
