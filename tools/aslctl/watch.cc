// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <variant>

#include "tools/aslctl/arguments.h"
#include "tools/aslctl/clock.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/execution_text.h"
#include "tools/aslctl/interrupt.h"
#include "tools/aslctl/not_found.h"
#include "tools/aslctl/update_stream.h"
#include "tools/aslctl/wait.h"
#include "tools/aslctl/watch_view.h"

namespace aslctl {
namespace {

constexpr int64_t kTickMs = 100;
constexpr int64_t kReconnectMs = 250;

// Follows one execution over as many streams as it takes.
class Follower {
 public:
  Follower(EngineClient& engine, std::string arn, std::optional<int64_t> timeout_ms,
           WatchView& view)
      : engine_(engine), arn_(std::move(arn)), timeout_ms_(timeout_ms), view_(view) {}

  // nullopt when the execution has ended.
  std::optional<Failure> Follow() {
    const int64_t begin = MonotonicMs();
    answered_ = begin;
    while (true) {
      const auto stream = engine_.Watch(arn_, next_);
      while (true) {
        const UpdateStream::Heard heard = stream->Hear(kTickMs);
        if (Take(heard)) return std::nullopt;
        view_.OnTime(WallMs());
        if (Interrupted()) return Detached(arn_);
        if (timeout_ms_ && MonotonicMs() - begin >= *timeout_ms_) {
          return WaitedTooLong(arn_, *timeout_ms_);
        }
        if (!heard.end) continue;
        if (heard.end->ok()) return std::nullopt;
        const bool gone = absl::IsUnavailable(*heard.end);
        if (gone && MonotonicMs() - answered_ < kEngineGoneMsMax) break;
        return FailureOf(*heard.end, "cannot watch " + ShortName(arn_));
      }
      WaitForInterrupt(kReconnectMs);
    }
  }

 private:
  // True when this tells of the end.
  bool Take(const UpdateStream::Heard& heard) {
    for (const asld::v1::ExecutionUpdate& update : heard.updates) {
      std::vector<Event> events;
      for (const asld::v1::HistoryEvent& event : update.events()) {
        events.push_back(FromProto(event));
        next_ = event.id() + 1;
      }
      if (!events.empty()) view_.OnEvents(events);
      answered_ = MonotonicMs();
      if (update.execution().status() != "RUNNING") return true;
    }
    return false;
  }

  EngineClient& engine_;
  const std::string arn_;
  const std::optional<int64_t> timeout_ms_;
  WatchView& view_;
  int64_t next_ = 1;      // event
  int64_t answered_ = 0;  // when the engine last said anything
};

}  // namespace

Exit WatchToEnd(EngineClient& engine, const std::string& arn, std::optional<double> timeout_s,
                Form form) {
  CatchInterrupts();
  std::optional<int64_t> timeout_ms;
  if (timeout_s) timeout_ms = std::llround(*timeout_s * 1000);
  const auto view = NewWatchView(form, ShortName(arn));
  const auto failure = Follower(engine, arn, timeout_ms, *view).Follow();
  view->OnEnd(WallMs());
  if (failure) return Tell(*failure);
  const auto execution = engine.DescribeExecution(arn);
  if (!execution.ok()) return Tell(FailureOf(execution.status(), "cannot describe " + arn));
  const bool good = execution->status() == "SUCCEEDED";
  if (form != Form::kJsonl) {
    Print(form, ExecutionJson(*execution), {.name = "executionArn"},
          good ? execution->output() + "\n" : "");
  }
  const auto bad = EndedBadly(*execution);
  return bad ? Tell(*bad) : Exit::kOk;
}

Exit Watch(EngineClient& engine, const WatchOptions& options) {
  const std::string what = fmt::format("cannot watch '{}'", options.execution);
  const auto arn = engine.ResolveExecution(options.execution);
  if (!arn.ok()) return Tell(ExecutionFailure(engine, arn.status(), what, options.execution));
  if (const auto seen = engine.DescribeExecution(*arn); !seen.ok()) {
    return Tell(ExecutionFailure(engine, seen.status(), what, options.execution));
  }
  return WatchToEnd(engine, *arn, options.timeout_s, options.form);
}

}  // namespace aslctl
