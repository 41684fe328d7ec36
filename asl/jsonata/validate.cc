// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Holding arguments to a signature. Nearly all calls give what each parameter wants, one by one;
// only where something is left out, taken from the context or made an array, arguments move.
#include "asl/jsonata/evaluator.h"
#include "asl/jsonata/signature.h"

namespace asl::jsonata {

bool Evaluator::Validate(const Signature& signature, const Value& context, Arguments* arguments,
                         std::vector<Value>* storage) {
  const std::vector<Parameter>& parameters = signature.parameters();
  const size_t given = arguments->size();
  bool as_they_are = given <= parameters.size();
  bool typed_items = false;
  for (size_t i = 0; i < parameters.size() && as_they_are; ++i) {
    const Parameter& parameter = parameters[i];
    if (i >= given) {
      as_they_are = parameter.optional && !parameter.context;
      continue;
    }
    const TypeSet type = TypeOf((*arguments)[i]);
    const bool made_array = parameter.array && (type & (kArrayType | kMissing)) == 0;
    as_they_are = (type & parameter.types) != 0 && !parameter.many && !made_array;
    typed_items = typed_items || !parameter.subtype.empty();
  }
  for (size_t i = 0; i < given && as_they_are && typed_items; ++i) {
    Value argument = (*arguments)[i];
    if (parameters[i].array && !FitArray(parameters[i], i, &argument)) return false;
  }
  if (as_they_are) return true;
  if (!Complete(signature, context, *arguments, storage)) return false;
  *arguments = *storage;
  return true;
}

bool Evaluator::Complete(const Signature& signature, const Value& context, Arguments arguments,
                         std::vector<Value>* storage) {
  std::vector<TypeSet> types;
  for (const Value& argument : arguments) types.push_back(TypeOf(argument));
  std::vector<int> taken;
  if (!signature.Distribute(types, &taken)) {
    const size_t bad = static_cast<size_t>(signature.FirstMismatch(types));
    Fail("T0410", bad < arguments.size() ? arguments[bad] : Value(), static_cast<int>(bad) + 1);
    return false;
  }
  size_t next = 0;
  for (size_t p = 0; p < taken.size(); ++p) {
    const Parameter& parameter = signature.parameters()[p];
    if (taken[p] == 0 && parameter.context) {
      if ((TypeOf(context) & parameter.types) == 0) {
        Fail("T0411", context, static_cast<int>(next) + 1);
        return false;
      }
      storage->push_back(context);
      continue;
    }
    // What is left out takes an argument's place all the same, as in JSONata's own implementation.
    if (taken[p] == 0) {
      storage->push_back(next < arguments.size() ? arguments[next] : Value());
      ++next;
    }
    for (int i = 0; i < taken[p]; ++i, ++next) {
      Value argument = next < arguments.size() ? arguments[next] : Value();
      if (parameter.array && !FitArray(parameter, next, &argument)) return false;
      storage->push_back(argument);
    }
  }
  return true;
}

// Makes the argument an array if it is none; its items must be of the parameter's subtype.
bool Evaluator::FitArray(const Parameter& parameter, size_t index, Value* argument) {
  if (argument->undefined()) return true;
  bool fits = true;
  if (!parameter.subtype.empty()) {
    const TypeSet wanted = TypeOfLetter(parameter.subtype[0]);
    Items items(*argument);
    for (Value item; fits && items.Next(&item);) fits = TypeOf(item) == wanted;
    if (!Charge(static_cast<int64_t>(SizeOf(*argument) / 4))) return false;
  }
  if (!fits) {
    Fail("T0412", *argument, static_cast<int>(index) + 1);
    return false;
  }
  if (!argument->is_array()) {
    Array* array = heap_.NewArray(1);
    heap_.Push(array, *argument);
    *argument = Value::OfArray(array);
  }
  return true;
}

}  // namespace asl::jsonata
