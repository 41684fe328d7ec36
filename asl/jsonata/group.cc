// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What looks at a whole sequence: grouping ({key: value}, which makes plain objects too, from a
// single context) and order-by.
#include <algorithm>
#include <numeric>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/evaluator.h"
#include "asl/jsonata/sort.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

// Values that come together under one name: one stands for itself, more are an array.
struct Gathered {
  Value value;
  bool several = false;

  void Add(Heap* heap, const Value& more) {
    if (value.undefined()) {
      value = more;
      return;
    }
    if (!several) {
      Array* array = heap->NewArray(4);
      const Value first = value;
      value = Value::OfArray(array);
      several = true;
      Push(heap, first);
    }
    Push(heap, more);
  }

 private:
  void Push(Heap* heap, const Value& more) {
    Items items(more);
    for (Value item; items.Next(&item);) heap->Push(value.array, item);
  }
};

struct Entry {
  std::string_view key;
  size_t pair = 0;  // of the group's list: which key expression gave the key
  Gathered data;
};

// The entries in the order of their keys' first occurrence.
class Entries {
 public:
  Entries(Heap* heap, size_t expected) : heap_(*heap) { list_.reserve(expected); }

  Entry* Find(std::string_view key) {
    if (places_ == nullptr) {
      const auto found = std::find_if(list_.begin(), list_.end(),
                                      [&](const Entry& entry) { return entry.key == key; });
      return found == list_.end() ? nullptr : &*found;
    }
    const Value* place = places_->Find(key);
    return place == nullptr ? nullptr : &list_[static_cast<size_t>(place->number)];
  }

  Entry* Add(std::string_view key, size_t pair) {
    list_.push_back({.key = key, .pair = pair});
    if (places_ == nullptr && list_.size() > 8) {
      places_ = heap_.NewObject();
      for (size_t i = 0; i < list_.size(); ++i) Place(i);
    } else if (places_ != nullptr) {
      Place(list_.size() - 1);
    }
    return &list_.back();
  }

  const std::vector<Entry>& list() const { return list_; }

 private:
  void Place(size_t i) { heap_.Set(places_, list_[i].key, Value::Number(static_cast<double>(i))); }

  Heap& heap_;
  std::vector<Entry> list_;
  Object* places_ = nullptr;
};

bool IsComparable(const Value& value) { return value.is_number() || value.is_string(); }

}  // namespace

Value Evaluator::EvalGroup(const Node& group, const Value& input, Frame* frame, bool tuple_scope) {
  const bool nothing = input.undefined() || (input.is_array() && SizeOf(input) == 0);
  const bool stream = !nothing && input.tag == Tag::kArray && input.array->tuples;
  Frame* const around = tuple_scope && !stream ? NewTuple(frame) : frame;
  Entries entries(&heap_, group.list.size() / 2);
  Items items(nothing ? Sequence(Value()) : input);
  for (Value item; items.Next(&item);) {
    if (!Charge()) return Value::Failed();
    Frame* const env = stream ? FrameOf(item, frame) : around;
    for (size_t pair = 0; pair < group.list.size(); pair += 2) {
      const Value key = Eval(*group.list[pair], stream ? env->slots[0] : item, env);
      if (key.failed()) return key;
      if (key.undefined()) continue;
      Entry* entry = key.is_string() ? entries.Find(key.text()) : nullptr;
      if (!key.is_string() || (entry != nullptr && entry->pair != pair)) {
        Fail(key.is_string() ? "D1009" : "T1003", key);
        failure_.position = static_cast<int>(group.position);
        return Value::Failed();
      }
      if (entry == nullptr) entry = entries.Add(key.text(), pair);
      entry->data.Add(&heap_, item);
    }
  }
  Object* object = heap_.NewObject();
  for (const Entry& entry : entries.list()) {
    Frame* env = around;
    Value context = entry.data.value;
    if (stream) {
      env = MergeTuples(context, frame);
      context = env->slots[0];
    }
    const Value value = Eval(*group.list[entry.pair + 1], context, env);
    if (value.failed()) return value;
    if (!value.undefined()) heap_.Set(object, entry.key, value);
  }
  return Value::OfObject(object);
}

// One tuple whose slots have what those of all the tuples have.
Frame* Evaluator::MergeTuples(const Value& tuples, Frame* frame) {
  if (tuples.tag == Tag::kTuple) return FrameOf(tuples, frame);
  Frame* merged = NewTuple(frame);
  for (uint32_t slot = 0; slot < merged->size; ++slot) {
    Gathered gathered;
    bool bound = false;
    Items items(tuples);
    for (Value tuple; items.Next(&tuple);) {
      const Value& value = tuple.tuple->slots[slot];
      if (value.tag == Tag::kUnbound) continue;
      bound = true;
      gathered.Add(&heap_, value);
    }
    if (bound) merged->slots[slot] = gathered.value;
  }
  return merged;
}

// Each term is evaluated once for each item, and only when it is needed.
Value Evaluator::EvalSort(const Node& sort, const Value& input, Frame* frame, bool tuple_scope) {
  const size_t size = SizeOf(input);
  if (size <= 1) return input;
  std::vector<Value> items;
  Items each(input);
  for (Value item; each.Next(&item);) items.push_back(item);
  const size_t terms = sort.list.size();
  if (!heap_.Fits(size * (terms + 2) * sizeof(Value))) {
    return Exceeded("Expression evaluation memory limit exceeded");
  }
  std::vector<Value> keys(size * terms, Value::Unbound());
  const auto key_of = [&](size_t item, size_t term) -> Value {
    Value& key = keys[item * terms + term];
    if (key.tag != Tag::kUnbound) return key;
    Frame* const env = tuple_scope ? FrameOf(items[item], frame) : frame;
    return key = Eval(*sort.list[term]->left, tuple_scope ? env->slots[0] : items[item], env);
  };
  const auto swap = [&](size_t a, size_t b) {
    for (size_t term = 0; term < terms; ++term) {
      const Value x = key_of(a, term);
      const Value y = x.failed() ? x : key_of(b, term);
      if (y.failed() || !Charge()) return Verdict::kFailed;
      const int order = CompareKeys(sort, x, y);
      if (failed()) return Verdict::kFailed;
      if (order == 0) continue;
      const bool defined = !x.undefined() && !y.undefined();  // undefined comes last either way
      return (order > 0) != (defined && sort.list[term]->descending) ? Verdict::kSwap
                                                                     : Verdict::kKeep;
    }
    return Verdict::kKeep;
  };
  std::vector<size_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  if (!MergeSort(std::span<size_t>(order), swap)) return Value::Failed();
  Array* sorted = heap_.NewArray(size);
  sorted->tuples = tuple_scope;
  for (size_t i : order) heap_.Push(sorted, items[i]);
  return Value::OfArray(sorted);
}

// -1, 0, 1; undefined behind everything.
int Evaluator::CompareKeys(const Node& sort, const Value& x, const Value& y) {
  if (x.undefined()) return y.undefined() ? 0 : 1;
  if (y.undefined()) return -1;
  if (!IsComparable(x) || !IsComparable(y) || x.tag != y.tag) {
    const bool comparable = IsComparable(x) && IsComparable(y);
    Fail(comparable ? "T2007" : "T2008", IsComparable(x) && !comparable ? y : x);
    failure_.position = static_cast<int>(sort.position);
    return 0;
  }
  const std::partial_ordering order = x.is_number()
                                          ? x.number <=> y.number
                                          : std::partial_ordering(CompareTexts(x.text(), y.text()));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

}  // namespace asl::jsonata
