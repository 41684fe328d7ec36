// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One evaluation of one expression: walks the tree and keeps all state that changes. An error is
// the value kFailed with its details in failure(); whoever gets a failed value returns it at once.
// The functions of the language (builtin.h) call back into it. One thread, one use.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "asl/jsonata/heap.h"
#include "asl/jsonata/jsonata.h"
#include "asl/jsonata/regex.h"
#include "asl/jsonata/tree.h"
#include "asl/jsonata/value.h"

namespace asl::jsonata {

// A callback's arguments, most often few.
using Arguments = std::span<const Value>;

class Evaluator {
 public:
  Evaluator(const Program& program, const Environment& environment);

  Value Run();
  const Error& failure() const { return failure_; }

  // The value of `node` where the context (`$`) and the variables are these.
  Value Eval(const Node& node, const Value& context, Frame* frame) {
    Value value = EvalStream(node, context, frame);
    if (value.tag == Tag::kArray && value.array->tuples) return ItemsOfTuples(value);
    return value;
  }

  // Calls any value as a function; tail calls run in a loop. `context` is for parameters that are
  // left out.
  Value Apply(const Value& function, Arguments arguments, const Value& context);
  // As the functions of higher order do: as many arguments as the function takes.
  Value ApplyUpTo(const Value& function, Arguments arguments);
  // How many arguments it takes.
  static int ArityOf(const Function& function);

  // Errors. The position and token are filled in by the call or operator around.
  Value Fail(std::string_view code, const Value& value = {}, int index = 0);
  Value FailWith(Error error);
  Value Exceeded(std::string_view message);
  // Names the function that has just failed, whatever it was called by.
  Value FailIn(std::string_view function) {
    failure_.token = function;
    return Value::Failed();
  }
  bool failed() const { return !failure_.ok(); }

  // Counts `n` steps; false when there are no more, then the failure is set.
  bool Charge(int64_t n = 1);

  Heap& heap() { return heap_; }
  const Environment& environment() const { return environment_; }
  Value Text(std::string_view text) { return heap_.Text(text); }
  // A value as errors show it: compact JSON, cut short.
  std::string Excerpt(const Value& value);
  // A result that was put together; fails when it is too large.
  Value Built(const std::string& text);

  // A new function value.
  Function* NewFunction(FunctionKind kind) {
    Function* function = heap_.New<Function>();
    function->kind = kind;
    return function;
  }

  // What an input value stands for: adopts its document.
  Value Adopt(const Json& json);
  const std::shared_ptr<const JsonDocument>& document(uint16_t origin) const {
    return documents_[origin - 1];
  }

  // Matches a regex at byte `from`; charges what it costs. False: no match, or failed().
  bool MatchRegex(const Regex& regex, std::string_view text, size_t from,
                  std::vector<Span>* groups);
  // The first match as the object that matchers return; undefined when there is none.
  Value MatchObject(const Node& regex, const Value& text, size_t from);

 private:
  struct TailCall {
    Value callee;
    std::vector<Value> arguments;
    const Node* site = nullptr;
  };

  Value EvalStream(const Node& node, const Value& context, Frame* frame);
  Value EvalDecorated(const Node& node, const Value& context, Frame* frame);
  Value EvalKind(const Node& node, const Value& context, Frame* frame);
  Value EvalVariable(const Node& node, const Value& context, Frame* frame);
  Value FreeVariable(int name);
  Value EvalArray(const Node& node, const Value& context, Frame* frame);
  Value EvalBlock(const Node& node, const Value& context, Frame* frame);
  Value EvalBind(const Node& node, const Value& context, Frame* frame);
  Value EvalCondition(const Node& node, const Value& context, Frame* frame);
  Value EvalNegate(const Node& node, const Value& context, Frame* frame);
  Value MakeClosure(const Node& node, const Value& context, Frame* frame);
  // A sequence of one item is the item, an empty one is undefined. REQUIRES: a kArray.
  static Value Settle(const Value& value);
  Value ItemsOfTuples(const Value& stream);

  // operators.cc
  Value EvalBinary(const Node& node, const Value& context, Frame* frame);
  Value Arithmetic(const Node& node, const Value& left, const Value& right);
  Value Compare(const Node& node, const Value& left, const Value& right);
  Value Includes(const Value& left, const Value& right);
  Value Concatenate(const Node& node, const Value& left, const Value& right);
  Value Range(const Value& left, const Value& right);
  Value AtOperator(const Node& node, Value failed_or_value);

  // path.cc
  Value EvalPath(const Node& node, const Value& context, Frame* frame);
  Value EvalSteps(const Node& node, size_t first, const Value& context, bool single, Frame* frame);
  Value EvalStep(const Node& step, const Value& input, Frame* frame, bool last, bool* single);
  Value FinishPath(const Node& node, Value result, bool single, Frame* frame);
  Value Sequence(const Value& item);
  Value Filter(const Node& predicate, const Value& input, Frame* frame, bool tuple_scope);
  Value FilterAt(double index, const Value& input);
  bool Keeps(const Value& verdict, double index, double size, int* times);
  Value Wildcard(const Value& context);
  Value Descendants(const Value& context);
  void Flatten(const Value& value, Array* out, int depth);
  void Descend(const Value& value, Array* out, int depth);

  // tuples.cc
  Value EvalPathWithTuples(const Node& node, size_t first, const Value& input, Frame* frame);
  Value EvalTupleStep(const Node& step, const Value& input, Frame* frame);
  bool AddTuples(const Node& step, const Frame& from, const Value& result, Frame* frame,
                 Array* out);
  Value SortIntoTuples(const Node& step, const Value& input, Frame* frame);
  Value ApplyStages(const Node& step, Value input, Frame* frame, bool tuple_scope);
  Frame* NewTuple(Frame* frame);
  Frame* CopyTuple(const Frame& tuple, Frame* frame);
  // The tuple as a frame within `frame`.
  Frame* FrameOf(const Value& tuple, Frame* frame);

  // group.cc
  Value EvalGroup(const Node& group, const Value& input, Frame* frame, bool tuple_scope);
  Value EvalSort(const Node& sort, const Value& input, Frame* frame, bool tuple_scope);
  Frame* MergeTuples(const Value& tuples, Frame* frame);
  int CompareKeys(const Node& sort, const Value& x, const Value& y);

  // apply.cc
  Value EvalCall(const Node& node, const Value& context, Frame* frame, const Value* first);
  Value EvalPartial(const Node& node, const Value& context, Frame* frame);
  Value EvalApply(const Node& node, const Value& context, Frame* frame);
  Value ApplyOnce(const Value& function, Arguments arguments, const Value& context);
  Value CallLambda(const Function& function, Arguments arguments);
  Value CallPartial(const Function& function, Arguments arguments);
  Value CallComposed(const Function& function, Arguments arguments);
  Value CallTransform(const Function& function, Arguments arguments);
  Value CallNextMatch(const Function& function);
  bool Update(const Node& transform, Frame* frame, const Value& match);
  // Holds the arguments to the signature; they may be completed, then they are in `storage`.
  bool Validate(const Signature& signature, const Value& context, Arguments* arguments,
                std::vector<Value>* storage);
  bool Complete(const Signature& signature, const Value& context, Arguments arguments,
                std::vector<Value>* storage);
  bool FitArray(const Parameter& parameter, size_t index, Value* argument);
  void Locate(const Node& site);

  bool Enter();
  static void Capture(Frame* frame);

  const Program& program_;
  const Environment& environment_;
  Heap heap_;
  Error failure_;
  int depth_ = 0;
  int64_t steps_left_;
  Value input_;                     // as given; `$$`
  std::vector<Value> free_values_;  // of Program::free_names; kUnbound: not asked for yet
  std::vector<std::shared_ptr<const JsonDocument>> documents_;
  TailCall tail_call_;
};

}  // namespace asl::jsonata
