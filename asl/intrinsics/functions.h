// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The intrinsic functions of JSONPath mode (AWS guide "Intrinsics for JSONPath states"): the table
// of their names, and what each answers for arguments that are evaluated already. Pure but for the
// draws. An error's message is what follows "The function '…' had the following error: " in a cause:
// InvalidArgument, or ResourceExhausted for an answer beyond bytes_max. Any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "asl/draw.h"
#include "asl/json.h"

namespace asl::intrinsics {

struct Arguments {
  std::span<const Json> values;  // as many as the function takes
  const Draw* draw;              // null where nothing may be random: then UUID may not be asked for
  size_t bytes_max;              // of the answer
};

using Answer = absl::StatusOr<Json>;

struct Function {
  std::string_view name;
  size_t arguments_min;
  size_t arguments_max;
  bool may_answer_text;  // Fail's ErrorPath and CausePath take only such
  bool template_first;   // the first argument's escapes are the function's business
  Answer (*evaluate)(const Arguments& arguments);
};

// Null for an unknown name.
const Function* FindFunction(std::string_view name);

// arrays.cc
Answer Array(const Arguments& arguments);
Answer ArrayPartition(const Arguments& arguments);
Answer ArrayContains(const Arguments& arguments);
Answer ArrayRange(const Arguments& arguments);
Answer ArrayGetItem(const Arguments& arguments);
Answer ArrayLength(const Arguments& arguments);
Answer ArrayUnique(const Arguments& arguments);
// numbers.cc
Answer MathRandom(const Arguments& arguments);
Answer MathAdd(const Arguments& arguments);
Answer Uuid(const Arguments& arguments);
// texts.cc
Answer Format(const Arguments& arguments);
Answer StringSplit(const Arguments& arguments);
Answer StringToJson(const Arguments& arguments);
Answer JsonToString(const Arguments& arguments);
Answer JsonMerge(const Arguments& arguments);
// encodings.cc
Answer Base64Encode(const Arguments& arguments);
Answer Base64Decode(const Arguments& arguments);
Answer Hash(const Arguments& arguments);

// What the functions share (values.cc).

// The argument's text, array or number; InvalidArgument, which names its place, when it is of
// another type.
absl::StatusOr<std::string_view> TextArgument(const Arguments& arguments, size_t place);
absl::StatusOr<Json> ArrayArgument(const Arguments& arguments, size_t place);
// Rounded to the nearest integer, halves up, as AWS rounds; within 32 bits.
absl::StatusOr<int64_t> IntegerArgument(const Arguments& arguments, size_t place);

Json TextValue(std::string_view text);
Json IntegerValue(int64_t value);
Json BoolValue(bool value);
// Equal values, and only they, have the same text: numbers by their exact value, keys in any order.
std::string CanonicalText(const Json& value);
// InvalidArgument when the text has more characters than AWS lets a function take.
absl::Status CheckLength(std::string_view text);
absl::Status TooLarge(const Arguments& arguments);

}  // namespace asl::intrinsics
