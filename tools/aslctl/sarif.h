// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Findings as SARIF 2.1.0 (OASIS), with what GitHub code scanning asks for: rules with their texts,
// places in files. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "asl/definition.h"

namespace aslctl {

struct FileFindings {
  std::string path;
  std::vector<asl::Problem> problems;
};

nlohmann::ordered_json ToSarif(const std::vector<FileFindings>& files);

}  // namespace aslctl
