// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "tests/conformance/side_by_side.h"

namespace conformance {
namespace {

constexpr size_t kFeaturesShown = 4;
constexpr size_t kFileNameMax = 150;  // of a case's id: file systems allow 255 bytes

std::string Where(const Case& one) {
  return one.line == 0 ? one.file.string() : fmt::format("{}:{}", one.file.string(), one.line);
}

std::vector<std::pair<int, std::string>> MostFirst(const std::map<std::string, int>& counts) {
  std::vector<std::pair<int, std::string>> sorted;
  sorted.reserve(counts.size());
  for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  return sorted;
}

std::string FailingMost(const std::map<std::string, int>& features) {
  std::string text;
  size_t shown = 0;
  for (const auto& [count, name] : MostFirst(features)) {
    if (shown++ == kFeaturesShown) break;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

void PrintCounts(std::string_view title, const std::map<std::string, int>& counts) {
  if (counts.empty()) return;
  fmt::print("\n{}\n", title);
  for (const auto& [count, name] : MostFirst(counts)) fmt::print("{:7}  {}\n", count, name);
}

void PrintList(std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  fmt::print("\n{}\n", title);
  for (const std::string& line : lines) fmt::print("  {}\n", line);
}

}  // namespace

Report::Row& Report::RowOf(const Case& one) {
  const std::string corpus(one.corpus->name);
  return rows_[one.area == corpus ? corpus : corpus + "/" + one.area];
}

void Report::Skipped(const Case& one, const std::string& reason) {
  ++RowOf(one).skipped;
  ++skipped_[reason];
}

void Report::Judged(const Case& one, const Verdict& verdict) {
  for (const auto& [rule, times] : verdict.compared) {
    ++compared_[rule].cases;
    compared_[rule].times += times;
  }
  const auto listed = expected_.find({std::string(one.corpus->name), one.id});
  if (listed != expected_.end()) seen_[listed->first] = true;
  Row& row = RowOf(one);
  if (verdict.differences.empty()) {
    ++row.passed;
    if (listed != expected_.end()) {
      surprises_.push_back(fmt::format(
          "PASSES: {}\n    listed as failing: {}; take it off the list", one.id, listed->second));
    }
    return;
  }
  ++row.failed;
  for (const std::string& feature : one.features) ++row.failing_features[feature];
  WriteDifferences(one, verdict);
  if (listed != expected_.end()) {
    as_listed_.push_back(fmt::format("{}: {}", one.id, listed->second));
    return;
  }
  surprises_.push_back(fmt::format("FAILS: {}\n    {}\n    {} differs: {}", one.id, Where(one),
                                   verdict.differences[0].what, FileFor(one).string()));
}

void Report::Complete(const std::string& corpus) {
  for (const auto& [id, reason] : expected_) {
    if (id.first != corpus || seen_.count(id) != 0) continue;
    surprises_.push_back(
        fmt::format("NOT RUN: {}\n    it is listed as failing: {}; take it off "
                    "the list",
                    id.second, reason));
  }
}

std::filesystem::path Report::FileFor(const Case& one) const {
  std::string name = one.id.substr(0, kFileNameMax);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '-' && c != '.') c = '_';
  }
  return folder_ / std::string(one.corpus->name) / (name + ".txt");
}

void Report::WriteDifferences(const Case& one, const Verdict& verdict) const {
  const std::filesystem::path file = FileFor(one);
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file);
  out << one.id << "\n" << Where(one) << "\n";
  for (const Difference& difference : verdict.differences) {
    out << "\n--- " << difference.what << ": expected, and beside it what was found\n"
        << SideBySide(difference.expected, difference.found);
  }
}

bool Report::Print() const {
  Row sum;
  fmt::print("{:<44} {:>7} {:>7} {:>7}  features that fail most\n", "area", "passed", "failed",
             "skipped");
  for (const auto& [area, row] : rows_) {
    fmt::print("{:<44} {:>7} {:>7} {:>7}  {}\n", area, row.passed, row.failed, row.skipped,
               FailingMost(row.failing_features));
    sum.passed += row.passed;
    sum.failed += row.failed;
    sum.skipped += row.skipped;
  }
  PrintCounts("skipped, by reason", skipped_);
  if (!compared_.empty()) fmt::print("\ncompared, by rule: cases, and how often\n");
  for (const auto& [rule, compared] : compared_) {
    fmt::print("{:7} {:7}  {}\n", compared.cases, compared.times, rule);
  }
  PrintList("failed, as expected_failures.txt says", as_listed_);
  PrintList("NOT AS EXPECTED", surprises_);
  fmt::print("\n{} passed, {} failed, {} skipped\n", sum.passed, sum.failed, sum.skipped);
  return surprises_.empty();
}

}  // namespace conformance
