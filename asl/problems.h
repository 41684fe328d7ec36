// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Collects what is wrong with a definition while it is parsed, and puts it in the order of the
// text. Private to Compile; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/definition.h"
#include "asl/json.h"

namespace asl {

// AWS's codes (API reference, ValidateStateMachineDefinitionDiagnostic), and one of ours.
inline constexpr std::string_view kSchema = "SCHEMA_VALIDATION_FAILED";
inline constexpr std::string_view kInvalidJson = "INVALID_JSON_DESCRIPTION";
inline constexpr std::string_view kMissingTarget = "MISSING_TRANSITION_TARGET";
inline constexpr std::string_view kMissingEnd = "MISSING_END_STATE";
inline constexpr std::string_view kDuplicateStateName = "DUPLICATE_STATE_NAME";
inline constexpr std::string_view kInvalidStateName = "INVALID_STATE_NAME";
inline constexpr std::string_view kNotSupportedYet = "NOT_SUPPORTED_YET";

// A definition of a megabyte can be wrong in every byte; nobody reads more than these.
inline constexpr size_t kProblemsMax = 1'000;

// Line and column of offsets that only grow: one pass over the text in all.
class TextPositions {
 public:
  explicit TextPositions(std::string_view text) : text_(text) {}
  // REQUIRES: not smaller than the offset before.
  JsonPosition At(uint32_t offset);

 private:
  std::string_view text_;
  uint32_t seen_ = 0;
  JsonPosition at_;
};

class Problems {
 public:
  // `where`: the value (or key) that the line and column point to; nullopt: the definition as a
  // whole.
  void Add(std::string_view code, std::string message, std::string location,
           std::optional<JsonSpan> where);

  bool empty() const { return found_.empty(); }

  // In the order of `text`, those about the whole definition last.
  std::vector<Problem> Take(std::string_view text);

 private:
  struct Found {
    Problem problem;
    std::optional<uint32_t> offset;
  };
  std::vector<Found> found_;
};

}  // namespace asl
