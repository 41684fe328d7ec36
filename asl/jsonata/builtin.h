// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The functions of the language. A Builtin is a row of one table (builtin.cc): name, signature and
// code. Arguments arrive as the signature leaves them: right types, undefined where left out.
// Immutable, shared by all threads.
#pragma once

#include <memory>
#include <string_view>

#include "asl/jsonata/evaluator.h"
#include "asl/jsonata/signature.h"

namespace asl::jsonata {

struct Call {
  Arguments arguments;
  Value context;

  Value operator[](size_t i) const { return i < arguments.size() ? arguments[i] : Value(); }
  bool has(size_t i) const { return i < arguments.size() && !arguments[i].undefined(); }
};

using BuiltinCode = Value (*)(Evaluator& evaluator, const Call& call);

struct Builtin {
  std::string_view name;
  int arity;  // as functions of higher order see it
  BuiltinCode code;
  std::shared_ptr<const Signature> signature;
};

// Null when there is none. The name is without `$`.
const Builtin* FindBuiltin(std::string_view name);

// strings.cc
Value String(Evaluator& e, const Call& c);
Value Substring(Evaluator& e, const Call& c);
Value SubstringBefore(Evaluator& e, const Call& c);
Value SubstringAfter(Evaluator& e, const Call& c);
Value Lowercase(Evaluator& e, const Call& c);
Value Uppercase(Evaluator& e, const Call& c);
Value Length(Evaluator& e, const Call& c);
Value Trim(Evaluator& e, const Call& c);
Value Pad(Evaluator& e, const Call& c);
Value Join(Evaluator& e, const Call& c);

// matching.cc
Value Match(Evaluator& e, const Call& c);
Value Contains(Evaluator& e, const Call& c);
Value Replace(Evaluator& e, const Call& c);
Value Split(Evaluator& e, const Call& c);

// numbers.cc
Value Sum(Evaluator& e, const Call& c);
Value Max(Evaluator& e, const Call& c);
Value Min(Evaluator& e, const Call& c);
Value Average(Evaluator& e, const Call& c);
Value ToNumber(Evaluator& e, const Call& c);
Value Abs(Evaluator& e, const Call& c);
Value Floor(Evaluator& e, const Call& c);
Value Ceil(Evaluator& e, const Call& c);
Value Round(Evaluator& e, const Call& c);
Value Sqrt(Evaluator& e, const Call& c);
Value Power(Evaluator& e, const Call& c);
Value FormatBase(Evaluator& e, const Call& c);

// values.cc
Value Boolean(Evaluator& e, const Call& c);
Value Not(Evaluator& e, const Call& c);
Value Exists(Evaluator& e, const Call& c);
Value Type(Evaluator& e, const Call& c);
Value RaiseError(Evaluator& e, const Call& c);
Value Assert(Evaluator& e, const Call& c);
Value Clone(Evaluator& e, const Call& c);
Value Keys(Evaluator& e, const Call& c);
Value Lookup(Evaluator& e, const Call& c);
Value Spread(Evaluator& e, const Call& c);
Value Merge(Evaluator& e, const Call& c);

// arrays.cc
Value Count(Evaluator& e, const Call& c);
Value Append(Evaluator& e, const Call& c);
Value Reverse(Evaluator& e, const Call& c);
Value Distinct(Evaluator& e, const Call& c);
Value Zip(Evaluator& e, const Call& c);
Value Shuffle(Evaluator& e, const Call& c);
Value Sort(Evaluator& e, const Call& c);

// higher_order.cc
Value Map(Evaluator& e, const Call& c);
Value FilterItems(Evaluator& e, const Call& c);
Value Single(Evaluator& e, const Call& c);
Value Reduce(Evaluator& e, const Call& c);
Value Each(Evaluator& e, const Call& c);
Value Sift(Evaluator& e, const Call& c);

// encodings.cc
Value Base64Encode(Evaluator& e, const Call& c);
Value Base64Decode(Evaluator& e, const Call& c);
Value EncodeUrl(Evaluator& e, const Call& c);
Value EncodeUrlComponent(Evaluator& e, const Call& c);
Value DecodeUrl(Evaluator& e, const Call& c);
Value DecodeUrlComponent(Evaluator& e, const Call& c);

// pictures.cc
Value FormatNumber(Evaluator& e, const Call& c);
Value FormatInteger(Evaluator& e, const Call& c);
Value ParseInteger(Evaluator& e, const Call& c);
Value FromMillis(Evaluator& e, const Call& c);
Value ToMillis(Evaluator& e, const Call& c);
Value Now(Evaluator& e, const Call& c);
Value Millis(Evaluator& e, const Call& c);

// states_functions.cc
Value Partition(Evaluator& e, const Call& c);
Value NumberRange(Evaluator& e, const Call& c);
Value Hash(Evaluator& e, const Call& c);
Value Random(Evaluator& e, const Call& c);
Value Uuid(Evaluator& e, const Call& c);
Value ParseText(Evaluator& e, const Call& c);

// What several of them share.

// Whether a value counts as true; failed() when it is an infinite number.
bool Truth(Evaluator& e, const Value& value);
// fn.append: the items of both, as a new array.
Value AppendTo(Evaluator& e, const Value& left, const Value& right);
bool DeepEqual(Evaluator& e, const Value& a, const Value& b, int depth = 0);
// A value as $string writes it.
Value ToText(Evaluator& e, const Value& value, bool pretty = false);
// The result of looking up a name in an object, or in each item of an array.
Value LookupName(Evaluator& e, const Value& value, std::string_view name, int depth = 0);

}  // namespace asl::jsonata
