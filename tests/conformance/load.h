// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// From folders and files to cases: every .json file that is a case, and every line of a .jsonl file
// that is one. Other files (data sets that cases name, for example) are passed over. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/conformance/corpus.h"

namespace conformance {

struct Loaded {
  std::vector<Case> cases;            // in the order of their paths and lines
  std::vector<std::string> problems;  // files that cannot be read, lines that are no JSON
};

Loaded LoadCases(const std::vector<std::filesystem::path>& paths);

}  // namespace conformance
