// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/stories/show.h"

#include "engine/tasks.h"
#include "fmt/format.h"

namespace stories {
namespace {

constexpr size_t kShownWhole = 12;
constexpr size_t kShownEnds = 4;
constexpr size_t kPayloadShown = 80;

std::string ShowEvent(const asl::HistoryEvent& event) {
  std::string line = fmt::format("#{} {}", asl::ToInt(event.id), asl::EventTypeName(event.type));
  if (event.previous + 1 != event.id) line += fmt::format(" after #{}", asl::ToInt(event.previous));
  if (!event.name.empty()) line += " " + event.name;
  if (event.timeout_s) line += fmt::format(" timeout={}s", *event.timeout_s);
  if (event.heartbeat_s) line += fmt::format(" heartbeat={}s", *event.heartbeat_s);
  if (event.error.name) line += " " + *event.error.name;
  if (event.error.cause) line += ": " + *event.error.cause;
  if (event.payload.loaded()) {
    const std::string_view text = event.payload.view();
    line +=
        fmt::format(" {}{}", text.substr(0, kPayloadShown), text.size() > kPayloadShown ? "…" : "");
  }
  return line;
}

}  // namespace

std::vector<std::string> ShowHistory(const std::vector<asl::HistoryEvent>& events) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < events.size(); ++i) {
    if (events.size() > kShownWhole && i == kShownEnds) {
      const size_t left_out = events.size() - 2 * kShownEnds;
      lines.push_back(fmt::format("… {} events …", left_out));
      i += left_out;
    }
    lines.push_back(ShowEvent(events[i]));
  }
  return lines;
}

std::string ShowTask(std::string_view worker, const workers::TaskRequest& task) {
  const auto token = engine::DecodeToken(task.token);
  std::string line = fmt::format("worker {} gets {} attempt={} delivery={}", worker,
                                 task.state_name, task.attempt, token ? token->delivery : 0);
  if (task.timeout_s != 0) line += fmt::format(" timeout={}s", task.timeout_s);
  if (task.heartbeat_s != 0) line += fmt::format(" heartbeat={}s", task.heartbeat_s);
  return line + " " + task.text->substr(task.offset, task.length);
}

std::string ShowTimer(const engine::TimerKey& timer, asl::Millis now) {
  static constexpr std::string_view kKinds[] = {
      "", "delay", "task timeout", "heartbeat", "execution timeout", "callback heartbeat"};
  return fmt::format("timer {} in {} ms", kKinds[static_cast<size_t>(timer.kind)], timer.due - now);
}

std::string_view AckName(workers::AckOutcome outcome) {
  switch (outcome) {
    case workers::AckOutcome::kAccepted:
      return "accepted";
    case workers::AckOutcome::kAlreadyAnswered:
      return "already answered";
    case workers::AckOutcome::kNoLongerWanted:
      return "no longer wanted";
    case workers::AckOutcome::kRefused:
      return "refused";
  }
  return "";
}

std::string ResultText(const workers::Answer& result) {
  return result.kind == workers::AnswerKind::kFailure ? result.error.value_or("") : *result.output;
}

}  // namespace stories
