// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include "tools/aslctl/history.h"

namespace aslctl {
namespace {

constexpr size_t kDetailColumnsMax = 80;  // the whole payload is in the JSON form

Tone ToneOf(const Event& event) {
  const std::string_view type = event.type;
  if (type.ends_with("Failed") || type.ends_with("TimedOut") || type.ends_with("Aborted")) {
    return Tone::kBad;
  }
  return type == "ExecutionSucceeded" ? Tone::kGood : Tone::kPlain;
}

std::string Detail(const Event& event) {
  if (event.error || event.cause) {
    if (!event.cause) return *event.error;
    return event.error ? *event.error + ": " + *event.cause : *event.cause;
  }
  if (event.type == "ActivityStarted") return "worker " + event.name;
  for (const auto* text : {&event.parameters, &event.input, &event.output}) {
    if (*text) {
      const std::string to = event.resource.empty() ? "" : FunctionName(event.resource) + " ";
      const std::string assigned = event.assigned ? " assigned " + *event.assigned : "";
      return to + **text + assigned;
    }
  }
  return "";
}

}  // namespace

std::string RenderTable(const std::vector<Event>& events, const Style& style) {
  // Counted from the execution's start, whichever way the events are sorted.
  int64_t start_ms = 0;
  for (const Event& event : events) {
    if (start_ms == 0 || event.time_ms < start_ms) start_ms = event.time_ms;
  }
  std::vector<std::vector<Cell>> rows = {{{"ID", Tone::kDim},
                                          {"AFTER", Tone::kDim},
                                          {"TYPE", Tone::kDim},
                                          {"STATE", Tone::kDim},
                                          {"DETAIL", Tone::kDim}}};
  for (const Event& event : events) {
    const bool of_state =
        event.type.find("State") != event.type.npos || event.type == "EvaluationFailed";
    rows.push_back({{std::to_string(event.id)},
                    {Duration(event.time_ms - start_ms), Tone::kDim},
                    {event.type, ToneOf(event)},
                    {of_state ? event.name : ""},
                    {OneLine(Detail(event), kDetailColumnsMax, style)}});
  }
  return Columns(rows, style);
}

}  // namespace aslctl
