// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The switch over the kinds of nodes, and the small kinds. What is more than a screen has a file
// of its own: operators.cc, path.cc, tuples.cc, group.cc, apply.cc.
#include "asl/jsonata/builtin.h"
#include "asl/jsonata/evaluator.h"
#include "asl/jsonata/number_text.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {

Evaluator::Evaluator(const Program& program, const Environment& environment)
    : program_(program),
      environment_(environment),
      heap_(environment.limits.bytes_max),
      steps_left_(environment.limits.steps_max),
      free_values_(program.free_names.size(), Value::Unbound()) {}

Value Evaluator::Run() {
  Value context;
  if (environment_.input != nullptr) input_ = context = Adopt(*environment_.input);
  if (context.is_array()) {
    // The input is one value, whatever it is: a wrapper keeps an array from being taken apart.
    Array* wrapper = heap_.NewSequence(1);
    wrapper->outer = true;
    heap_.Push(wrapper, context);
    context = Value::OfArray(wrapper);
  }
  Frame* frame = program_.top_slots == 0
                     ? nullptr
                     : heap_.NewFrame(nullptr, static_cast<size_t>(program_.top_slots));
  const Value value = Eval(*program_.root, context, frame);
  if (failed() || !Charge(0)) return Value::Failed();
  return value;
}

Value Evaluator::Adopt(const Json& json) {
  const std::shared_ptr<const JsonDocument>& document = JsonAccess::Document(json);
  size_t at = 0;
  while (at < documents_.size() && documents_[at] != document) ++at;
  // Origins are 16 bits wide; who binds more documents than that gets scalars only from the rest.
  if (at == documents_.size()) documents_.push_back(document);
  if (at >= UINT16_MAX) return FailWith({.code = "U1001", .message = "Too many documents"});
  return Value::OfNode(document.get(), static_cast<uint16_t>(at + 1), JsonAccess::Node(json));
}

Value Evaluator::FailWith(Error error) {
  if (failure_.ok()) failure_ = std::move(error);
  return Value::Failed();
}

Value Evaluator::Fail(std::string_view code, const Value& value, int index) {
  if (!failure_.ok()) return Value::Failed();
  Error error;
  error.code = code;
  error.index = index;
  if (!value.undefined()) error.value = Excerpt(value);
  return FailWith(std::move(error));
}

Value Evaluator::Exceeded(std::string_view message) {
  return FailWith({.code = "U1001", .message = std::string(message)});
}

bool Evaluator::Charge(int64_t n) {
  steps_left_ -= n;
  if (steps_left_ < 0) Exceeded("Expression evaluation timeout");
  if (heap_.exhausted()) Exceeded("Expression evaluation memory limit exceeded");
  return !failed();
}

// A leaf is no level of its own here: who has leaves counts one more for them.
bool Evaluator::Enter() {
  if (++depth_ >= environment_.limits.depth_max) {
    Exceeded("Stack overflow error");
    return false;
  }
  return Charge();
}

Value Evaluator::Built(const std::string& text) {
  if (text.size() > kResultBytesMax) return Exceeded("Expression evaluation memory limit exceeded");
  return Text(text);
}

Value Evaluator::Settle(const Value& value) {
  const Array& array = *value.array;
  if (!array.sequence || array.tuples) return value;
  if (array.size == 0) return {};
  return array.size == 1 && !array.keep_singleton ? array.At(0) : value;
}

Value Evaluator::EvalStream(const Node& node, const Value& context, Frame* frame) {
  if (node.decorated) return EvalDecorated(node, context, frame);
  switch (node.kind) {
    case NodeKind::kString:
      return Value::String(node.text);
    case NodeKind::kNumber:
      return Value::Number(node.number);
    case NodeKind::kConstant:
      return node.number < 0 ? Value::Null() : Value::Bool(node.number > 0);
    case NodeKind::kName:
    case NodeKind::kVariable: {
      const Value value = node.kind == NodeKind::kName ? LookupName(*this, context, node.text)
                                                       : EvalVariable(node, context, frame);
      return value.tag == Tag::kArray ? Settle(value) : value;
    }
    default:
      break;
  }
  Value value = Enter() ? EvalKind(node, context, frame) : Value::Failed();
  --depth_;
  return value.tag == Tag::kArray ? Settle(value) : value;
}

Value Evaluator::EvalDecorated(const Node& node, const Value& context, Frame* frame) {
  if (node.scope_slots > 0) frame = heap_.NewFrame(frame, static_cast<size_t>(node.scope_slots));
  Value value = Enter() ? EvalKind(node, context, frame) : Value::Failed();
  for (const Stage& stage : node.predicates) {
    if (!value.failed()) value = Filter(*stage.predicate, value, frame, node.tuple);
  }
  // What a predicate keeps is a sequence, even where Filter() answers the one item itself.
  const bool kept_one = !node.predicates.empty() && !value.undefined() && !value.is_array();
  if (node.keep_array && kept_one && !value.failed()) value = Sequence(value);
  if (node.group != nullptr && node.kind != NodeKind::kPath && !value.failed()) {
    value = EvalGroup(*node.group, value, frame, node.tuple);
  }
  --depth_;
  if (value.tag != Tag::kArray) return value;
  if (node.keep_array && value.array->sequence && !value.array->tuples) {
    value.array->keep_singleton = true;
  }
  return Settle(value);
}

Value Evaluator::EvalKind(const Node& node, const Value& context, Frame* frame) {
  switch (node.kind) {
    case NodeKind::kString:
      return Value::String(node.text);
    case NodeKind::kNumber:
      return Value::Number(node.number);
    case NodeKind::kConstant:
      return node.number < 0 ? Value::Null() : Value::Bool(node.number > 0);
    case NodeKind::kName:
      return LookupName(*this, context, node.text);
    case NodeKind::kVariable:
    case NodeKind::kParent:
      return EvalVariable(node, context, frame);
    case NodeKind::kWildcard:
      return Wildcard(context);
    case NodeKind::kDescendants:
      return Descendants(context);
    case NodeKind::kBinary:
      return EvalBinary(node, context, frame);
    case NodeKind::kNegate:
      return EvalNegate(node, context, frame);
    case NodeKind::kArray:
      return EvalArray(node, context, frame);
    case NodeKind::kObject:
      return EvalGroup(node, context, frame, false);
    case NodeKind::kBlock:
      return EvalBlock(node, context, frame);
    case NodeKind::kCondition:
      return EvalCondition(node, context, frame);
    case NodeKind::kCall:
      return EvalCall(node, context, frame, nullptr);
    case NodeKind::kPartial:
      return EvalPartial(node, context, frame);
    case NodeKind::kLambda:
    case NodeKind::kTransform:
    case NodeKind::kRegex:
      return MakeClosure(node, context, frame);
    case NodeKind::kPath:
      return EvalPath(node, context, frame);
    case NodeKind::kBind:
      return EvalBind(node, context, frame);
    case NodeKind::kApply:
      return EvalApply(node, context, frame);
    case NodeKind::kPlaceholder:
    case NodeKind::kTerm:
    case NodeKind::kSort:
    case NodeKind::kKeyword:
    case NodeKind::kEnd:
      break;
  }
  return {};
}

Value Evaluator::EvalVariable(const Node& node, const Value& context, Frame* frame) {
  if (node.kind == NodeKind::kVariable) {
    if (node.text.empty()) {
      const bool wrapped = context.tag == Tag::kArray && context.array->outer;
      return wrapped ? context.array->At(0) : context;
    }
    if (node.text == "$") return input_;
  }
  uint16_t up = 0;
  for (const Place& place : node.places) {
    for (; up < place.frames_up; ++up) frame = frame->outer;
    const Value& value = frame->slots[place.slot];
    if (value.tag != Tag::kUnbound) return value;
  }
  return node.free_name < 0 ? Value() : FreeVariable(node.free_name);
}

Value Evaluator::FreeVariable(int name) {
  Value& value = free_values_[static_cast<size_t>(name)];
  if (value.tag != Tag::kUnbound) return value;
  const FreeName& free = program_.free_names[static_cast<size_t>(name)];
  std::optional<Variable> bound;
  if (environment_.variables) bound = environment_.variables(free.name);
  if (!bound && free.builtin != nullptr) {
    Function* function = NewFunction(FunctionKind::kBuiltin);
    function->builtin = free.builtin;
    return value = Value::OfFunction(function);
  }
  if (!bound) return value = Value();
  if (const Json* json = std::get_if<Json>(&bound->value)) return value = Adopt(*json);
  Object* object = heap_.NewObject();
  for (const auto& [key, member] : *std::get_if<1>(&bound->value)) {
    heap_.Set(object, Text(key).text(), Adopt(member));
  }
  return value = Value::OfObject(object);
}

Value Evaluator::EvalNegate(const Node& node, const Value& context, Frame* frame) {
  const Value value = Eval(*node.left, context, frame);
  if (value.undefined() || value.failed()) return value;
  if (value.is_number()) return Value::Number(-value.number);
  Fail("D1002", value);
  if (failure_.position < 0) failure_.position = static_cast<int>(node.position);
  failure_.token = "-";
  return Value::Failed();
}

Value Evaluator::EvalArray(const Node& node, const Value& context, Frame* frame) {
  Array* array = heap_.NewArray(node.list.size());
  for (const Node* item : node.list) {
    const Value value = Eval(*item, context, frame);
    if (value.failed()) return value;
    if (value.undefined()) continue;
    if (!value.is_array() || item->kind == NodeKind::kArray) {
      heap_.Push(array, value);
    } else if (node.list.size() == 1 && value.tag == Tag::kArray && value.array->items == nullptr) {
      *array = *value.array;  // a range stays one
      array->sequence = false;
    } else {
      Items items(value);
      for (Value part; items.Next(&part);) heap_.Push(array, part);
      if (!Charge(static_cast<int64_t>(SizeOf(value) / 4))) return Value::Failed();
    }
  }
  array->cons = node.cons_array;
  return Value::OfArray(array);
}

Value Evaluator::EvalBlock(const Node& node, const Value& context, Frame* frame) {
  Frame* const own =
      node.slots == 0 ? nullptr : heap_.NewFrame(frame, static_cast<size_t>(node.slots));
  if (own != nullptr) frame = own;
  Value value;
  for (const Node* item : node.list) {
    const bool stream = node.tuple && item == node.list.back();
    value = stream ? EvalStream(*item, context, frame) : Eval(*item, context, frame);
    if (value.failed()) return value;
  }
  // A tuple stream may still refer to the frame.
  if (own != nullptr && !own->captured && !node.tuple) heap_.Release(own);
  return value;
}

Value Evaluator::EvalBind(const Node& node, const Value& context, Frame* frame) {
  const Value value = Eval(*node.right, context, frame);
  if (!value.failed() && node.slot >= 0) frame->slots[node.slot] = value;
  return value;
}

Value Evaluator::EvalCondition(const Node& node, const Value& context, Frame* frame) {
  const Value condition = Eval(*node.left, context, frame);
  if (condition.failed()) return condition;
  const bool truth = Truth(*this, condition);
  if (failed()) return Value::Failed();
  if (truth) return Eval(*node.right, context, frame);
  return node.third == nullptr ? Value() : Eval(*node.third, context, frame);
}

Value Evaluator::MakeClosure(const Node& node, const Value& context, Frame* frame) {
  FunctionKind kind = FunctionKind::kLambda;
  if (node.kind == NodeKind::kTransform) kind = FunctionKind::kTransform;
  if (node.kind == NodeKind::kRegex) kind = FunctionKind::kRegex;
  Function* function = NewFunction(kind);
  function->node = &node;
  function->frame = frame;
  function->context = context;
  Capture(frame);
  return Value::OfFunction(function);
}

void Evaluator::Capture(Frame* frame) {
  for (; frame != nullptr && !frame->captured; frame = frame->outer) frame->captured = true;
}

}  // namespace asl::jsonata
