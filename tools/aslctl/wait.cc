// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/clock.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/interrupt.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

// One call of WaitExecution: short enough that Ctrl-C feels immediate.
constexpr int64_t kSliceMs = 250;
// A worker that is just starting is nothing to talk about.
constexpr int64_t kQuietMs = 500;
// The engine's pending tasks are asked for this often.
constexpr int64_t kLookMs = 1'000;

void Say(const std::string& line) {
  fmt::print(stderr, "{}\n", StyleOf(stderr).Paint(Tone::kBusy, line));
}

// What has been said already is not repeated until it was over and came back.
class Talk {
 public:
  void Now(const std::set<std::string>& lines) {
    for (const std::string& line : lines) {
      if (!said_.contains(line)) Say(line);
    }
    said_ = lines;
  }

 private:
  std::set<std::string> said_;
};

}  // namespace

Failure WaitedTooLong(const std::string& arn, int64_t timeout_ms) {
  return {.exit = Exit::kWaitTimeout,
          .what = fmt::format("{} has not ended after {}", ShortName(arn), Duration(timeout_ms)),
          .why = "it runs on; only the waiting is over",
          .fix = fmt::format("aslctl wait {}", arn)};
}

Failure Detached(const std::string& arn) {
  return {.exit = Exit::kInterrupted,
          .what = fmt::format("interrupted: no longer waiting for {}", ShortName(arn)),
          .why = "it runs on in the engine",
          .fix = fmt::format("`aslctl wait {0}` waits again, `aslctl stop {0}` ends it", arn)};
}

std::set<std::string> MissingWorkers(const asld::v1::Execution& execution) {
  std::set<std::string> lines;
  for (const asld::v1::PendingTask& task : execution.pending_tasks()) {
    if (task.workers() > 0 || !task.worker_instance().empty()) continue;
    lines.insert(fmt::format("Task '{}' waits for a worker that serves '{}': none is connected",
                             task.state_name(), task.queue()));
  }
  return lines;
}

std::variant<asld::v1::Execution, Failure> WaitForEnd(EngineClient& engine, const std::string& arn,
                                                      std::optional<int64_t> timeout_ms) {
  CatchInterrupts();
  Talk talk;
  const int64_t begin = MonotonicMs();
  int64_t answered = begin;         // when the engine last said anything
  int64_t look = begin + kQuietMs;  // when to ask for pending tasks next
  while (true) {
    if (Interrupted()) return Detached(arn);
    int64_t patience = kSliceMs;
    if (timeout_ms) {
      const int64_t left = begin + *timeout_ms - MonotonicMs();
      if (left <= 0) return WaitedTooLong(arn, *timeout_ms);
      patience = std::min(patience, left);
    }
    const int64_t asked = MonotonicMs();
    auto execution = engine.WaitExecution(arn, std::chrono::milliseconds(patience));
    if (execution.ok()) return *std::move(execution);
    if (absl::IsUnavailable(execution.status())) {
      if (MonotonicMs() - answered > kEngineGoneMsMax) {
        return FailureOf(execution.status(), "cannot wait for " + ShortName(arn));
      }
      talk.Now({"the engine cannot be reached: waiting for it to come back"});
      WaitForInterrupt(kSliceMs);
      continue;
    }
    if (!absl::IsDeadlineExceeded(execution.status())) {
      return FailureOf(execution.status(), "cannot wait for " + ShortName(arn));
    }
    // An answer before its time (the engine's clock, a proxy) must not make this loop spin.
    if (const int64_t rest = asked + patience - MonotonicMs(); rest > 0) {
      WaitForInterrupt(rest);
    }
    if (MonotonicMs() < look) continue;
    const auto seen = engine.DescribeExecution(arn);
    look = MonotonicMs() + kLookMs;
    if (!seen.ok()) continue;
    answered = MonotonicMs();
    talk.Now(MissingWorkers(*seen));
  }
}

}  // namespace aslctl
