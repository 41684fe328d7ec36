// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// conformance: runs cases of the public corpora, or of any folder with cases of the same kinds.
// Exit code 0: all as expected_failures.txt says; 1: not so; 2: nothing to run; 77: the corpora are
// absent (in CI that is 1).
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "fmt/format.h"
#include "tests/conformance/load.h"
#include "tests/conformance/report.h"

namespace conformance {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string expected = ASLD_SOURCE "/tests/conformance/expected_failures.txt";
  std::string differences = "build/conformance";
  bool complete = false;
};

int Absent(const std::filesystem::path& path) {
  fmt::print("\nNO CONFORMANCE CASES: {} does not exist, so NOTHING WAS COMPARED.\n\n",
             path.string());
  return std::getenv("CI") != nullptr ? 1 : 77;
}

int Run(const Options& options) {
  std::vector<std::filesystem::path> paths(options.paths.begin(), options.paths.end());
  if (paths.empty()) paths.emplace_back(ASLD_SHARED "/conformance");
  for (const std::filesystem::path& path : paths) {
    if (!std::filesystem::exists(path)) return Absent(path);
  }
  const absl::StatusOr<ExpectedFailures> expected = ReadExpectedFailures(options.expected);
  if (!expected.ok()) {
    fmt::print(stderr, "{}\n", std::string(expected.status().message()));
    return 2;
  }
  const Loaded loaded = LoadCases(paths);
  for (const std::string& problem : loaded.problems) fmt::print(stderr, "{}\n", problem);
  if (loaded.cases.empty() || !loaded.problems.empty()) {
    fmt::print(stderr, "{} cases were found\n", loaded.cases.size());
    return 2;
  }
  Report report(*expected, options.differences);
  std::set<std::string> corpora;
  for (const Case& one : loaded.cases) {
    corpora.insert(std::string(one.corpus->name));
    const std::string reason = SkipReason(one);
    if (!reason.empty()) {
      report.Skipped(one, reason);
    } else {
      report.Judged(one, one.corpus->run(one));
    }
  }
  if (options.complete) {
    for (const std::string& corpus : corpora) report.Complete(corpus);
  }
  return report.Print() ? 0 : 1;
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) {
  CLI::App app("Runs conformance cases and compares with what is expected of them.");
  conformance::Options options;
  app.add_option("PATH", options.paths, "Folders and files with cases; all corpora when left out");
  app.add_option("--expected", options.expected, "The list of cases that are expected to fail")
      ->capture_default_str();
  app.add_option("--differences", options.differences, "Folder for a file per failed case")
      ->capture_default_str();
  app.add_flag("--complete", options.complete,
               "The paths hold whole corpora: every listed case of theirs must be among them");
  CLI11_PARSE(app, argc, argv);
  return conformance::Run(options);
}
