// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Paths: each step is evaluated for each item of what the step before gave, and the results are
// joined into one flat sequence. Most paths are plain names over objects and need no sequence at
// all; a result that would be a sequence of one item is kept as that item. When a step binds
// (@, #) or somebody asks for a parent, tuples.cc takes over.
#include <algorithm>
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/evaluator.h"

namespace asl::jsonata {
namespace {

// Joins the results of a step. `single()`: the sequence would have one item, which is the value;
// otherwise the value is an array, or undefined when there was nothing.
class Joined {
 public:
  explicit Joined(Heap* heap) : heap_(*heap) {}

  static bool IsCons(const Value& value) { return value.tag == Tag::kArray && value.array->cons; }

  void Add(const Value& result) {
    if (result.undefined()) return;
    if (count_++ == 0) {
      first_ = result;
      return;
    }
    if (count_ == 2) {
      sequence_ = heap_.NewSequence(8);
      Flatten(first_);
    }
    Flatten(result);
  }

  // The last step leaves a single array as it is, unless it is a sequence.
  Value Finish(bool last, bool* single) {
    *single = false;
    if (count_ == 0) return {};
    if (count_ > 1) return Value::OfArray(sequence_);
    *single = !first_.is_array() || IsCons(first_);
    const bool ours = first_.tag == Tag::kArray && !*single;
    if (!ours || (last && !first_.array->sequence)) {
      if (last && *single && first_.is_array() && !first_.array->sequence) *single = false;
      return first_;
    }
    if (!first_.array->keep_singleton && !first_.array->outer) return first_;
    sequence_ = heap_.NewSequence(first_.array->size);
    Flatten(first_);
    return Value::OfArray(sequence_);
  }

 private:
  void Flatten(const Value& result) {
    if (!result.is_array() || IsCons(result)) return heap_.Push(sequence_, result);
    Items items(result);
    for (Value item; items.Next(&item);) heap_.Push(sequence_, item);
  }

  Heap& heap_;
  int64_t count_ = 0;
  Value first_;
  Array* sequence_ = nullptr;
};

bool IsEmpty(const Value& value) {
  return value.undefined() || (value.is_array() && SizeOf(value) == 0);
}

}  // namespace

Value Evaluator::EvalPath(const Node& node, const Value& context, Frame* frame) {
  if (!node.fields_only) return EvalSteps(node, 0, context, false, frame);
  Value at = context;
  for (size_t i = 0; i < node.list.size(); ++i) {
    if (!at.is_object()) {
      if (!at.is_array()) return {};
      return EvalSteps(node, i, at, false, frame);
    }
    at = MemberOf(at, node.list[i]->text);
    // What a query made may be marked; the general way knows what that means.
    if (at.tag == Tag::kArray) return EvalSteps(node, i + 1, Settle(at), at.array->cons, frame);
  }
  return at;
}

Value Evaluator::EvalSteps(const Node& node, size_t first, const Value& context, bool single,
                           Frame* frame) {
  Value input = context;
  if (first == 0) single = !input.is_array() || node.list[0]->kind == NodeKind::kVariable;
  const size_t size = node.list.size();
  for (size_t i = first; i < size && !input.failed(); ++i) {
    const Node& step = *node.list[i];
    const bool written = i == 0 && step.cons_array;
    if (i >= node.first_tuple) {
      if (single) input = Sequence(input);
      return EvalPathWithTuples(node, i, input, frame);
    }
    if (written) {
      input = Eval(step, input, frame);
      single = !input.is_array() && !input.undefined();
    } else {
      input = EvalStep(step, input, frame, i + 1 == size, &single);
    }
    if (!single && IsEmpty(input)) {
      // Only what is written as an array, or found by the last step, can be an array and empty.
      if (!written && i + 1 < size) input = {};
      break;
    }
  }
  return input.failed() ? input : FinishPath(node, input, single, frame);
}

Value Evaluator::FinishPath(const Node& node, Value result, bool single, Frame* frame) {
  if (node.keep_singleton && !result.undefined()) {
    const bool ours = result.tag == Tag::kArray;
    const bool cons = ours && result.array->cons && !result.array->sequence;
    if (single || cons) result = Sequence(result);
    if (result.tag == Tag::kArray) result.array->keep_singleton = true;
    single = false;
  }
  if (node.group == nullptr) return result;
  if (single && result.is_array()) result = Sequence(result);
  // A path that ended before its first tuple has nothing bound, but its group expects a tuple's frame.
  return EvalGroup(*node.group, result, frame, node.first_tuple < node.list.size());
}

Value Evaluator::Sequence(const Value& item) {
  Array* sequence = heap_.NewSequence(1);
  heap_.Push(sequence, item);
  return Value::OfArray(sequence);
}

Value Evaluator::EvalStep(const Node& step, const Value& input, Frame* frame, bool last,
                          bool* single) {
  if (step.kind == NodeKind::kSort) {
    // What there is to sort is a sequence; of one item too.
    const bool one = *single || (input.is_array() && SizeOf(input) == 1 && !Joined::IsCons(input));
    Value sorted =
        EvalSort(step, one ? Sequence(*single ? input : ItemAt(input, 0)) : input, frame, false);
    *single = false;
    return sorted.failed() ? sorted : ApplyStages(step, sorted, frame, false);
  }
  Joined joined(&heap_);
  Items items(*single ? Value() : input);
  Value item = input;
  for (bool more = *single || items.Next(&item); more; more = items.Next(&item)) {
    Value result = Eval(step, item, frame);
    for (const Stage& stage : step.stages) {
      if (result.failed()) return result;
      result = Filter(*stage.predicate, result, frame, false);
    }
    if (result.failed() || !Charge()) return Value::Failed();
    joined.Add(result);
  }
  return joined.Finish(last, single);
}

Value Evaluator::FilterAt(double index, const Value& input) {
  const bool array = input.is_array();
  const double size = array ? static_cast<double>(SizeOf(input)) : 1;
  index = std::floor(index);
  if (index < 0) index += size;
  const bool stream = input.tag == Tag::kArray && input.array->tuples;
  Value item;
  if (index >= 0 && index < size) item = array ? ItemAt(input, static_cast<size_t>(index)) : input;
  if (!stream && !item.undefined()) return item;
  Array* kept = heap_.NewSequence(1);
  kept->tuples = stream;
  if (!item.undefined()) heap_.Push(kept, item);
  return Value::OfArray(kept);
}

// How often the item at `index` is kept: a number or several name places, all else is yes or no.
bool Evaluator::Keeps(const Value& verdict, double index, double size, int* times) {
  *times = 0;
  if (!verdict.is_number() && !verdict.is_array()) {
    *times = Truth(*this, verdict) ? 1 : 0;
    return !failed();
  }
  Items numbers(verdict);
  for (Value number; numbers.Next(&number);) {
    if (!number.is_number() || std::isnan(number.number)) {
      *times = Truth(*this, verdict) ? 1 : 0;
      return !failed();
    }
    if (std::isinf(number.number)) return !Fail("D1001", number).failed();
    double place = std::floor(number.number);
    if (place < 0) place += size;
    if (place == index) ++*times;
  }
  return Charge(static_cast<int64_t>(SizeOf(verdict)));
}

Value Evaluator::Filter(const Node& predicate, const Value& input, Frame* frame, bool tuple_scope) {
  if (predicate.kind == NodeKind::kNumber) return FilterAt(predicate.number, input);
  const bool stream = input.tag == Tag::kArray && input.array->tuples;
  Array* kept = nullptr;
  Value only;
  Frame* const no_tuple = tuple_scope && !stream
                              ? heap_.NewFrame(frame, static_cast<size_t>(program_.tuple_slots))
                              : frame;
  Items items(input.undefined() ? Sequence(input) : input);
  const double size = input.is_array() ? static_cast<double>(SizeOf(input)) : 1;
  double index = 0;
  for (Value item; items.Next(&item); ++index) {
    if (!Charge()) return Value::Failed();
    const Value verdict = stream ? Eval(predicate, item.tuple->slots[0], FrameOf(item, frame))
                                 : Eval(predicate, item, no_tuple);
    int times = 0;
    if (verdict.failed() || !Keeps(verdict, index, size, &times)) return Value::Failed();
    for (; times > 0; --times) {
      const bool first = kept == nullptr && only.undefined();
      if (first && !item.is_array() && !item.undefined() && !stream) {
        only = item;
        continue;
      }
      if (kept == nullptr) {
        kept = heap_.NewSequence(4);
        if (!only.undefined()) heap_.Push(kept, only);
      }
      heap_.Push(kept, item);
    }
  }
  if (kept == nullptr && !stream && !only.undefined()) return only;
  if (kept == nullptr) kept = heap_.NewSequence();
  kept->tuples = stream;
  return Value::OfArray(kept);
}

Value Evaluator::Wildcard(const Value& context) {
  Value from = context;
  if (from.tag == Tag::kArray && from.array->outer && from.array->size > 0)
    from = from.array->At(0);
  Array* found = heap_.NewSequence(8);
  const auto add = [&](const Value& value) {
    if (!value.is_array()) return heap_.Push(found, value);
    found->sequence = false;  // joined with an array, it is one
    Flatten(value, found, 0);
  };
  if (from.is_array()) {
    Items items(from);
    for (Value item; items.Next(&item);) add(item);
  }
  Members members(from);
  std::string_view key;
  for (Value value; members.Next(&key, &value);) add(value);
  if (!Charge(found->size)) return Value::Failed();
  return Value::OfArray(found);
}

void Evaluator::Flatten(const Value& value, Array* out, int depth) {
  if (!value.is_array()) return heap_.Push(out, value);
  if (depth > kValueDepthMax) {
    Exceeded("Stack overflow error");
    return;
  }
  Items items(value);
  for (Value item; items.Next(&item) && Charge();) Flatten(item, out, depth + 1);
}

Value Evaluator::Descendants(const Value& context) {
  if (context.undefined()) return {};
  Array* found = heap_.NewSequence(16);
  Descend(context, found, 0);
  return failed() ? Value::Failed() : Value::OfArray(found);
}

void Evaluator::Descend(const Value& value, Array* out, int depth) {
  if (depth > kValueDepthMax) {
    Exceeded("Stack overflow error");
    return;
  }
  if (!value.is_array()) heap_.Push(out, value);
  if (!Charge()) return;
  if (value.is_array()) {
    Items items(value);
    for (Value item; items.Next(&item) && !failed();) Descend(item, out, depth + 1);
  }
  Members members(value);
  std::string_view key;
  for (Value member; members.Next(&key, &member) && !failed();) Descend(member, out, depth + 1);
}

}  // namespace asl::jsonata
