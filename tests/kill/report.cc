// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/kill/report.h"

#include "fmt/format.h"

namespace kill_test {
namespace {

constexpr size_t kPrintedPerKind = 5;

const char* NameOf(Finding finding) {
  switch (finding) {
    case Finding::kLost:
      return "lost";
    case Finding::kTwice:
      return "done twice";
    case Finding::kHistory:
      return "history";
    case Finding::kEffects:
      return "effects";
    case Finding::kHangs:
      return "hangs";
    case Finding::kRefused:
      return "refused";
  }
  return "";
}

}  // namespace

void Report::Add(Finding finding, const std::string& text) {
  std::lock_guard lock(mutex_);
  if (++counts_[finding] <= kPrintedPerKind) fmt::print("FOUND {}: {}\n", NameOf(finding), text);
}

size_t Report::count(Finding finding) const {
  std::lock_guard lock(mutex_);
  auto it = counts_.find(finding);
  return it == counts_.end() ? 0 : it->second;
}

size_t Report::total() const {
  std::lock_guard lock(mutex_);
  size_t total = 0;
  for (const auto& [finding, count] : counts_) total += count;
  return total;
}

void Acknowledgements::Count() {
  std::lock_guard lock(mutex_);
  ++count_;
  changed_.notify_all();
}

uint64_t Acknowledgements::count() const {
  std::lock_guard lock(mutex_);
  return count_;
}

bool Acknowledgements::WaitFor(uint64_t wanted, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return count_ >= wanted; });
}

}  // namespace kill_test
