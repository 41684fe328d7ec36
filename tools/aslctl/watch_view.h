// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What `watch` shows of an execution that goes on: a tree that is redrawn in place, one line per
// event, or the events as JSON. One thread.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/aslctl/history.h"
#include "tools/aslctl/output.h"

namespace aslctl {

class WatchView {
 public:
  virtual ~WatchView() = default;
  virtual void OnEvents(const std::vector<Event>& events) = 0;
  virtual void OnTime(int64_t now_ms) = 0;  // some time has passed, or events came
  virtual void OnEnd(int64_t now_ms) = 0;   // nothing will come; what is shown stays
};

// kJsonl: the events on stdout. kText or kTree: a tree or lines on stdout, whichever suits it. All
// other forms: the same on stderr, since an answer follows on stdout.
std::unique_ptr<WatchView> NewWatchView(Form form, std::string title);

// One line about an event, for a reader who follows: "1.2 s  … Items[3]/Pay  Task". Empty for events
// that say nothing new.
class EventLines {
 public:
  std::string Line(const Event& event, const Style& style);

 private:
  struct Place {
    std::vector<std::string> within;  // Parallels and iterations, the outermost first
    std::string state;
    bool entered = false;  // the event is its …StateEntered
  };
  const Place& PlaceOf(const Event& event);

  std::map<int64_t, Place> places_;  // by event
  int64_t started_ms_ = 0;
};

}  // namespace aslctl
