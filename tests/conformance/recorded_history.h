// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Histories: a driver's as GetExecutionHistory shows it, and the comparison of one with a
// recording. Pure; any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "asl/test_driver.h"
#include "tests/conformance/recorded_match.h"

namespace conformance {

OrderedJson HistoryJson(const asl::TestDriver& driver);

// How a history is compared with its recording:
//  - kAbsoluteIds: event by event, ids and all. No branches ran concurrently.
//  - kPerBranch: each recorded event has one that was found, under the one that its predecessor has;
//    before, between and after the parts that run concurrently ids are the same too. The order of
//    events of different branches is one of many.
//  - kSortedMultiset: the recorder sorted the events between the start of a Parallel and its end,
//    took their ids away, and lost the ends but for …Exited.
enum class HistoryRule { kAbsoluteIds, kPerBranch, kSortedMultiset };
HistoryRule RuleFor(const OrderedJson& recorded, const std::vector<std::string>& features);
std::string_view Name(HistoryRule rule);

// Empty when the recording fits, else what does not. Leaves in matcher->event_ids which recorded
// event is which of those found.
std::string CompareHistories(HistoryRule rule, const OrderedJson& recorded,
                             const OrderedJson& found, Matcher* matcher);

// One line per event, for people.
std::string HistoryText(const OrderedJson& history);

}  // namespace conformance
