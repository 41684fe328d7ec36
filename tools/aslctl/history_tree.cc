// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
//   order/order-1  FAILED after 3.2 s
//     Payment.Declined: card refused
//     in Pay, attempt 3
//   ├─ ✓ Reserve   Task    reserve           12 ms
//   ├─ ✗ Pay       Task    charge            3.1 s   3 attempts
//   │    ✗ attempt 1    1.0 s   States.Timeout
//   │    ✗ attempt 2    1.0 s   States.Timeout, 1.0 s after attempt 1
//   │    ✗ attempt 3    4 ms    Payment.Declined: card refused, 1.0 s after attempt 2
//   └─ ✗ GiveUp    Fail                       0 ms

#include <fmt/format.h>

#include <algorithm>

#include "tools/aslctl/history.h"

namespace aslctl {
namespace {

constexpr size_t kTextColumnsMax = 120;  // of an error's cause on one line

struct Branches {
  std::string_view middle, last, pass, none;
};

Branches BranchesOf(const Style& style) {
  if (style.unicode) return {"├─ ", "└─ ", "│    ", "     "};
  return {"|- ", "`- ", "|    ", "     "};
}

Cell Mark(Ended ended, const Style& style) {
  switch (ended) {
    case Ended::kNot:
      return {std::string(style.Busy()), Tone::kBusy};
    case Ended::kWell:
      return {std::string(style.Good()), Tone::kGood};
    case Ended::kBadly:
      return {std::string(style.Bad()), Tone::kBad};
  }
  return {};
}

std::string ErrorText(const std::string& error, const std::string& cause, const Style& style) {
  const std::string& name = error.empty() && cause.empty() ? "no error was given" : error;
  const std::string text = cause.empty() ? name : name.empty() ? cause : name + ": " + cause;
  return OneLine(text, kTextColumnsMax, style);
}

std::string Title(const std::string& title, const Story& story, int64_t now_ms,
                  const Style& style) {
  const int64_t ms = story.ended_ms.value_or(now_ms) - story.started_ms;
  const Tone tone = !story.ended_ms               ? Tone::kBusy
                    : story.status == "SUCCEEDED" ? Tone::kGood
                                                  : Tone::kBad;
  std::string out =
      fmt::format("{}  {} {} {}\n", style.Paint(Tone::kStrong, title),
                  style.Paint(tone, story.status), story.ended_ms ? "after" : "for", Duration(ms));
  if (!story.ended_ms || story.status == "SUCCEEDED") return out;
  if (!story.error.empty() || !story.cause.empty()) {
    out +=
        fmt::format("  {}\n", style.Paint(Tone::kBad, ErrorText(story.error, story.cause, style)));
  }
  if (!story.visits.empty()) {
    const Visit& last = story.visits.back();
    out +=
        fmt::format("  in {}{}\n", last.state,
                    last.attempts.empty() ? "" : fmt::format(", attempt {}", last.attempts.size()));
  }
  return out;
}

// What a visit's line says at its end.
std::string Remark(const Visit& visit) {
  if (visit.caught) return "failed and caught";
  if (visit.ended != Ended::kNot) {
    return visit.attempts.size() > 1 ? fmt::format("{} attempts", visit.attempts.size()) : "";
  }
  if (visit.attempts.empty()) return "";
  const Attempt& attempt = visit.attempts.back();
  if (attempt.ended != Ended::kNot) {
    return fmt::format("waits to try again after attempt {}", visit.attempts.size());
  }
  return attempt.started_ms ? fmt::format("attempt {} runs", visit.attempts.size())
                            : fmt::format("attempt {} waits for a worker", visit.attempts.size());
}

std::string AttemptRemark(const Visit& visit, size_t number, const Style& style) {
  const Attempt& attempt = visit.attempts[number];
  std::string remark;
  if (attempt.ended == Ended::kBadly) remark = ErrorText(attempt.error, attempt.cause, style);
  if (attempt.cut) remark = "was not answered";
  if (attempt.ended == Ended::kNot) remark = attempt.started_ms ? "runs" : "waits for a worker";
  if (number == 0 || !visit.attempts[number - 1].ended_ms) return remark;
  const int64_t pause_ms = attempt.scheduled_ms - *visit.attempts[number - 1].ended_ms;
  if (pause_ms < 1) return remark;
  return fmt::format("{}{} after attempt {}", remark.empty() ? "" : remark + ", ",
                     Duration(pause_ms), number);
}

// Rows of the attempts, when there is more to say than that the only one went well.
std::vector<std::vector<Cell>> AttemptRows(const Visit& visit, int64_t now_ms, const Style& style) {
  std::vector<std::vector<Cell>> rows;
  const bool plain = visit.attempts.size() <= 1 &&
                     (visit.attempts.empty() || visit.attempts[0].ended != Ended::kBadly);
  if (plain) return rows;
  for (size_t i = 0; i < visit.attempts.size(); ++i) {
    const Attempt& attempt = visit.attempts[i];
    Cell mark = Mark(attempt.ended, style);
    mark.text += fmt::format(" attempt {}", i + 1);
    const int64_t ms = attempt.ended_ms.value_or(now_ms) - attempt.scheduled_ms;
    rows.push_back({mark, {Duration(ms), Tone::kDim}, {AttemptRemark(visit, i, style)}});
  }
  return rows;
}

// `rows` rendered, each line behind `prefix`.
std::string Indent(std::string_view prefix, const std::vector<std::vector<Cell>>& rows,
                   const Style& style) {
  const std::string text = Columns(rows, style);
  std::string out;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin) + 1;
    out.append(prefix).append(text, begin, end - begin);
    begin = end;
  }
  return out;
}

}  // namespace

std::string RenderTree(const std::string& title, const Story& story, int64_t now_ms,
                       const Style& style) {
  const Branches branches = BranchesOf(style);
  std::vector<std::vector<Cell>> rows;
  for (const Visit& visit : story.visits) {
    Cell head = Mark(visit.ended, style);
    head.text += " " + visit.state;
    const int64_t ms = visit.ended_ms.value_or(now_ms) - visit.entered_ms;
    rows.push_back({head,
                    {visit.type, Tone::kDim},
                    {visit.attempts.empty() ? "" : visit.attempts.back().function},
                    {Duration(ms)},
                    {Remark(visit), Tone::kDim}});
  }
  // All visits in one table, so that their columns agree; then each line with its branch and what
  // hangs from it.
  const std::string table = Columns(rows, style);
  std::string out = Title(title, story, now_ms, style);
  size_t begin = 0;
  for (size_t i = 0; i < story.visits.size(); ++i) {
    const bool last = i + 1 == story.visits.size();
    const size_t end = table.find('\n', begin) + 1;
    out.append(last ? branches.last : branches.middle).append(table, begin, end - begin);
    begin = end;
    out += Indent(last ? branches.none : branches.pass, AttemptRows(story.visits[i], now_ms, style),
                  style);
  }
  return out;
}

}  // namespace aslctl
