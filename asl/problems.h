// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Collects what is wrong with a definition while it is checked, and puts it in AWS's order: first
// what is wrong with single objects, in the order of the text, then what only the whole shows.
// Private to Compile and the advice; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/definition.h"
#include "asl/json.h"

namespace asl {

// AWS's codes (API reference, ValidateStateMachineDefinitionDiagnostic; those about JSONata from public
// reports), and two of ours: DUPLICATE_VARIABLE_NAME, after its siblings, and NOT_SUPPORTED_YET.
inline constexpr std::string_view kSchema = "SCHEMA_VALIDATION_FAILED";
inline constexpr std::string_view kInvalidJson = "INVALID_JSON_DESCRIPTION";
inline constexpr std::string_view kMissingTarget = "MISSING_TRANSITION_TARGET";
inline constexpr std::string_view kMissingEnd = "MISSING_END_STATE";
inline constexpr std::string_view kDuplicateStateName = "DUPLICATE_STATE_NAME";
inline constexpr std::string_view kInvalidStateName = "INVALID_STATE_NAME";
inline constexpr std::string_view kDuplicateLabel = "DUPLICATE_LABEL_NAME";
inline constexpr std::string_view kInvalidLabel = "INVALID_LABEL_NAME";
inline constexpr std::string_view kDuplicateVariable = "DUPLICATE_VARIABLE_NAME";
inline constexpr std::string_view kInvalidJsonata = "INVALID_JSONATA_EXPRESSION";
inline constexpr std::string_view kUnsupportedJsonata = "UNSUPPORTED_JSONATA_EXPRESSION";
inline constexpr std::string_view kNoDollar = "NO_DOLLAR";                        // a warning
inline constexpr std::string_view kNoPath = "NO_PATH";                            // a warning
inline constexpr std::string_view kPassResultIsStatic = "PASS_RESULT_IS_STATIC";  // a warning
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
  using Where = std::optional<JsonSpan>;

  // `where`: the value (or key) that the line and column point to; nullopt: the definition as a
  // whole.
  void Add(std::string_view code, std::string message, std::string location, Where where);
  void Warn(std::string_view code, std::string message, std::string location, Where where);
  // What is valid but cannot run here yet.
  void NotServed(std::string message, std::string location, Where where);

  // What is added from now on comes after all that is there.
  void NextPhase() { ++phase_; }

  bool has_errors() const { return has_errors_; }

  // `text`: what was checked.
  std::vector<Problem> Take(std::string_view text);
  std::vector<Problem> TakeNotServed(std::string_view text);

 private:
  struct Found {
    Problem problem;
    int phase;
    Where where;
  };
  static std::vector<Problem> Sorted(std::vector<Found>* found, std::string_view text);
  void Append(std::vector<Found>* list, Problem problem, Where where);

  std::vector<Found> found_;
  std::vector<Found> not_served_;
  int phase_ = 0;
  bool has_errors_ = false;
};

}  // namespace asl
