// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Events and times as AWS's JSON protocol writes them (API reference, HistoryEvent): an event has
// one object of details, named by its type, and texts of JSON are strings. Pure functions; any
// thread.
#pragma once

#include <string>

#include "asl/history_event.h"
#include "asl/json.h"

namespace engine {

// Seconds since the epoch with a fraction: "1763910264.123".
std::string AwsTime(asl::Millis time);

// What ExecutionStarted says beside its input; empty: nothing.
struct StartedBy {
  std::string version_arn;
  std::string alias_arn;
};
// `with_data`: inputs, outputs and parameters too. REQUIRES: the payload is loaded.
void WriteAwsEvent(const asl::HistoryEvent& event, const StartedBy& started, bool with_data,
                   asl::JsonWriter& out);

}  // namespace engine
