// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/value.h"

#include <charconv>
#include <cstdlib>
#include <functional>
#include <string>

namespace asl::jsonata {
namespace {

double NumberOf(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  return std::strtod(std::string(text).c_str(), nullptr);  // infinity, or almost zero
}

}  // namespace

Value Value::OfNode(const JsonDocument* document, uint16_t origin, uint32_t node) {
  const JsonNode& at = document->nodes[node];
  Value value;
  switch (at.type) {
    case JsonType::kNull:
      return Null();
    case JsonType::kBool:
      return Bool((at.flags & JsonNode::kTrue) != 0);
    case JsonType::kString:
      return String(document->Content(at));
    case JsonType::kNumber:
      value = Number(NumberOf(document->Source(at)));
      break;
    case JsonType::kArray:
      value.tag = Tag::kDocumentArray;
      value.document = document;
      break;
    case JsonType::kObject:
      value.tag = Tag::kDocumentObject;
      value.document = document;
      break;
  }
  value.origin = origin;
  value.extent = node;
  return value;
}

Value* Object::Find(std::string_view key) const {
  if (index == nullptr) {
    for (uint32_t i = 0; i < size; ++i) {
      if (members[i].key == key) return &members[i].value;
    }
    return nullptr;
  }
  size_t slot = std::hash<std::string_view>()(key) & (index_size - 1);
  for (; index[slot] != 0; slot = (slot + 1) & (index_size - 1)) {
    Member& member = members[index[slot] - 1];
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Items::Items(const Value& value) : value_(value) {
  if (value.tag == Tag::kArray) {
    end_ = value.array->size;
  } else if (value.tag == Tag::kDocumentArray) {
    at_ = value.extent + 1;
    end_ = value.document->nodes[value.extent].next;
  } else {
    end_ = value.undefined() ? 0 : 1;
  }
}

bool Items::Next(Value* item) {
  if (at_ >= end_) return false;
  if (value_.tag == Tag::kArray) {
    *item = value_.array->At(at_++);
  } else if (value_.tag == Tag::kDocumentArray) {
    *item = Value::OfNode(value_.document, value_.origin, at_);
    at_ = value_.document->nodes[at_].next;
  } else {
    *item = value_;
    ++at_;
  }
  return true;
}

Members::Members(const Value& value) : value_(value) {
  if (value.tag == Tag::kObject) {
    end_ = value.object->size;
  } else if (value.tag == Tag::kDocumentObject) {
    at_ = value.extent + 1;
    end_ = value.document->nodes[value.extent].next;
  }
}

bool Members::Next(std::string_view* key, Value* value) {
  if (at_ >= end_) return false;
  if (value_.tag == Tag::kObject) {
    const Member& member = value_.object->members[at_++];
    *key = member.key;
    *value = member.value;
    return true;
  }
  const JsonDocument& document = *value_.document;
  *key = document.Content(document.nodes[at_]);
  *value = Value::OfNode(&document, value_.origin, document.ValueOf(at_));
  at_ = document.nodes[at_].next;
  return true;
}

size_t SizeOf(const Value& value) {
  switch (value.tag) {
    case Tag::kUndefined:
      return 0;
    case Tag::kArray:
      return value.array->size;
    case Tag::kObject:
      return value.object->size;
    case Tag::kDocumentArray:
    case Tag::kDocumentObject:
      return value.document->nodes[value.extent].size;
    default:
      return 1;
  }
}

Value ItemAt(const Value& array, size_t index) {
  if (index >= SizeOf(array)) return {};
  if (array.tag == Tag::kArray) return array.array->At(static_cast<uint32_t>(index));
  const std::vector<JsonNode>& nodes = array.document->nodes;
  uint32_t at = array.extent + 1;
  const bool flat = nodes[array.extent].next - at == nodes[array.extent].size;  // scalars only
  if (flat) return Value::OfNode(array.document, array.origin, at + static_cast<uint32_t>(index));
  for (; index > 0; --index) at = nodes[at].next;
  return Value::OfNode(array.document, array.origin, at);
}

Value MemberOf(const Value& object, std::string_view key) {
  if (object.tag == Tag::kDocumentObject) {
    const JsonDocument& document = *object.document;
    const std::vector<JsonNode>& nodes = document.nodes;
    for (uint32_t i = object.extent + 1; i < nodes[object.extent].next; i = nodes[i].next) {
      if (nodes[i].size == key.size() && document.Content(nodes[i]) == key) {
        return Value::OfNode(&document, object.origin, document.ValueOf(i));
      }
    }
    return {};
  }
  if (object.tag != Tag::kObject) return {};
  const Value* found = object.object->Find(key);
  return found == nullptr ? Value() : *found;
}

TypeSet TypeOf(const Value& value) {
  switch (value.tag) {
    case Tag::kNull:
      return kNullType;
    case Tag::kBool:
      return kBoolType;
    case Tag::kNumber:
      return kNumberType;
    case Tag::kString:
      return kStringType;
    case Tag::kFunction:
      return kFunctionType;
    case Tag::kArray:
    case Tag::kDocumentArray:
      return kArrayType;
    case Tag::kObject:
    case Tag::kDocumentObject:
      return kObjectType;
    default:
      return kMissing;
  }
}

}  // namespace asl::jsonata
