// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Functions that call functions for each item or member. They hand over as many of (value, place,
// whole) as the function takes.
#include "asl/jsonata/builtin.h"

namespace asl::jsonata {
namespace {

// Calls `function` for each item; `use(item, answer)` says whether to go on.
template <class Use>
Value ForEachItem(Evaluator& e, const Value& array, const Value& function, Use use) {
  Items items(array);
  double index = 0;
  for (Value item; items.Next(&item); ++index) {
    const Value arguments[] = {item, Value::Number(index), array};
    const Value answer = e.ApplyUpTo(function, arguments);
    if (answer.failed() || !use(item, answer)) return Value::Failed();
  }
  return {};
}

template <class Use>
Value ForEachMember(Evaluator& e, const Value& object, const Value& function, Use use) {
  Members members(object);
  std::string_view key;
  for (Value value; members.Next(&key, &value);) {
    const Value arguments[] = {value, Value::String(key), object};
    const Value answer = e.ApplyUpTo(function, arguments);
    if (answer.failed() || !use(key, value, answer)) return Value::Failed();
  }
  return {};
}

}  // namespace

Value Map(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  Array* mapped = e.heap().NewSequence(SizeOf(c[0]));
  const Value done = ForEachItem(e, c[0], c[1], [&](const Value&, const Value& answer) {
    if (!answer.undefined()) e.heap().Push(mapped, answer);
    return true;
  });
  return done.failed() ? done : Value::OfArray(mapped);
}

Value FilterItems(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  Array* kept = e.heap().NewSequence(4);
  const Value done = ForEachItem(e, c[0], c[1], [&](const Value& item, const Value& answer) {
    if (Truth(e, answer)) e.heap().Push(kept, item);
    return !e.failed();
  });
  return done.failed() ? done : Value::OfArray(kept);
}

Value Single(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  Value found;
  bool any = false;
  const auto use = [&](const Value& item, const Value& answer) {
    if (!Truth(e, answer) || e.failed()) return !e.failed();
    if (any) return !e.Fail("D3138").failed();
    any = true;
    found = item;
    return true;
  };
  if (c.has(1)) {
    if (ForEachItem(e, c[0], c[1], use).failed()) return Value::Failed();
  } else {
    Items items(c[0]);
    for (Value item; items.Next(&item);) {
      if (!use(item, Value::Bool(true))) return Value::Failed();
    }
  }
  return any ? found : e.Fail("D3139");
}

Value Reduce(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  const int arity = c[1].is_function() ? Evaluator::ArityOf(*c[1].function) : 0;
  if (arity < 2) return e.Fail("D3050", {}, 1);
  Items items(c[0]);
  Value result = c[2];
  double index = 0;
  if (result.undefined() && items.Next(&result)) ++index;
  for (Value item; items.Next(&item); ++index) {
    const Value arguments[] = {result, item, Value::Number(index), c[0]};
    result = e.ApplyUpTo(c[1], arguments);
    if (result.failed()) return result;
  }
  return result;
}

Value Each(Evaluator& e, const Call& c) {
  Array* results = e.heap().NewSequence(4);
  const auto use = [&](std::string_view, const Value&, const Value& answer) {
    if (!answer.undefined()) e.heap().Push(results, answer);
    return true;
  };
  const Value done = ForEachMember(e, c[0], c[1], use);
  return done.failed() ? done : Value::OfArray(results);
}

Value Sift(Evaluator& e, const Call& c) {
  Object* kept = e.heap().NewObject();
  const auto use = [&](std::string_view key, const Value& value, const Value& answer) {
    if (Truth(e, answer)) e.heap().Set(kept, key, value);
    return !e.failed();
  };
  const Value done = ForEachMember(e, c[0], c[1], use);
  if (done.failed()) return done;
  return kept->size == 0 ? Value() : Value::OfObject(kept);
}

}  // namespace asl::jsonata
