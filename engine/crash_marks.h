// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which execution each loop is working on, kept in a small shared mapping of a file, so that the next process knows what
// a crash interrupted. The kernel keeps the mapping when the process dies; a power cut may lose it, which only forgets a
// suspicion. Owned by the engine; each loop writes its own mark.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ids.h"

namespace engine {

class CrashMarks {
 public:
  // Opens or creates `path` and takes out what the last process left.
  static absl::StatusOr<std::unique_ptr<CrashMarks>> Open(const std::string& path);
  ~CrashMarks();

  // Executions that were being worked on when the last process ended.
  const std::vector<ExecutionNumber>& left_behind() const { return left_behind_; }

  // kNone: between executions. One store to memory.
  void Mark(uint32_t loop, ExecutionNumber execution) { marks_[loop] = ToInt(execution); }

 private:
  explicit CrashMarks(volatile uint64_t* marks) : marks_(marks) {}
  volatile uint64_t* const marks_;
  std::vector<ExecutionNumber> left_behind_;
};

}  // namespace engine
