// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Errors of a workflow: data that Retry and Catch decide on, never a C++ error. Also the names that
// the States Language reserves (specification, "Appendix A: Predefined Error Codes"; AWS guide
// "Handling errors").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace asl {

// Absent and empty differ: AWS leaves out a key that the worker did not give.
struct Error {
  std::optional<std::string> name;
  std::optional<std::string> cause;
  friend bool operator==(const Error&, const Error&) = default;
};

// Within kErrorNameMax and kErrorCauseMax bytes: what a history stores, whoever the error comes
// from.
Error Clipped(Error error);

// What the Task's worker, or the state, made is longer than a payload may be; in AWS's words.
Error DataLimitExceeded(std::string_view state_or_worker);

inline constexpr std::string_view kStatesAll = "States.ALL";
inline constexpr std::string_view kStatesTimeout = "States.Timeout";
inline constexpr std::string_view kStatesHeartbeatTimeout = "States.HeartbeatTimeout";
inline constexpr std::string_view kStatesTaskFailed = "States.TaskFailed";
inline constexpr std::string_view kStatesRuntime = "States.Runtime";
inline constexpr std::string_view kStatesDataLimitExceeded = "States.DataLimitExceeded";
inline constexpr std::string_view kStatesNoChoiceMatched = "States.NoChoiceMatched";
inline constexpr std::string_view kStatesQueryEvaluationError = "States.QueryEvaluationError";
inline constexpr std::string_view kStatesIntrinsicFailure = "States.IntrinsicFailure";
// The documents call it States.ResultPathMatchFailure; AWS answers with this name (public reports).
inline constexpr std::string_view kStatesReferencePathConflict = "States.ReferencePathConflict";
inline constexpr std::string_view kLambdaUnknown = "Lambda.Unknown";

}  // namespace asl
