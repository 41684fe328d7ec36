// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What arguments a function takes, written as <s-n?:s>: which types, which may be left out or
// taken from the context. Immutable, shared by all threads; applied by Evaluator::Validate.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "asl/jsonata/error.h"

namespace asl::jsonata {

// A set of types, one bit each. kMissing (undefined) fits where a value may be absent.
using TypeSet = uint8_t;
inline constexpr TypeSet kStringType = 1;
inline constexpr TypeSet kNumberType = 2;
inline constexpr TypeSet kBoolType = 4;
inline constexpr TypeSet kNullType = 8;
inline constexpr TypeSet kObjectType = 16;
inline constexpr TypeSet kArrayType = 32;
inline constexpr TypeSet kFunctionType = 64;
inline constexpr TypeSet kMissing = 128;

struct Parameter {
  TypeSet types = 0;
  bool optional = false;
  bool many = false;     // one or more arguments
  bool context = false;  // the context stands in when it is left out
  bool array = false;    // a value that is no array is made one
  std::string subtype;   // of the array's items; empty: any
};

class Signature {
 public:
  // `text` from < up to and with >; null with S0401 or S0402 (position within the text).
  static std::shared_ptr<const Signature> Parse(std::string_view text, Error* error);

  const std::vector<Parameter>& parameters() const { return parameters_; }

  // How many of the arguments each parameter takes, earlier ones as many as they can; false when
  // no distribution fits all of them.
  bool Distribute(const std::vector<TypeSet>& arguments, std::vector<int>* taken) const;

  // The first argument (from 0) that cannot be right.
  int FirstMismatch(const std::vector<TypeSet>& arguments) const;

 private:
  std::vector<Parameter> parameters_;
};

// The letter of a type in a signature: 's' is kStringType; 0 for others.
TypeSet TypeOfLetter(char letter);

}  // namespace asl::jsonata
