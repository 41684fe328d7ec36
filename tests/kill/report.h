// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a run found wrong, and how far it has come: the list of findings, and the count of
// acknowledgements that tells when to kill. One of each per run; any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace kill_test {

enum class Finding {
  kLost,     // something acknowledged or seen is gone or different
  kTwice,    // a function ran twice for one token
  kHistory,  // a history is not what it must be
  kEffects,  // functions ran that no history tells of, or did not run though it does
  kHangs,
  kRefused,  // an answer or an exit that nothing explains
};

class Report {
 public:
  void Add(Finding finding, const std::string& text);  // prints the first ones of each kind
  size_t count(Finding finding) const;
  size_t total() const;

 private:
  mutable std::mutex mutex_;
  std::map<Finding, size_t> counts_;  // guarded by mutex_
};

class Acknowledgements {
 public:
  void Count();
  uint64_t count() const;
  // False when the limit passed before there were `wanted`.
  bool WaitFor(uint64_t wanted, std::chrono::milliseconds limit);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t count_ = 0;  // guarded by mutex_
};

}  // namespace kill_test
