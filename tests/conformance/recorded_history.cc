// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/recorded_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace conformance {
namespace {

// Pairs tried for one history. Candidates are few: most events have one.
constexpr int kTriesMax = 100'000;

int64_t Id(const OrderedJson& event) {
  const auto id = event.find("id");
  return id != event.end() && id->is_number_integer() ? id->get<int64_t>() : 0;
}

int64_t Previous(const OrderedJson& event) { return event.value("previousEventId", int64_t{0}); }

std::string Type(const OrderedJson& event) { return event.value("type", ""); }

bool BeginsBranches(const std::string& type) {
  return type == "ParallelStateStarted" || type == "MapStateStarted";
}

bool EndsBranches(const std::string& type) {
  static const std::set<std::string> kEnds = {"ParallelStateSucceeded", "MapStateSucceeded",
                                              "ParallelStateFailed",    "MapStateFailed",
                                              "ParallelStateAborted",   "MapStateAborted"};
  return kEnds.count(type) != 0;
}

// …Started events of which more than one branch began at once.
std::set<int64_t> Forks(const OrderedJson& recorded) {
  std::map<int64_t, int> begun;
  std::set<int64_t> forks;
  for (const OrderedJson& event : recorded) {
    if (BeginsBranches(Type(event))) {
      begun[Id(event)] = 0;
    } else if (begun.count(Previous(event)) != 0 && !EndsBranches(Type(event)) &&
               !Type(event).ends_with("StateExited")) {
      if (++begun[Previous(event)] > 1) forks.insert(Previous(event));
    }
  }
  return forks;
}

// By index: whether the event is outside all parts that run concurrently. A Map or Parallel that is
// retried does not say that it ended, and all that follows counts as within: fewer ids are compared
// than could be.
std::vector<bool> HaveTheirPlace(const OrderedJson& recorded) {
  const std::set<int64_t> forks = Forks(recorded);
  std::vector<bool> placed;
  int open = 0;
  for (const OrderedJson& event : recorded) {
    if (open > 0 && EndsBranches(Type(event))) --open;
    placed.push_back(open == 0);
    if (BeginsBranches(Type(event)) && (open > 0 || forks.count(Id(event)) != 0)) ++open;
  }
  return placed;
}

// Finds a found event for each recorded one: the first that suits, and another when that leads
// nowhere.
class Pairing {
 public:
  Pairing(HistoryRule rule, const OrderedJson& recorded, const OrderedJson& found, Matcher* matcher)
      : rule_(rule), recorded_(recorded), found_(found), matcher_(matcher) {
    for (const OrderedJson& event : recorded) recorded_rest_.push_back(WithoutIds(event));
    for (const OrderedJson& event : found) found_rest_.push_back(WithoutIds(event));
    used_.assign(found.size(), false);
    if (rule == HistoryRule::kSortedMultiset) {
      for (const OrderedJson& event : recorded) kept_.insert(Id(event));
    } else {
      placed_ = HaveTheirPlace(recorded);
    }
  }

  std::string Run() {
    if (!PairFrom(0)) {
      return fmt::format("event {} ({}){}", recorded_[furthest_]["id"].dump(),
                         Type(recorded_[furthest_]), where_);
    }
    for (size_t j = 0; j < found_.size(); ++j) {
      if (!used_[j] && !MayBeLost(found_[j])) {
        return fmt::format("event {} ({}), which was found and not recorded", Id(found_[j]),
                           Type(found_[j]));
      }
    }
    return "";
  }

 private:
  static OrderedJson WithoutIds(OrderedJson event) {
    event.erase("id");
    event.erase("previousEventId");
    return event;
  }

  bool MayBeLost(const OrderedJson& event) const {
    return rule_ == HistoryRule::kSortedMultiset && Type(event).starts_with("ParallelState") &&
           (EndsBranches(Type(event)) || Type(event).ends_with("Exited"));
  }

  bool PairFrom(size_t i) {
    if (i == recorded_.size()) return true;
    for (size_t j = 0; j < found_.size(); ++j) {
      if (used_[j] || !Suits(i, j)) continue;
      if (++tries_ > kTriesMax) return false;
      const Matcher::Bindings before = matcher_->bindings();
      if (matcher_->Answer(recorded_rest_[i], found_rest_[j])) {
        used_[j] = true;
        const int64_t id = Id(recorded_[i]);
        if (id != 0) matcher_->event_ids[id] = Id(found_[j]);
        if (PairFrom(i + 1)) return true;
        matcher_->event_ids.erase(id);
        used_[j] = false;
      } else if (i >= furthest_) {
        furthest_ = i;
        where_ = ", the one found at that place has another " + matcher_->where();
      }
      matcher_->Restore(before);
    }
    if (i > furthest_) {
      furthest_ = i;
      where_ = ": none was found";
    }
    return false;
  }

  // As far as their ids say.
  bool Suits(size_t i, size_t j) const {
    const OrderedJson& recorded = recorded_[i];
    const OrderedJson& found = found_[j];
    if (rule_ == HistoryRule::kSortedMultiset) {
      if (Id(recorded) == 0) return kept_.count(Id(found)) == 0;
      return Id(recorded) == Id(found) && Previous(recorded) == Previous(found);
    }
    if (placed_[i] && Id(recorded) != Id(found)) return false;
    const auto previous = matcher_->event_ids.find(Previous(recorded));
    return Previous(found) ==
           (previous == matcher_->event_ids.end() ? Previous(recorded) : previous->second);
  }

  const HistoryRule rule_;
  const OrderedJson& recorded_;
  const OrderedJson& found_;
  Matcher* const matcher_;
  std::vector<OrderedJson> recorded_rest_;
  std::vector<OrderedJson> found_rest_;
  std::vector<bool> placed_;  // kPerBranch: has the same id
  std::set<int64_t> kept_;    // kSortedMultiset: ids that the recorder left
  std::vector<bool> used_;
  int tries_ = 0;
  size_t furthest_ = 0;
  std::string where_;
};

std::string CompareInOrder(const OrderedJson& recorded, const OrderedJson& found,
                           Matcher* matcher) {
  for (size_t i = 0; i < recorded.size() && i < found.size(); ++i) {
    if (!matcher->Answer(recorded[i], found[i])) {
      return fmt::format("event {} ({}){}", Id(recorded[i]), Type(recorded[i]), matcher->where());
    }
  }
  if (recorded.size() == found.size()) return "";
  return fmt::format("{} events instead of {}", found.size(), recorded.size());
}

}  // namespace

HistoryRule RuleFor(const OrderedJson& recorded, const std::vector<std::string>& features) {
  if (std::find(features.begin(), features.end(), "order-parallel-sorted") != features.end()) {
    return HistoryRule::kSortedMultiset;
  }
  return Forks(recorded).empty() ? HistoryRule::kAbsoluteIds : HistoryRule::kPerBranch;
}

std::string_view Name(HistoryRule rule) {
  switch (rule) {
    case HistoryRule::kAbsoluteIds:
      return "history by absolute ids";
    case HistoryRule::kPerBranch:
      return "history per branch";
    case HistoryRule::kSortedMultiset:
      return "history as a sorted multiset";
  }
  return "?";
}

std::string CompareHistories(HistoryRule rule, const OrderedJson& recorded,
                             const OrderedJson& found, Matcher* matcher) {
  matcher->event_ids.clear();
  if (rule == HistoryRule::kAbsoluteIds) return CompareInOrder(recorded, found, matcher);
  return Pairing(rule, recorded, found, matcher).Run();
}

std::string HistoryText(const OrderedJson& history) {
  std::string text;
  for (const OrderedJson& event : history) {
    text += fmt::format("#{}<{} {}", event["id"].dump(), Previous(event), Type(event));
    for (const auto& [key, value] : event.items()) {
      if (value.is_object()) text += " " + value.dump();
    }
    text += '\n';
  }
  return text;
}

}  // namespace conformance
