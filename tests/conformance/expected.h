// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The list of cases that are expected to fail, each with its reason: expected_failures.txt beside
// this file. It may only shrink. Plain values; one thread.
//
//   # a comment
//   corpus
//     id of a case
//       the reason, in one or more lines
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <utility>

namespace conformance {

// (corpus, id) → reason.
using ExpectedFailures = std::map<std::pair<std::string, std::string>, std::string>;

// Errors say file and line: a case without a reason, a line that is none of the above.
absl::StatusOr<ExpectedFailures> ReadExpectedFailures(const std::string& file);

}  // namespace conformance
