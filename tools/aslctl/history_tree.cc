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
// A Map of more iterations shows so many of those that failed and of those that run.
constexpr size_t kIterationsWhole = 5;
constexpr size_t kIterationsOfAKind = 3;

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

// "12/40, 3 running, 1 failed".
std::string Counts(const Visit& visit) {
  size_t well = 0, badly = 0;
  for (const Branch& branch : visit.branches) {
    well += branch.ended == Ended::kWell ? 1 : 0;
    badly += branch.ended == Ended::kBadly ? 1 : 0;
  }
  const size_t all = std::max(static_cast<size_t>(visit.length.value_or(0)), visit.branches.size());
  std::string text = fmt::format("{}/{}", well, all);
  const size_t running = visit.branches.size() - well - badly;
  if (running > 0) text += fmt::format(", {} running", running);
  if (badly > 0) text += fmt::format(", {} failed", badly);
  return text;
}

std::string Remark(const Visit& visit);

// What a visit's line says at its end.
std::string LineEnd(const Visit& visit) {
  std::string text = visit.type == "Map" ? Counts(visit) : "";
  const std::string remark = Remark(visit);
  return text.empty() || remark.empty() ? text + remark : text + ", " + remark;
}

// What an attempt that has not ended is about.
std::string_view Doing(const Attempt& attempt) {
  if (attempt.submitted) return "waits for its task token";
  return attempt.started_ms ? "runs" : "waits for a worker";
}

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
  return fmt::format("attempt {} {}", visit.attempts.size(), Doing(attempt));
}

std::string AttemptRemark(const Visit& visit, size_t number, const Style& style) {
  const Attempt& attempt = visit.attempts[number];
  std::string remark;
  if (attempt.ended == Ended::kBadly) remark = ErrorText(attempt.error, attempt.cause, style);
  if (attempt.cut) remark = "was not answered";
  if (attempt.ended == Ended::kNot) remark = Doing(attempt);
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

// Renders visits and what hangs from them, each line behind the branches it hangs from.
class TreeWriter {
 public:
  TreeWriter(int64_t now_ms, const Style& style, Iterations iterations)
      : now_ms_(now_ms), style_(style), branches_(BranchesOf(style)), iterations_(iterations) {}

  std::string out;

  // All visits in one table, so that their columns agree.
  void Visits(const std::list<Visit>& visits, const std::string& prefix) {
    std::vector<std::vector<Cell>> rows;
    for (const Visit& visit : visits) {
      Cell head = Mark(visit.ended, style_);
      head.text += " " + visit.state;
      const int64_t ms = visit.ended_ms.value_or(now_ms_) - visit.entered_ms;
      rows.push_back({head,
                      {visit.type, Tone::kDim},
                      {visit.attempts.empty() ? "" : visit.attempts.back().function},
                      {Duration(ms)},
                      {LineEnd(visit), Tone::kDim}});
    }
    const std::string table = Columns(rows, style_);
    size_t begin = 0;
    for (const Visit& visit : visits) {
      const bool last = &visit == &visits.back();
      const size_t end = table.find('\n', begin) + 1;
      out.append(prefix).append(last ? branches_.last : branches_.middle);
      out.append(table, begin, end - begin);
      begin = end;
      const std::string under = prefix + std::string(last ? branches_.none : branches_.pass);
      out += Indent(under, AttemptRows(visit, now_ms_, style_), style_);
      Inner(visit, under);
    }
  }

 private:
  void Inner(const Visit& visit, const std::string& prefix) {
    const std::vector<const Branch*> shown = Shown(visit);
    for (const Branch* branch : shown) {
      const Cell mark = Mark(branch->ended, style_);
      const int64_t ms = branch->ended_ms.value_or(now_ms_) - branch->started_ms;
      const bool last = branch == shown.back() && shown.size() == visit.branches.size();
      out += fmt::format("{}{}{} {} {}  {}\n", prefix, last ? branches_.last : branches_.middle,
                         style_.Paint(mark.tone, mark.text),
                         visit.type == "Map" ? "iteration" : "branch", branch->index,
                         style_.Paint(Tone::kDim, Duration(ms)));
      Visits(branch->visits, prefix + std::string(last ? branches_.none : branches_.pass));
    }
    if (shown.size() == visit.branches.size()) return;
    out += fmt::format("{}{}{}\n", prefix, branches_.last,
                       style_.Paint(Tone::kDim, fmt::format("and {} more (--all shows them)",
                                                            visit.branches.size() - shown.size())));
  }

  std::vector<const Branch*> Shown(const Visit& visit) const {
    const bool all = iterations_ == Iterations::kAll || visit.type != "Map" ||
                     visit.branches.size() <= kIterationsWhole;
    size_t running = 0, badly = 0;
    std::vector<const Branch*> shown;
    for (const Branch& branch : visit.branches) {
      const bool some = (branch.ended == Ended::kBadly && badly++ < kIterationsOfAKind) ||
                        (branch.ended == Ended::kNot && running++ < kIterationsOfAKind);
      if (all || some) shown.push_back(&branch);
    }
    return shown;
  }

  const int64_t now_ms_;
  const Style& style_;
  const Branches branches_;
  const Iterations iterations_;
};

}  // namespace

std::string RenderTree(const std::string& title, const Story& story, int64_t now_ms,
                       const Style& style, Iterations iterations) {
  TreeWriter writer(now_ms, style, iterations);
  writer.out = Title(title, story, now_ms, style);
  writer.Visits(story.visits, "");
  return std::move(writer.out);
}

}  // namespace aslctl
