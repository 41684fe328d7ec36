// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Functions on arrays.
#include <algorithm>
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/sort.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

void PushAll(Evaluator& e, const Value& value, Array* out) {
  Items items(value);
  for (Value item; items.Next(&item);) e.heap().Push(out, item);
}

std::vector<Value> ToVector(const Value& array) {
  std::vector<Value> items;
  items.reserve(SizeOf(array));
  Items each(array);
  for (Value item; each.Next(&item);) items.push_back(item);
  return items;
}

Value FromVector(Evaluator& e, const std::vector<Value>& items) {
  Array* array = e.heap().NewArray(items.size());
  for (const Value& item : items) e.heap().Push(array, item);
  return e.Charge(static_cast<int64_t>(items.size() / 4)) ? Value::OfArray(array) : Value::Failed();
}

bool Fits(Evaluator& e, const Value& array) {
  return e.heap().Fits(SizeOf(array) * 2 * sizeof(Value)) && e.Charge();
}

bool AllOf(const std::vector<Value>& items, Tag tag) {
  return std::all_of(items.begin(), items.end(),
                     [&](const Value& item) { return item.tag == tag; });
}

}  // namespace

Value AppendTo(Evaluator& e, const Value& left, const Value& right) {
  if (left.undefined()) return right;
  if (right.undefined()) return left;
  const size_t size = SizeOf(left.is_array() ? left : Value::Null()) +
                      SizeOf(right.is_array() ? right : Value::Null());
  if (!e.Charge(static_cast<int64_t>(size / 4))) return Value::Failed();
  Array* joined = e.heap().NewArray(size);
  PushAll(e, left, joined);
  PushAll(e, right, joined);
  return Value::OfArray(joined);
}

Value Count(Evaluator&, const Call& c) {
  return Value::Number(c[0].undefined() ? 0 : static_cast<double>(SizeOf(c[0])));
}

Value Append(Evaluator& e, const Call& c) { return AppendTo(e, c[0], c[1]); }

Value Reverse(Evaluator& e, const Call& c) {
  if (c[0].undefined() || SizeOf(c[0]) <= 1) return c[0];
  if (!Fits(e, c[0])) return Value::Failed();
  std::vector<Value> items = ToVector(c[0]);
  std::reverse(items.begin(), items.end());
  return FromVector(e, items);
}

Value Distinct(Evaluator& e, const Call& c) {
  if (!c[0].is_array() || SizeOf(c[0]) <= 1) return c[0];
  Array* distinct = e.heap().NewArray();
  distinct->sequence = c[0].tag == Tag::kArray && c[0].array->sequence;
  Object* texts = e.heap().NewObject();  // those among them, for there may be many
  Items items(c[0]);
  for (Value item; items.Next(&item);) {
    bool seen = item.is_string() && texts->Find(item.text()) != nullptr;
    for (uint32_t i = 0; i < distinct->size && !seen && !item.is_string(); ++i) {
      seen = DeepEqual(e, distinct->items[i], item);
    }
    if (e.failed() || !e.Charge()) return Value::Failed();
    if (seen) continue;
    if (item.is_string()) e.heap().Set(texts, item.text(), Value::Null());
    e.heap().Push(distinct, item);
  }
  return Value::OfArray(distinct);
}

Value Zip(Evaluator& e, const Call& c) {
  size_t size = SIZE_MAX;
  std::vector<Items> columns;
  for (const Value& column : c.arguments) {
    size = std::min(size, column.is_array() ? SizeOf(column) : 0);
    columns.emplace_back(column);
  }
  Array* rows = e.heap().NewArray();
  for (size_t i = 0; i < size && !columns.empty(); ++i) {
    Array* row = e.heap().NewArray(columns.size());
    for (Items& column : columns) {
      Value item;
      column.Next(&item);
      e.heap().Push(row, item);
    }
    e.heap().Push(rows, Value::OfArray(row));
    if (!e.Charge(static_cast<int64_t>(columns.size()))) return Value::Failed();
  }
  return Value::OfArray(rows);
}

Value Shuffle(Evaluator& e, const Call& c) {
  if (c[0].undefined() || SizeOf(c[0]) <= 1) return c[0];
  if (!Fits(e, c[0])) return Value::Failed();
  std::vector<Value> items = ToVector(c[0]);
  for (size_t i = items.size(); i-- > 1;) {
    const Draw& draw = e.environment().draw;
    const double chance = draw ? draw() : 0;
    std::swap(items[i], items[static_cast<size_t>(chance * static_cast<double>(i + 1))]);
  }
  return FromVector(e, items);
}

Value Sort(Evaluator& e, const Call& c) {
  if (c[0].undefined() || SizeOf(c[0]) <= 1) return c[0];
  if (!Fits(e, c[0])) return Value::Failed();
  std::vector<Value> items = ToVector(c[0]);
  const bool numbers = AllOf(items, Tag::kNumber);
  if (!c.has(1) && !numbers && !AllOf(items, Tag::kString)) return e.Fail("D3070", c[0], 1);
  const auto by_nature = [&](const Value& a, const Value& b) {
    if (!e.Charge()) return Verdict::kFailed;
    const bool after = numbers ? a.number > b.number : CompareTexts(a.text(), b.text()) > 0;
    return after ? Verdict::kSwap : Verdict::kKeep;
  };
  const auto by_function = [&](const Value& a, const Value& b) {
    const Value pair[] = {a, b};
    const Value after = e.Apply(c[1], pair, Value::Null());
    if (after.failed()) return Verdict::kFailed;
    const bool truth = Truth(e, after);
    return e.failed() ? Verdict::kFailed : truth ? Verdict::kSwap : Verdict::kKeep;
  };
  const std::span<Value> all(items);
  const bool sorted = c.has(1) ? MergeSort(all, by_function) : MergeSort(all, by_nature);
  return sorted ? FromVector(e, items) : Value::Failed();
}

}  // namespace asl::jsonata
