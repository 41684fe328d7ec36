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

inline constexpr std::string_view kStatesAll = "States.ALL";
inline constexpr std::string_view kStatesTimeout = "States.Timeout";
inline constexpr std::string_view kStatesHeartbeatTimeout = "States.HeartbeatTimeout";
inline constexpr std::string_view kStatesTaskFailed = "States.TaskFailed";
inline constexpr std::string_view kStatesRuntime = "States.Runtime";
inline constexpr std::string_view kStatesDataLimitExceeded = "States.DataLimitExceeded";
inline constexpr std::string_view kStatesNoChoiceMatched = "States.NoChoiceMatched";
inline constexpr std::string_view kLambdaUnknown = "Lambda.Unknown";

}  // namespace asl
