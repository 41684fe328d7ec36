// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A compiled condition, shared by choice_compile.cc and choice.cc; nobody else looks inside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/path/path.h"
#include "asl/timestamp.h"

namespace asl {

// What an operator asks of its variable.
enum class Comparison : uint8_t {
  kEquals,
  kLess,
  kGreater,
  kLessEquals,
  kGreaterEquals,  // with a value of the operand's type
  kMatches,        // StringMatches
  kIsNull,
  kIsPresent,
  kIsNumeric,
  kIsString,
  kIsBoolean,
  kIsTimestamp,
};

enum class OperandType : uint8_t { kString, kNumeric, kBoolean, kTimestamp };

// The right side: written in the rule, or at a path (the …Path operators).
struct Operand {
  OperandType type = OperandType::kString;
  std::string text;  // kString; kNumeric: the number's spelling
  bool boolean = false;
  Instant instant;
};

// StringMatches: the texts between the wildcards.
struct Pattern {
  std::vector<std::string> pieces;
  bool open_escape =
      false;  // a backslash that escapes nothing: a runtime error, says the specification
};

struct ConditionProgram {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kTest };
  Kind kind = Kind::kTest;
  std::vector<ConditionProgram> children;  // kAnd, kOr: at least one; kNot: one
  // kTest:
  std::optional<Path> variable;
  Comparison comparison = Comparison::kEquals;
  Operand operand;  // also the expected answer of Is…
  std::optional<Path>
      operand_path;  // takes the operand's place; operand.type still says what it must be
  Pattern pattern;
};

}  // namespace asl
