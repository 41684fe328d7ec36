// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Wait: sleeps for seconds from its entry or until a time, then InputPath → OutputPath (AWS guide
// "Wait workflow state"). A time that is past, or zero seconds, does not wait at all. Texts as
// recorded, but for those of values that no recording shows.
#include <fmt/format.h>

#include <string>

#include "asl/limits.h"
#include "asl/query.h"
#include "asl/states/leave.h"
#include "asl/states/states.h"
#include "asl/timestamp.h"

namespace asl {
namespace {

std::string Shown(const Json& value) {
  return value.is_string() ? std::string(value.as_string()) : value.Compact();
}

// The value that the path names; what is missing ends the execution.
std::optional<Json> ReadTime(Step& step, const Path& path, std::string_view field,
                             const Lazy& input) {
  std::optional<OrError<Json>> found = step.Read(path, input);
  if (!found) return std::nullopt;
  if (found->ok()) return std::move(**found);
  step.FailState(RuntimeError(
      fmt::format("The {} parameter does not reference an input value: {}", field, path.text())));
  return std::nullopt;
}

std::optional<Millis> DueBySeconds(Step& step, const Path& path, const Lazy& input) {
  const std::optional<Json> value = ReadTime(step, path, "SecondsPath", input);
  if (!value) return std::nullopt;
  const std::optional<int64_t> seconds = value->as_int64();
  const char* wrong = !seconds                 ? "cannot be parsed as a long value"
                      : *seconds < 0           ? "references a negative value"
                      : *seconds > kSecondsMax ? "references a value above the maximum of 99999999"
                                               : nullptr;
  if (wrong == nullptr) return step.frame().entered_at + *seconds * 1000;
  step.FailState(RuntimeError(
      fmt::format("The SecondsPath parameter {}: {} == {}", wrong, path.text(), Shown(*value))));
  return std::nullopt;
}

std::optional<Millis> DueByTimestamp(Step& step, const Path& path, const Lazy& input) {
  const std::optional<Json> value = ReadTime(step, path, "TimestampPath", input);
  if (!value) return std::nullopt;
  if (value->is_string()) {
    if (const std::optional<Instant> at = ParseInstant(value->as_string()))
      return Millis{at->seconds * 1000};
  }
  step.FailState(RuntimeError(
      fmt::format("The TimestampPath parameter does not reference a valid ISO-8601 extended "
                  "offset date-time format string: {} == {}",
                  path.text(), Shown(*value))));
  return std::nullopt;
}

std::optional<Millis> DueByQuery(Step& step, const WaitState& wait) {
  if (wait.seconds.query) {
    const std::optional<int64_t> seconds =
        EvaluateInteger(step, wait.seconds.query, 0, kSecondsMax);
    if (!seconds) return std::nullopt;
    return step.frame().entered_at + *seconds * 1000;
  }
  const std::optional<std::string> text = EvaluateText(step, wait.timestamp_query);
  if (!text) return std::nullopt;
  if (const std::optional<Instant> at = ParseInstant(*text)) return Millis{at->seconds * 1000};
  step.FailEvaluation(fmt::format("The Timestamp field cannot be parsed as an ISO-8601 extended "
                                  "offset date-time format string: {}",
                                  *text),
                      wait.timestamp_query.location(), Step::When::kBeforeWork);
  return std::nullopt;
}

std::optional<Millis> Due(Step& step, const WaitState& wait, const Lazy& input) {
  if (wait.seconds.literal) return step.frame().entered_at + *wait.seconds.literal * 1000;
  if (wait.timestamp) return *wait.timestamp;
  if (wait.seconds.query || wait.timestamp_query) return DueByQuery(step, wait);
  if (wait.seconds.path) return DueBySeconds(step, *wait.seconds.path, input);
  return DueByTimestamp(step, *wait.timestamp_path, input);
}

}  // namespace

void RunWait(Step& step, const WaitState& wait) {
  const std::optional<Lazy> input = step.Apply(wait.input_path, step.input());
  if (!input) return;
  const std::optional<Millis> due = Due(step, wait, *input);
  if (!due) return;
  if (*due - step.now() > kWaitSecondsMax * 1000) {
    return step.FailState(RuntimeError("Wait state delay is too long."));
  }
  if (*due > step.now()) return step.WaitUntil(*due, Waiting::kDelay);
  FinishWait(step, wait);
}

void FinishWait(Step& step, const WaitState& wait) {
  const std::optional<Lazy> input = step.Apply(wait.input_path, step.input());
  if (!input) return;
  const std::optional<Lazy> output = step.Apply(wait.output_path, *input);
  if (!output) return;
  Leave(step, wait.next, wait.exit, *input, *output);
}

}  // namespace asl
