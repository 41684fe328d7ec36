// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Takes away the histories of executions that are retired. Executions of all partitions lie side by
// side there, in the order of their start, so this is done over all of them: what lies between two
// executions that are kept goes as one range, and whole files with it. Run by housekeeping.h, on
// its thread.
#pragma once

#include <functional>
#include <string>

#include "engine/revision_sweep.h"

namespace engine {

class HistorySweep {
 public:
  // `drop_files`: frees the files that hold nothing but that range of table history, which a
  // durable batch has deleted.
  using DropFiles = std::function<absl::Status(const std::string& begin, const std::string& end)>;
  HistorySweep(int64_t retention_ms, DropFiles drop_files);

  // A portion of a pass. A pass begins when something was retired since the last one began, and
  // once after a start. True: the pass goes on.
  absl::StatusOr<bool> Sweep(const SweepSurroundings& surroundings);

 private:
  const int64_t retention_ms_;
  const DropFiles drop_files_;
  bool under_way_ = false;
  bool due_ = true;             // a pass is due whether or not anything was retired
  uint64_t retired_ = 0;        // counted when the pass began
  ExecutionNumber position_{};  // everything below has been looked at in this pass
};

}  // namespace engine
