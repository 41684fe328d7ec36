// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Event patterns, as EventBridge and Lambda's event source mappings have them: an object that names
// what must be in an event, `{"body":{"kind":["order"],"amount":[{"numeric":[">",100]}]}}`. Every key must
// match, and of a key's list one entry; a list in the event matches when one of its elements does.
// Compiled once, immutable, any thread.
// Source: EventBridge user guide, "Comparison operators for use in event patterns"; Lambda
// developer guide, "Control which events Lambda sends to your function".
#pragma once

#include "absl/status/statusor.h"
#include "asl/json.h"

namespace engine::sources {

class Pattern {
 public:
  // Exact values, prefix, suffix, equals-ignore-case (in prefix and suffix too), wildcard,
  // anything-but, numeric, exists, $or. InvalidArgument: what is wrong, and at which key.
  static absl::StatusOr<Pattern> Compile(const asl::Json& pattern);

  bool Matches(const asl::Json& event) const;

 private:
  explicit Pattern(asl::Json pattern) : pattern_(std::move(pattern)) {}
  asl::Json pattern_;  // checked: every list and operator in it is well-formed
};

}  // namespace engine::sources
