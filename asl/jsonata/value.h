// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Values while an expression is evaluated: 16 bytes, copied freely. What they point to is either
// in a JSON document that the evaluation keeps alive (arrays, objects and texts of the input are
// never copied) or in the evaluation's Heap, which goes away as a whole. One evaluation, one
// thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "asl/json_document.h"
#include "asl/jsonata/signature.h"

namespace asl::jsonata {

struct Builtin;
struct Node;
struct Array;
struct Object;
struct Function;
struct Frame;

enum class Tag : uint8_t {
  kUndefined,
  kUnbound,  // of a slot: not even undefined
  kFailed,   // an error is under way; the evaluator has it
  kNull,
  kBool,
  kNumber,
  kString,
  kFunction,
  kTuple,  // an item of a tuple stream
  kArray,  // from here on arrays and objects
  kDocumentArray,
  kObject,
  kDocumentObject,
};

struct Value {
  Tag tag = Tag::kUndefined;
  bool truth = false;  // kBool
  uint16_t origin =
      0;  // the document (1-based) of an array, object or number as it is there; 0: none
  uint32_t extent = 0;  // of a text: bytes; with an origin: the node
  union {
    double number = 0;
    const char* chars;
    Array* array;
    Object* object;
    const Function* function;
    Frame* tuple;
    const JsonDocument* document;
  };

  static Value Null() { return Of(Tag::kNull); }
  static Value Failed() { return Of(Tag::kFailed); }
  static Value Unbound() { return Of(Tag::kUnbound); }
  static Value Bool(bool truth) {
    Value v = Of(Tag::kBool);
    v.truth = truth;
    return v;
  }
  static Value Number(double number) {
    Value v = Of(Tag::kNumber);
    v.number = number;
    return v;
  }
  // The bytes must outlive the evaluation.
  static Value String(std::string_view text) {
    Value v = Of(Tag::kString);
    v.extent = static_cast<uint32_t>(text.size());
    v.chars = text.data();
    return v;
  }
  static Value OfArray(Array* array) {
    Value v = Of(Tag::kArray);
    v.array = array;
    return v;
  }
  static Value OfObject(Object* object) {
    Value v = Of(Tag::kObject);
    v.object = object;
    return v;
  }
  static Value OfFunction(const Function* function) {
    Value v = Of(Tag::kFunction);
    v.function = function;
    return v;
  }
  static Value OfTuple(Frame* tuple) {
    Value v = Of(Tag::kTuple);
    v.tuple = tuple;
    return v;
  }
  static Value OfNode(const JsonDocument* document, uint16_t origin, uint32_t node);

  bool undefined() const { return tag == Tag::kUndefined; }
  bool failed() const { return tag == Tag::kFailed; }
  bool is_null() const { return tag == Tag::kNull; }
  bool is_bool() const { return tag == Tag::kBool; }
  bool is_number() const { return tag == Tag::kNumber; }
  bool is_string() const { return tag == Tag::kString; }
  bool is_function() const { return tag == Tag::kFunction; }
  bool is_array() const { return tag == Tag::kArray || tag == Tag::kDocumentArray; }
  bool is_object() const { return tag == Tag::kObject || tag == Tag::kDocumentObject; }
  std::string_view text() const { return {chars, extent}; }  // REQUIRES: is_string()

 private:
  static Value Of(Tag tag) {
    Value v;
    v.tag = tag;
    return v;
  }
};
static_assert(sizeof(Value) == 16);

// An array that was made here. Its marks say how it came about, which decides what becomes of it.
struct Array {
  uint32_t size = 0;
  uint32_t capacity = 0;
  bool sequence = false;  // the result of a query: one item stands for itself, none is undefined
  bool keep_singleton = false;  // … but not this one
  bool cons = false;            // [ ] in a path: not flattened
  bool outer = false;           // the wrapper of an input that is an array
  bool tuples = false;          // a tuple stream
  double first = 0;             // of a range
  Value* items = nullptr;       // null: a range, or empty

  Value At(uint32_t i) const { return items != nullptr ? items[i] : Value::Number(first + i); }
};

struct Member {
  std::string_view key;
  Value value;
};

// An object that was made here, in the order of insertion.
struct Object {
  uint32_t size = 0;
  uint32_t capacity = 0;
  Member* members = nullptr;
  uint32_t* index = nullptr;  // open hashing, members + 1, for objects of more than a few
  uint32_t index_size = 0;    // a power of two

  // Null when there is none.
  Value* Find(std::string_view key) const;
};

// Slots of variables, or a tuple: slot 0 is then its item.
struct Frame {
  Frame* outer = nullptr;
  uint32_t size = 0;
  bool captured = false;  // by a function: must outlive its call
  Value slots[1];         // `size` of them
};

enum class FunctionKind : uint8_t {
  kBuiltin,
  kLambda,
  kPartial,
  kComposed,
  kTransform,
  kRegex,
  kNextMatch,  // the `next` of a match
};

struct Function {
  FunctionKind kind;
  const Builtin* builtin = nullptr;
  const Node* node = nullptr;        // kLambda, kTransform, kRegex, kNextMatch
  Frame* frame = nullptr;            // where it was made
  Value context;                     // where it was made; kNextMatch: the text
  const Function* first = nullptr;   // kPartial: the whole; kComposed: what is applied first
  const Function* second = nullptr;  // kComposed
  const Value* arguments = nullptr;  // kPartial; kUnbound where ? stood
  uint32_t count = 0;                // kPartial: of arguments; kNextMatch: where to go on, in bytes
};

// Elements of an array, or any other value as the only element; none for undefined.
class Items {
 public:
  explicit Items(const Value& value);
  bool Next(Value* item);

 private:
  Value value_;
  uint32_t at_ = 0;
  uint32_t end_ = 0;
};

// Members of an object; none for other values.
class Members {
 public:
  explicit Members(const Value& value);
  bool Next(std::string_view* key, Value* value);

 private:
  Value value_;
  uint32_t at_ = 0;
  uint32_t end_ = 0;
};

// Items of an array, members of an object, else 1; 0 for undefined.
size_t SizeOf(const Value& value);

// Item of an array; undefined behind its end. Constant time but for arrays of arrays or objects in
// a document.
Value ItemAt(const Value& array, size_t index);

// The member of an object; undefined when there is none or it is no object.
Value MemberOf(const Value& object, std::string_view key);

TypeSet TypeOf(const Value& value);

}  // namespace asl::jsonata
