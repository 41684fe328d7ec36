// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A place in a parsed document without a share in it: what a walk over many values passes around,
// where a Json would count its references at every step. Valid while any Json of the document
// lives. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "asl/json.h"
#include "asl/json_document.h"

namespace asl {

class JsonRef {
 public:
  JsonRef() = default;  // no value: null() for type(), false as a condition
  explicit JsonRef(const Json& json)
      : document_(JsonAccess::Document(json).get()), node_(JsonAccess::Node(json)) {}
  explicit operator bool() const { return document_ != nullptr; }

  JsonType type() const { return document_ == nullptr ? JsonType::kNull : node().type; }
  bool is_null() const { return type() == JsonType::kNull; }
  bool is_bool() const { return type() == JsonType::kBool; }
  bool is_number() const { return type() == JsonType::kNumber; }
  bool is_string() const { return type() == JsonType::kString; }
  bool is_array() const { return type() == JsonType::kArray; }
  bool is_object() const { return type() == JsonType::kObject; }

  // As Json's.
  bool as_bool() const { return (node().flags & JsonNode::kTrue) != 0; }
  std::string_view as_string() const { return document_->Content(node()); }
  std::string_view number_text() const { return document_->Source(node()); }
  size_t size() const { return is_array() || is_object() ? node().size : 0; }
  JsonSpan span() const {
    return document_ == nullptr ? JsonSpan{} : JsonSpan{node().begin, node().end};
  }
  // No value when there is none.
  JsonRef Find(std::string_view key) const {
    if (!is_object()) return JsonRef();
    for (uint32_t at = node_ + 1; at < node().next; at = document_->nodes[at].next) {
      const JsonNode& name = document_->nodes[at];
      if (name.size == key.size() && document_->Content(name) == key) {
        return JsonRef(document_, document_->ValueOf(at));
      }
    }
    return JsonRef();
  }
  JsonRef At(size_t index) const {
    if (!is_array() || index >= size()) return JsonRef();
    uint32_t at = node_ + 1;
    for (; index > 0; --index) at = document_->nodes[at].next;
    return JsonRef(document_, at);
  }
  // A value with a share in the document. REQUIRES: there is one.
  Json Own() const { return JsonAccess::Make(document_->shared_from_this(), node_); }

  enum class Of { kItems, kMembers };
  // for (JsonRef item : value.items()), for (JsonRef member : value.members()): the values, of an
  // array or an object; empty for any other type.
  template <Of of>
  class Range;
  Range<Of::kItems> items() const;
  Range<Of::kMembers> members() const;

 private:
  JsonRef(const JsonDocument* document, uint32_t node) : document_(document), node_(node) {}
  const JsonNode& node() const { return document_->nodes[node_]; }

  const JsonDocument* document_ = nullptr;
  uint32_t node_ = 0;
};

template <JsonRef::Of of>
class JsonRef::Range {
 public:
  class Iterator {
   public:
    JsonRef operator*() const {
      return JsonRef(document_, of == Of::kMembers ? document_->ValueOf(node_) : node_);
    }
    Iterator& operator++() {
      node_ = document_->nodes[node_].next;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.node_ == b.node_; }

   private:
    friend class Range;
    Iterator(const JsonDocument* document, uint32_t node) : document_(document), node_(node) {}
    const JsonDocument* document_;
    uint32_t node_;
  };

  Iterator begin() const { return Iterator(document_, begin_); }
  Iterator end() const { return Iterator(document_, end_); }

 private:
  friend class JsonRef;
  Range(const JsonDocument* document, uint32_t begin, uint32_t end)
      : document_(document), begin_(begin), end_(end) {}
  const JsonDocument* document_;
  uint32_t begin_;
  uint32_t end_;
};

inline JsonRef::Range<JsonRef::Of::kItems> JsonRef::items() const {
  return {document_, node_ + 1, is_array() ? node().next : node_ + 1};
}

inline JsonRef::Range<JsonRef::Of::kMembers> JsonRef::members() const {
  return {document_, node_ + 1, is_object() ? node().next : node_ + 1};
}

}  // namespace asl
