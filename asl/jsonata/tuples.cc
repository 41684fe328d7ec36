// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Paths that carry more than items along. A tuple is a frame: slot 0 is the item, the others hold
// what @$x and #$i have bound and the parents that some % asks for, so an expression that is
// evaluated for a tuple finds these as variables. A tuple stream is an array of tuples; it leaves
// its path only towards a path around it (Node::tuple), everybody else gets the items.
#include <algorithm>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/evaluator.h"

namespace asl::jsonata {

Frame* Evaluator::NewTuple(Frame* frame) {
  return heap_.NewFrame(frame, static_cast<size_t>(program_.tuple_slots));
}

Frame* Evaluator::CopyTuple(const Frame& tuple, Frame* frame) {
  Frame* copy = NewTuple(frame);
  std::copy_n(tuple.slots, tuple.size, copy->slots);
  return copy;
}

Frame* Evaluator::FrameOf(const Value& tuple, Frame* frame) {
  return tuple.tuple->outer == frame ? tuple.tuple : CopyTuple(*tuple.tuple, frame);
}

Value Evaluator::ItemsOfTuples(const Value& stream) {
  Array* sequence = heap_.NewSequence(stream.array->size);
  sequence->keep_singleton = stream.array->keep_singleton;
  Items tuples(stream);
  for (Value tuple; tuples.Next(&tuple);) heap_.Push(sequence, tuple.tuple->slots[0]);
  return Settle(Value::OfArray(sequence));
}

Value Evaluator::EvalPathWithTuples(const Node& node, size_t first, const Value& input,
                                    Frame* frame) {
  Value stream;
  for (size_t i = first; i < node.list.size(); ++i) {
    const Node& step = *node.list[i];
    if (stream.undefined() && step.kind == NodeKind::kSort) {
      stream = SortIntoTuples(step, input, frame);
    } else if (stream.undefined()) {
      Array* tuples = heap_.NewSequence(SizeOf(input));
      tuples->tuples = true;
      Items items(input);
      for (Value item; items.Next(&item);) {
        Frame* tuple = NewTuple(frame);
        tuple->slots[0] = item;
        heap_.Push(tuples, Value::OfTuple(tuple));
      }
      stream = EvalTupleStep(step, Value::OfArray(tuples), frame);
    } else {
      stream = EvalTupleStep(step, stream, frame);
    }
    if (!stream.failed()) stream = ApplyStages(step, stream, frame, true);
    if (stream.failed()) return stream;
  }
  if (node.group != nullptr) return EvalGroup(*node.group, stream, frame, true);
  stream.array->keep_singleton = node.keep_singleton;
  return node.tuple ? stream : ItemsOfTuples(stream);
}

Value Evaluator::SortIntoTuples(const Node& step, const Value& input, Frame* frame) {
  const Value sorted = EvalSort(step, input, frame, false);
  if (sorted.failed()) return sorted;
  Array* tuples = heap_.NewSequence(SizeOf(sorted));
  tuples->tuples = true;
  Items items(sorted);
  for (Value item; items.Next(&item);) {
    Frame* tuple = NewTuple(frame);
    tuple->slots[0] = item;
    if (step.index_slot > 0) tuple->slots[step.index_slot] = Value::Number(tuples->size);
    heap_.Push(tuples, Value::OfTuple(tuple));
  }
  return Value::OfArray(tuples);
}

Value Evaluator::EvalTupleStep(const Node& step, const Value& input, Frame* frame) {
  if (step.kind == NodeKind::kSort) return EvalSort(step, input, frame, true);
  Array* out = heap_.NewSequence(SizeOf(input));
  out->tuples = true;
  Items tuples(input);
  for (Value tuple; tuples.Next(&tuple);) {
    Frame* from = FrameOf(tuple, frame);
    const Value result = EvalStream(step, from->slots[0], from);
    if (result.failed() || !AddTuples(step, *from, result, frame, out)) return Value::Failed();
  }
  return Value::OfArray(out);
}

bool Evaluator::AddTuples(const Node& step, const Frame& from, const Value& result, Frame* frame,
                          Array* out) {
  const bool stream = result.tag == Tag::kArray && result.array->tuples;
  Items items(result);
  double index = 0;
  for (Value item; items.Next(&item); ++index) {
    if (!Charge()) return false;
    Frame* tuple = CopyTuple(from, frame);
    if (stream) {  // of an inner path: what it bound is bound here as well
      for (uint32_t i = 0; i < tuple->size; ++i) {
        const Value& bound = item.tuple->slots[i];
        if (bound.tag != Tag::kUnbound) tuple->slots[i] = bound;
      }
    } else {
      if (step.focus_slot > 0) {
        tuple->slots[step.focus_slot] = item;
      } else {
        tuple->slots[0] = item;
      }
      if (step.index_slot > 0) tuple->slots[step.index_slot] = Value::Number(index);
      if (step.ancestor_slot > 0) tuple->slots[step.ancestor_slot] = from.slots[0];
    }
    heap_.Push(out, Value::OfTuple(tuple));
  }
  return true;
}

Value Evaluator::ApplyStages(const Node& step, Value input, Frame* frame, bool tuple_scope) {
  for (const Stage& stage : step.stages) {
    if (input.failed()) return input;
    if (stage.predicate != nullptr) {
      input = Filter(*stage.predicate, input, frame, tuple_scope);
      continue;
    }
    Items tuples(input);
    double index = 0;
    for (Value tuple; tuples.Next(&tuple); ++index) {
      tuple.tuple->slots[stage.index_slot] = Value::Number(index);
    }
  }
  return input;
}

}  // namespace asl::jsonata
