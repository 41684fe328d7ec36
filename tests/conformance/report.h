// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Gathers verdicts and prints them: a table per area, why cases were skipped, how they were
// compared, what was not as expected, and as the last line the three sums. Differences go to files.
// Owned by main; one thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/conformance/corpus.h"
#include "tests/conformance/expected.h"

namespace conformance {

class Report {
 public:
  // `differences`: the folder that gets a file per failed case.
  Report(const ExpectedFailures& expected, std::filesystem::path differences)
      : expected_(expected), folder_(std::move(differences)) {}

  void Skipped(const Case& one, const std::string& reason);
  void Judged(const Case& one, const Verdict& verdict);
  // The cases were all of `corpus`: the list must not name others of it.
  void Complete(const std::string& corpus);

  // To the standard output. True when everything is as the list says.
  bool Print() const;

 private:
  struct Row {
    int passed = 0;
    int failed = 0;
    int skipped = 0;
    std::map<std::string, int> failing_features;
  };

  struct Compared {
    int cases = 0;
    int times = 0;
  };

  Row& RowOf(const Case& one);
  void WriteDifferences(const Case& one, const Verdict& verdict) const;
  std::filesystem::path FileFor(const Case& one) const;

  const ExpectedFailures& expected_;
  const std::filesystem::path folder_;
  std::map<std::string, Row> rows_;
  std::map<std::string, int> skipped_;        // by reason
  std::map<std::string, Compared> compared_;  // by rule
  std::vector<std::string> as_listed_;        // failed, and expected to
  std::vector<std::string> surprises_;
  std::map<std::pair<std::string, std::string>, bool> seen_;  // listed cases
};

}  // namespace conformance
