// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Calling functions. A call in tail position does not happen where it stands: it is put into
// tail_call_, kUnbound is answered up to the Apply() that runs the function around it, and that
// one goes on with it in a loop.
#include <array>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/evaluator.h"

namespace asl::jsonata {
namespace {

// Arguments of one call; most calls have few.
class ArgumentList {
 public:
  explicit ArgumentList(size_t capacity) {
    if (capacity > few_.size()) many_.reserve(capacity);
    spilled_ = capacity > few_.size();
  }
  void Add(const Value& value) {
    if (spilled_) {
      many_.push_back(value);
    } else {
      few_[size_++] = value;
    }
  }
  Arguments all() const { return spilled_ ? Arguments(many_) : Arguments(few_.data(), size_); }

 private:
  std::array<Value, 5> few_;
  size_t size_ = 0;
  bool spilled_ = false;
  std::vector<Value> many_;
};

}  // namespace

Value Evaluator::EvalCall(const Node& node, const Value& context, Frame* frame,
                          const Value* first) {
  const Value callee = Eval(*node.left, context, frame);
  if (callee.failed()) return callee;
  if (callee.undefined() && node.hint != nullptr) {
    if (!EvalVariable(*node.hint, context, frame).undefined()) {
      Fail("T1005");
      Locate(node);
      return Value::Failed();
    }
  }
  ArgumentList arguments(node.list.size() + 1);
  if (first != nullptr) arguments.Add(*first);
  for (const Node* argument : node.list) {
    arguments.Add(Eval(*argument, context, frame));
    if (failed()) return Value::Failed();
  }
  if (node.tail_call && first == nullptr) {
    tail_call_.callee = callee;
    tail_call_.arguments.assign(arguments.all().begin(), arguments.all().end());
    tail_call_.site = &node;
    return Value::Unbound();
  }
  const Value result = Apply(callee, arguments.all(), context);
  if (result.failed()) Locate(node);
  return result;
}

// Who fails without a place of his own is where he was called.
void Evaluator::Locate(const Node& site) {
  if (failure_.position < 0) failure_.position = static_cast<int>(site.position);
  if (!failure_.token.empty()) return;
  const Node& callee = *site.left;
  failure_.token = callee.kind == NodeKind::kPath ? callee.list[0]->text : callee.text;
}

Value Evaluator::Apply(const Value& function, Arguments arguments, const Value& context) {
  Value result = ApplyOnce(function, arguments, context);
  while (result.tag == Tag::kUnbound) {
    if (!Charge()) return Value::Failed();
    const TailCall call = std::exchange(tail_call_, {});
    result = ApplyOnce(call.callee, call.arguments, context);
    if (result.failed()) Locate(*call.site);
  }
  return result;
}

Value Evaluator::ApplyUpTo(const Value& function, Arguments arguments) {
  if (!function.is_function()) return Fail("T1006");
  const size_t arity = static_cast<size_t>(std::max(1, ArityOf(*function.function)));
  return Apply(function, arguments.first(std::min(arity, arguments.size())), Value::Null());
}

int Evaluator::ArityOf(const Function& function) {
  switch (function.kind) {
    case FunctionKind::kBuiltin:
      return function.builtin->arity;
    case FunctionKind::kLambda:
      return static_cast<int>(function.node->list.size());
    case FunctionKind::kPartial: {
      int open = 0;
      for (uint32_t i = 0; i < function.count; ++i) {
        open += function.arguments[i].tag == Tag::kUnbound ? 1 : 0;
      }
      return open;
    }
    case FunctionKind::kRegex:
      return 2;
    case FunctionKind::kNextMatch:
      return 0;
    case FunctionKind::kComposed:
    case FunctionKind::kTransform:
      return 1;
  }
  return 0;
}

Value Evaluator::ApplyOnce(const Value& function, Arguments arguments, const Value& context) {
  if (!function.is_function()) return Fail("T1006");
  const Function& callee = *function.function;
  std::vector<Value> storage;
  switch (callee.kind) {
    case FunctionKind::kBuiltin: {
      if (!Validate(*callee.builtin->signature, context, &arguments, &storage)) {
        return Value::Failed();
      }
      // A level of its own: it may call back, and a tail call to it has none.
      Value result;
      if (Enter()) result = callee.builtin->code(*this, {arguments, context});
      --depth_;
      return failed() ? Value::Failed() : result;
    }
    case FunctionKind::kLambda:
      if (callee.node->signature != nullptr &&
          !Validate(*callee.node->signature, context, &arguments, &storage)) {
        return Value::Failed();
      }
      return CallLambda(callee, arguments);
    case FunctionKind::kTransform:
      return CallTransform(callee, arguments);
    case FunctionKind::kRegex:
      if (arguments.empty() || !arguments[0].is_string()) return {};
      return MatchObject(*callee.node, arguments[0], 0);
    case FunctionKind::kNextMatch:
      return CallNextMatch(callee);
    case FunctionKind::kPartial:
    case FunctionKind::kComposed:
      break;
  }
  // These call on without a node of their own, so they count as a level.
  const bool partial = callee.kind == FunctionKind::kPartial;
  Value result = Value::Failed();
  if (Enter()) result = partial ? CallPartial(callee, arguments) : CallComposed(callee, arguments);
  --depth_;
  return result;
}

Value Evaluator::CallLambda(const Function& function, Arguments arguments) {
  const Node& node = *function.node;
  Frame* frame = function.frame;
  if (node.slots == 0) return Eval(*node.left, function.context, frame);
  Frame* const own = heap_.NewFrame(frame, static_cast<size_t>(node.slots));
  for (size_t i = 0; i < node.list.size(); ++i) {
    own->slots[node.list[i]->slot] = i < arguments.size() ? arguments[i] : Value();
  }
  const Value result = Eval(*node.left, function.context, own);
  if (!own->captured) heap_.Release(own);
  return result;
}

Value Evaluator::EvalPartial(const Node& node, const Value& context, Frame* frame) {
  std::vector<Value> arguments;
  for (const Node* argument : node.list) {
    const bool open = argument->kind == NodeKind::kPlaceholder;
    arguments.push_back(open ? Value::Unbound() : Eval(*argument, context, frame));
    if (failed()) return Value::Failed();
  }
  const Value callee = Eval(*node.left, context, frame);
  if (callee.failed()) return callee;
  if (!callee.is_function()) {
    const bool meant = callee.undefined() && node.hint != nullptr &&
                       !EvalVariable(*node.hint, context, frame).undefined();
    Fail(meant ? "T1007" : "T1008");
    Locate(node);
    return Value::Failed();
  }
  Function* partial = NewFunction(FunctionKind::kPartial);
  Array* kept = heap_.NewArray(arguments.size());
  for (const Value& argument : arguments) heap_.Push(kept, argument);
  partial->first = callee.function;
  partial->arguments = kept->items;
  partial->count = kept->size;
  return Value::OfFunction(partial);
}

// The arguments take the places of the ? in turn. Signatures of lambdas are not asked again.
Value Evaluator::CallPartial(const Function& function, Arguments arguments) {
  ArgumentList all(function.count);
  size_t next = 0;
  for (uint32_t i = 0; i < function.count; ++i) {
    const bool open = function.arguments[i].tag == Tag::kUnbound;
    const Value given = next < arguments.size() ? arguments[next] : Value();
    all.Add(open ? given : function.arguments[i]);
    next += open ? 1 : 0;
  }
  if (function.first->kind != FunctionKind::kLambda) {
    return Apply(Value::OfFunction(function.first), all.all(), Value());
  }
  Value result = CallLambda(*function.first, all.all());
  if (result.tag != Tag::kUnbound) return result;
  const TailCall call = std::exchange(tail_call_, {});
  result = Apply(call.callee, call.arguments, Value());
  if (result.failed()) Locate(*call.site);
  return result;
}

Value Evaluator::EvalApply(const Node& node, const Value& context, Frame* frame) {
  const Value left = Eval(*node.left, context, frame);
  if (left.failed()) return left;
  if (node.right->kind == NodeKind::kCall) return EvalCall(*node.right, context, frame, &left);
  const Value function = Eval(*node.right, context, frame);
  if (function.failed()) return function;
  if (!function.is_function()) {
    Fail("T2006", function);
    failure_.position = static_cast<int>(node.position);
    return Value::Failed();
  }
  if (!left.is_function()) {
    const Value result = Apply(function, Arguments(&left, 1), Value::Null());
    return result;
  }
  Function* composed = NewFunction(FunctionKind::kComposed);
  composed->first = left.function;
  composed->second = function.function;
  return Value::OfFunction(composed);
}

Value Evaluator::CallComposed(const Function& function, Arguments arguments) {
  const Value argument = arguments.empty() ? Value() : arguments[0];
  const Value between =
      Apply(Value::OfFunction(function.first), Arguments(&argument, 1), Value::Null());
  if (between.failed()) return between;
  return Apply(Value::OfFunction(function.second), Arguments(&between, 1), Value::Null());
}

// The argument is copied, so that what the pattern finds in the copy can be changed in place.
Value Evaluator::CallTransform(const Function& function, Arguments arguments) {
  const Node& node = *function.node;
  const Value given = arguments.empty() ? Value() : arguments[0];
  if (given.undefined()) return given;
  if (!given.is_object() && !given.is_array()) return Fail("T0410", given, 1);
  const Value result = Clone(*this, {Arguments(&given, 1), Value()});
  if (result.failed()) return result;
  const Value matches = Eval(*node.left, result, function.frame);
  if (matches.failed()) return matches;
  std::vector<Value> found;
  Items items(matches);
  for (Value match; items.Next(&match);) found.push_back(match);
  for (const Value& match : found) {
    if (!Update(node, function.frame, match)) return Value::Failed();
  }
  return result;
}

bool Evaluator::Update(const Node& node, Frame* frame, const Value& match) {
  const Value update = Eval(*node.right, match, frame);
  if (update.failed()) return false;
  if (!update.undefined() && !update.is_object()) {
    Fail("T2011", update);
    failure_.position = static_cast<int>(node.right->position);
    return false;
  }
  Members members(update);
  std::string_view key;
  for (Value value; match.tag == Tag::kObject && members.Next(&key, &value);) {
    heap_.Set(match.object, key, value);
  }
  const Value deletions = node.third == nullptr ? Value() : Eval(*node.third, match, frame);
  if (deletions.failed()) return false;
  Items names(deletions);
  for (Value name; names.Next(&name);) {
    if (!name.is_string()) {
      Fail("T2012", deletions);
      failure_.position = static_cast<int>(node.third->position);
      return false;
    }
    if (match.tag == Tag::kObject) heap_.Erase(match.object, name.text());
  }
  return Charge();
}

}  // namespace asl::jsonata
