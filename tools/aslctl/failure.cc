// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/failure.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "tools/aslctl/style.h"

namespace aslctl {

Exit Tell(const Failure& failure) {
  const Style style = StyleOf(stderr);
  fmt::print(stderr, "{} {}\n", style.Paint(Tone::kBad, "aslctl:"), failure.what);
  if (!failure.why.empty()) fmt::print(stderr, "  why: {}\n", failure.why);
  if (!failure.fix.empty()) fmt::print(stderr, "  fix: {}\n", failure.fix);
  return failure.exit;
}

Failure FailureOf(const absl::Status& status, std::string what) {
  Failure failure{.what = std::move(what), .why = std::string(status.message())};
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      failure.exit = Exit::kNotFound;
      failure.fix = "`aslctl ls` shows the state machines there are";
      break;
    case absl::StatusCode::kUnavailable:
      failure.exit = Exit::kUnreachable;
      failure.fix = "start the engine, or give its address with --address or ASLD_GRPC_ADDRESS";
      break;
    case absl::StatusCode::kDeadlineExceeded:
      failure.exit = Exit::kUnreachable;
      failure.why = "the engine did not answer in time";
      failure.fix = "try again; if it stays so, the engine's log says what it is doing";
      break;
    case absl::StatusCode::kAlreadyExists:
      failure.fix = "choose another name";
      break;
    case absl::StatusCode::kResourceExhausted:
      failure.fix = "the engine is at a limit: try again later";
      break;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
      break;  // the engine's text says what to change
    default:
      failure.why = status.ToString();
      failure.fix = "the engine's log says more";
      break;
  }
  return failure;
}

}  // namespace aslctl
