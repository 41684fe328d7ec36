// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The tree is drawn over itself: the cursor goes up as many lines as were drawn and the screen is
// cleared from there. So that this number is right no line may wrap (the terminal is told not to)
// and no more lines are drawn than it has.

#include "tools/aslctl/watch_view.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/aslctl/clock.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

constexpr int64_t kRedrawMs = 250;  // of a tree in which only times change
constexpr size_t kLineColumnsMax = 100;
constexpr char kNoWrap[] = "\x1b[?7l";
constexpr char kWrap[] = "\x1b[?7h";

size_t RowsOf(std::FILE* stream) {
  winsize size = {};
  const bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_row > 4;
  return known ? size.ws_row : 24;
}

class LiveTree : public WatchView {
 public:
  LiveTree(std::FILE* stream, std::string title) : stream_(stream), title_(std::move(title)) {}

  void OnEvents(const std::vector<Event>& events) override {
    events_.insert(events_.end(), events.begin(), events.end());
    changed_ = true;
  }

  void OnTime(int64_t now_ms) override {
    if (!changed_ && now_ms - drawn_ms_ < kRedrawMs) return;
    if (!events_.empty()) Draw(now_ms, RowsOf(stream_) - 1);
  }

  void OnEnd(int64_t now_ms) override {
    if (!events_.empty()) Draw(now_ms, std::string::npos);
  }

 private:
  void Draw(int64_t now_ms, size_t rows_max) {
    std::string tree = RenderTree(title_, TellStory(events_), now_ms, StyleOf(stream_));
    size_t rows = static_cast<size_t>(std::count(tree.begin(), tree.end(), '\n'));
    // The title stays, and of the states the newest.
    const size_t title = tree.find('\n') + 1;
    for (size_t cut = title; rows > rows_max; --rows) {
      cut = tree.find('\n', title) + 1;
      tree.erase(title, cut - title);
    }
    if (rows_ > 0) fmt::print(stream_, "\x1b[{}A", rows_);
    fmt::print(stream_, "\r\x1b[J{}{}{}", kNoWrap, tree, kWrap);
    std::fflush(stream_);
    rows_ = rows;
    drawn_ms_ = now_ms;
    changed_ = false;
  }

  std::FILE* const stream_;
  const std::string title_;
  std::vector<Event> events_;
  size_t rows_ = 0;  // drawn, above the cursor
  int64_t drawn_ms_ = 0;
  bool changed_ = false;
};

class PlainLines : public WatchView {
 public:
  explicit PlainLines(std::FILE* stream) : stream_(stream), style_(StyleOf(stream)) {}

  void OnEvents(const std::vector<Event>& events) override {
    for (const Event& event : events) fmt::print(stream_, "{}", lines_.Line(event, style_));
    std::fflush(stream_);
  }
  void OnTime(int64_t) override {}
  void OnEnd(int64_t) override {}

 private:
  std::FILE* const stream_;
  const Style style_;
  EventLines lines_;
};

class JsonLines : public WatchView {
 public:
  void OnEvents(const std::vector<Event>& events) override {
    Print(Form::kJsonl, HistoryJson(events), {.list = "events"}, "");
    std::fflush(stdout);
  }
  void OnTime(int64_t) override {}
  void OnEnd(int64_t) override {}
};

}  // namespace

// What follows the end of a Map or Parallel names the event that was last within it.
const EventLines::Place& EventLines::PlaceOf(const Event& event) {
  const auto before = places_.find(event.previous);
  Place place = before == places_.end() ? Place() : before->second;
  const bool entered = std::exchange(place.entered, false);
  const std::string_view type = event.type;
  const auto leave = [&place] {
    place.state = place.within.back().substr(0, place.within.back().find('['));
    place.within.pop_back();
  };
  if (type.ends_with("StateEntered")) {
    place.state = event.name;
    place.entered = true;
  } else if (type == "ParallelStateStarted" || type == "MapStateStarted") {
    if (!entered && !place.within.empty()) leave();  // tried again
    place.within.push_back(place.state);
  } else if (type == "ParallelStateExited" || type == "MapStateExited") {
    while (!place.within.empty() && place.state != event.name) leave();
  } else if (type.starts_with("MapIteration") && !place.within.empty()) {
    place.within.back() = fmt::format("{}[{}]", event.name, event.index.value_or(0));
  } else if ((type.starts_with("ParallelState") || type.starts_with("MapState")) &&
             !place.within.empty()) {
    leave();
  }
  return places_[event.id] = std::move(place);
}

std::string EventLines::Line(const Event& event, const Style& style) {
  if (started_ms_ == 0) started_ms_ = event.time_ms;
  const Place& place = PlaceOf(event);
  const std::string_view type = event.type;
  const bool of_execution = type.starts_with("Execution");
  std::string where =
      of_execution ? std::string(type.substr(9)) : fmt::format("{}", fmt::join(place.within, "/"));
  Tone tone = Tone::kDim;
  std::string_view mark = style.Busy();
  std::string text;
  if (type == "MapIterationStarted") {
    text = "Iteration";
  } else if (type.ends_with("StateEntered")) {
    text = type.substr(0, type.find("State"));
  } else if (type.ends_with("Failed") || type.ends_with("TimedOut") || type.ends_with("Aborted")) {
    tone = Tone::kBad;
    mark = style.Bad();
    text = fmt::format("{}{}{}", event.error.value_or(""), event.error && event.cause ? ": " : "",
                       event.cause.value_or(""));
    if (text.empty()) text = type;
  } else if (type.ends_with("Succeeded")) {
    tone = Tone::kGood;
    mark = style.Good();
    text = of_execution ? "" : event.output.value_or("");
  } else {
    return "";
  }
  if (!type.starts_with("MapIteration") && !of_execution) {
    where += (where.empty() ? "" : "/") + place.state;
  }
  std::string line = fmt::format("{:>9}  {} {}", Duration(event.time_ms - started_ms_),
                                 style.Paint(tone, mark), where);
  if (!text.empty()) line += "  " + OneLine(text, kLineColumnsMax, style);
  return line + "\n";
}

std::unique_ptr<WatchView> NewWatchView(Form form, std::string title) {
  if (form == Form::kJsonl) return std::make_unique<JsonLines>();
  std::FILE* stream = form == Form::kText || form == Form::kTree ? stdout : stderr;
  const char* term = std::getenv("TERM");
  const bool live = isatty(fileno(stream)) == 1 && term != nullptr && std::string(term) != "dumb";
  if (live) return std::make_unique<LiveTree>(stream, std::move(title));
  return std::make_unique<PlainLines>(stream);
}

}  // namespace aslctl
