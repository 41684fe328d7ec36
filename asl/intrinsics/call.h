// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A compiled call of an intrinsic function, as in "States.Format('{}', $.a)": which function, and
// its arguments. Private to expression.cc and this folder; others use asl::Expression. Immutable;
// any thread.
#pragma once

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/intrinsics/functions.h"
#include "asl/json.h"
#include "asl/path/path.h"

namespace asl::intrinsics {

struct Call;

// A literal, a path, or a call within the call.
using Argument = std::variant<Json, Path, std::shared_ptr<const Call>>;

struct Call {
  const Function* function = nullptr;  // never null in a parsed call
  std::vector<Argument> arguments;
};

// `text` is the whole value of a field. InvalidArgument: it is no call, the function is unknown, or
// it does not take so many arguments. Function names are as the table in functions.cc has them.
absl::StatusOr<Call> ParseCall(std::string_view text);

}  // namespace asl::intrinsics
