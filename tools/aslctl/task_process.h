// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Task's command as a child process: the input goes to its stdin, its stdout is the result, its
// stderr goes on to ours and its last line names the error. The child leads a process group of its
// own, so that all it started ends with it. Owned by the runner; one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "asl/errors.h"

namespace aslctl {

class TaskProcess {
 public:
  // Runs `command` by /bin/sh.
  static absl::StatusOr<TaskProcess> Start(const std::string& command, std::string input);
  TaskProcess(TaskProcess&& other) noexcept;
  TaskProcess& operator=(TaskProcess&&) = delete;
  ~TaskProcess();  // kills it and its group, if it still runs

  enum class Waited { kEnded, kTimeIsUp, kInterrupted };
  // Moves bytes both ways until the process ends, `patience_ms` passes (negative: no limit) or
  // Interrupted().
  Waited Wait(int64_t patience_ms);

  // REQUIRES: ended. Its stdout without white space around it ("null" when there was none), or its
  // error.
  std::variant<std::string, asl::Error> Result() const;

 private:
  TaskProcess() = default;
  void WriteInput();
  // False at the end of the stream.
  bool ReadOutput();
  bool ReadErrors();
  void Reap();

  pid_t pid_ = -1;
  int process_ = -1;  // pidfd
  int stdin_ = -1, stdout_ = -1, stderr_ = -1;
  std::string input_;
  size_t written_ = 0;
  std::string output_, errors_;
  std::optional<int> wait_status_;
};

// The error of a command that failed: when the last line of its stderr is "NAME: text", NAME and
// text, as Python's and Java's uncaught exceptions print it; else "Exit.N" (or "Signal.N") and the
// end of its stderr.
asl::Error ErrorOf(int wait_status, std::string_view errors);

}  // namespace aslctl
