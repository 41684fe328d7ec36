// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which execution each loop is working on, kept in a small shared mapping of a file, so that the
// next process knows what a crash interrupted. The kernel keeps the mapping when the process dies;
// a power cut may lose it, which only forgets a suspicion. Owned by the engine; each loop writes
// its own mark.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ids.h"
#include "storage/store.h"

namespace engine {

class CrashMarks {
 public:
  // Opens or creates `path` and reads what the last process left in it.
  static absl::StatusOr<std::unique_ptr<CrashMarks>> Open(const std::string& path);
  ~CrashMarks();
  CrashMarks(const CrashMarks&) = delete;
  CrashMarks& operator=(const CrashMarks&) = delete;

  // Executions that were being worked on when the last process ended. The file names them until
  // Clear.
  const std::vector<ExecutionNumber>& left_behind() const { return left_behind_; }

  // REQUIRES: what was left behind is counted durably, and no loop runs yet.
  void Clear();

  // kNone: between executions. One store to memory.
  void Mark(uint32_t loop, ExecutionNumber execution) { marks_[loop] = ToInt(execution); }

 private:
  explicit CrashMarks(volatile uint64_t* marks) : marks_(marks) {}
  volatile uint64_t* const marks_;
  std::vector<ExecutionNumber> left_behind_;
};

// One crash more in the `crashes` row of each of `executions`, durably. It is done before anything
// runs: a process that ends again before its first batch must not forget what ended the one before.
// One that the store does not have is left out: its start was never durable. REQUIRES: nobody else
// writes to the store.
absl::Status CountCrashes(const std::vector<ExecutionNumber>& executions, storage::Store& store);

}  // namespace engine
