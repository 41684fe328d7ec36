// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What every history is like, whatever the definition: the one place where that is said. Fed with
// the events of one execution in their order, it answers what is wrong with the next one. For the
// test driver, and so for all that runs executions on it: unit tests, the naive twin, the fuzz
// targets. One thread.
//
//   ids are dense from 1; a previous event comes before, and is 0 only where AWS has it so
//   the first event starts the execution; one event ends it, the last
//   a state is entered by what leads to it, and left at most once; nothing happens in it afterwards
//   Scheduled → Started → (Submitted →) one end, then perhaps the next attempt
//   …StateStarted → the branches or iterations → one end, or the next attempt
//   an iteration is started once per attempt, within the length, and ends once
//   what is aborted was open
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "asl/history_event.h"

namespace asl {

class HistoryCheck {
 public:
  // "" or what is wrong with the event. What comes after a wrong one is not to be trusted.
  std::string Take(const HistoryEvent& event);

 private:
  enum class Attempt : uint8_t { kNone, kScheduled, kStarted, kSubmitted };

  // One stay in a state.
  struct Stay {
    StateIndex state{};
    std::string_view type;  // "Task"
    std::string name;
    int parent = kOutside;  // the Map or Parallel around it
    EventId entered_after = EventId::kNone;
    bool over = false;  // left or aborted
    Attempt attempt = Attempt::kNone;
    bool branches_open = false;
    int64_t length = 0;                       // Map: items
    std::map<int64_t, bool> iterations = {};  // of this attempt: started; true: ended
    int64_t iterations_succeeded = 0;
  };

  static constexpr int kOutside = -1;

  std::string Judge(const HistoryEvent& event);
  std::string Enter(const HistoryEvent& event, std::string_view type);
  std::string Leave(const HistoryEvent& event, std::string_view type);
  std::string Branch(const HistoryEvent& event, std::string_view type, std::string_view what);
  std::string Iterate(const HistoryEvent& event, std::string_view what);
  std::string Work(const HistoryEvent& event, std::string_view what);
  std::string Abort(const HistoryEvent& event, std::string_view type);
  std::string FailEvaluation(const HistoryEvent& event);
  // The nearest stay around the event's previous one that is of this type and, unless empty, name;
  // makes it the event's own. Null: there is none.
  Stay* Around(const HistoryEvent& event, std::string_view type, std::string_view name = "");
  Stay* NearFailure(const HistoryEvent& event, const std::function<bool(const Stay&)>& may_be);
  int StayOf(EventId id) const;
  std::vector<int> Ancestors(int stay) const;

  std::vector<Stay> stays_;
  std::vector<EventType> types_;  // of event i + 1
  std::vector<int> stay_of_;      // of event i + 1
  int own_ = kOutside;            // the stay of the event that is being judged
  bool ended_ = false;
};

}  // namespace asl
