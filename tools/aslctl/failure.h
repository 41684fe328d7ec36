// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How a command ends: the exit codes that README.md documents, and the three lines that every error
// is told in. The one place where a Status of the engine becomes an exit code.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace aslctl {

enum class Exit : int {
  kOk = 0,
  kFailed = 1,  // the execution failed, timed out or was aborted; or a definition has problems
  kUsage = 2,
  kNotFound = 3,
  kRefused = 4,  // the engine said no
  kUnreachable = 5,
  kWaitTimeout = 124,
  kInterrupted = 130,
};

struct Failure {
  Exit exit = Exit::kRefused;
  std::string what;  // "cannot start an execution of 'order'"
  std::string why;
  std::string fix;  // what to do about it; empty when there is nothing to say
};

// Prints the lines on stderr; its exit code.
Exit Tell(const Failure& failure);

// REQUIRES: !status.ok(). `what` is what was tried.
Failure FailureOf(const absl::Status& status, std::string what);

}  // namespace aslctl
