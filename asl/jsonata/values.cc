// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Functions on values of any type and on objects, and what the operators share with them: truth,
// equality, look-up.
#include <cmath>

#include "asl/jsonata/builtin.h"

namespace asl::jsonata {
namespace {

bool TruthWithin(Evaluator& e, Value value, int depth) {
  while (value.is_array() && SizeOf(value) == 1) value = ItemAt(value, 0);
  switch (value.tag) {
    case Tag::kBool:
      return value.truth;
    case Tag::kNumber:
      if (std::isinf(value.number)) e.Fail("D1001", value);
      return value.number != 0 && !std::isnan(value.number);
    case Tag::kString:
      return value.extent > 0;
    case Tag::kObject:
    case Tag::kDocumentObject:
      return SizeOf(value) > 0;
    case Tag::kArray:
    case Tag::kDocumentArray: {
      if (depth > kValueDepthMax) return !e.Exceeded("Stack overflow error").failed();
      Items items(value);
      for (Value item; items.Next(&item) && e.Charge();) {
        if (TruthWithin(e, item, depth + 1)) return true;
      }
      return false;
    }
    default:
      return false;
  }
}

bool EqualArrays(Evaluator& e, const Value& a, const Value& b, int depth) {
  if (SizeOf(a) != SizeOf(b)) return false;
  Items left(a);
  Items right(b);
  Value y;
  for (Value x; left.Next(&x) && right.Next(&y);) {
    if (!DeepEqual(e, x, y, depth)) return false;
  }
  return true;
}

bool EqualObjects(Evaluator& e, const Value& a, const Value& b, int depth) {
  if (SizeOf(a) != SizeOf(b)) return false;
  Members members(a);
  std::string_view key;
  for (Value x; members.Next(&key, &x);) {
    const Value y = MemberOf(b, key);
    if (y.undefined() || !DeepEqual(e, x, y, depth)) return false;
  }
  return true;
}

bool CollectKeys(Evaluator& e, const Value& value, Object* seen, int depth) {
  if (depth > kValueDepthMax) return !e.Exceeded("Stack overflow error").failed();
  if (!e.Charge(static_cast<int64_t>(SizeOf(value)))) return false;
  if (value.is_array()) {
    Items items(value);
    for (Value item; items.Next(&item);) {
      if (!CollectKeys(e, item, seen, depth + 1)) return false;
    }
  }
  Members members(value);
  std::string_view key;
  for (Value member; members.Next(&key, &member);) e.heap().Set(seen, key, Value());
  return true;
}

bool SpreadInto(Evaluator& e, const Value& value, Array* out, int depth) {
  if (depth > kValueDepthMax) return !e.Exceeded("Stack overflow error").failed();
  if (!e.Charge(static_cast<int64_t>(SizeOf(value)))) return false;
  if (value.is_array()) {
    Items items(value);
    for (Value item; items.Next(&item);) {
      if (!SpreadInto(e, item, out, depth + 1)) return false;
    }
    return true;
  }
  if (!value.is_object()) {
    e.heap().Push(out, value);
    return true;
  }
  Members members(value);
  std::string_view key;
  for (Value member; members.Next(&key, &member);) {
    Object* one = e.heap().NewObject();
    e.heap().Set(one, key, member);
    e.heap().Push(out, Value::OfObject(one));
  }
  return true;
}

}  // namespace

bool Truth(Evaluator& e, const Value& value) { return TruthWithin(e, value, 0); }

bool DeepEqual(Evaluator& e, const Value& a, const Value& b, int depth) {
  if (depth > kValueDepthMax) return !e.Exceeded("Stack overflow error").failed();
  if (!e.Charge()) return false;
  if (a.is_array() && b.is_array()) return EqualArrays(e, a, b, depth + 1);
  if (a.is_object() && b.is_object()) return EqualObjects(e, a, b, depth + 1);
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case Tag::kBool:
      return a.truth == b.truth;
    case Tag::kNumber:
      return a.number == b.number;
    case Tag::kString:
      return a.text() == b.text();
    case Tag::kFunction:
      return a.function == b.function;
    default:
      return true;
  }
}

Value LookupName(Evaluator& e, const Value& value, std::string_view name, int depth) {
  if (!value.is_array()) return MemberOf(value, name);
  if (depth > kValueDepthMax) return e.Exceeded("Stack overflow error");
  Array* found = e.heap().NewSequence();
  Items items(value);
  for (Value item; items.Next(&item);) {
    if (!e.Charge()) return Value::Failed();
    const Value member = LookupName(e, item, name, depth + 1);
    if (member.failed()) return member;
    Items parts(member);
    for (Value part; parts.Next(&part);) e.heap().Push(found, part);
  }
  return Value::OfArray(found);
}

Value Boolean(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  const bool truth = Truth(e, c[0]);
  return e.failed() ? Value::Failed() : Value::Bool(truth);
}

Value Not(Evaluator& e, const Call& c) {
  const Value truth = Boolean(e, c);
  return truth.is_bool() ? Value::Bool(!truth.truth) : truth;
}

Value Exists(Evaluator&, const Call& c) { return Value::Bool(!c[0].undefined()); }

Value Type(Evaluator&, const Call& c) {
  switch (TypeOf(c[0])) {
    case kNullType:
      return Value::String("null");
    case kNumberType:
      return Value::String("number");
    case kStringType:
      return Value::String("string");
    case kBoolType:
      return Value::String("boolean");
    case kArrayType:
      return Value::String("array");
    case kFunctionType:
      return Value::String("function");
    case kObjectType:
      return Value::String("object");
    default:
      return {};
  }
}

Value RaiseError(Evaluator& e, const Call& c) {
  Error error{.code = "D3137"};
  if (c.has(0)) error.message = c[0].text();
  return e.FailWith(std::move(error));
}

Value Assert(Evaluator& e, const Call& c) {
  if (c[0].is_bool() && c[0].truth) return {};
  Error error{.code = "D3141"};
  if (c.has(1) && c[1].is_string()) error.message = c[1].text();
  return e.FailWith(std::move(error));
}

Value Keys(Evaluator& e, const Call& c) {
  Object* seen = e.heap().NewObject();
  if (!CollectKeys(e, c[0], seen, 0)) return Value::Failed();
  Array* keys = e.heap().NewSequence(seen->size);
  for (uint32_t i = 0; i < seen->size; ++i) {
    e.heap().Push(keys, Value::String(seen->members[i].key));
  }
  return Value::OfArray(keys);
}

Value Lookup(Evaluator& e, const Call& c) {
  return c.has(1) ? LookupName(e, c[0], c[1].text()) : Value();
}

Value Spread(Evaluator& e, const Call& c) {
  const bool array = c[0].is_array();
  if (!array && !c[0].is_object()) return c[0];
  Array* spread = e.heap().NewSequence();
  spread->sequence = !array || SizeOf(c[0]) == 0;  // what is joined from several is an array
  return SpreadInto(e, c[0], spread, 0) ? Value::OfArray(spread) : Value::Failed();
}

Value Merge(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  Object* merged = e.heap().NewObject();
  Items items(c[0]);
  for (Value item; items.Next(&item);) {
    Members members(item);
    std::string_view key;
    for (Value value; members.Next(&key, &value);) e.heap().Set(merged, key, value);
    if (!e.Charge()) return Value::Failed();
  }
  return Value::OfObject(merged);
}

}  // namespace asl::jsonata
