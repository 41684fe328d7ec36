// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Reading a Json: every accessor is a look into the document's node array.
#include "asl/json.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "asl/decimal.h"
#include "asl/json_document.h"

namespace asl {
namespace {

bool Equal(const JsonDocument& a, uint32_t x, const JsonDocument& b, uint32_t y);

bool EqualArrays(const JsonDocument& a, uint32_t x, const JsonDocument& b, uint32_t y) {
  uint32_t i = x + 1;
  uint32_t j = y + 1;
  for (; i < a.nodes[x].next; i = a.nodes[i].next, j = b.nodes[j].next) {
    if (!Equal(a, i, b, j)) return false;
  }
  return true;
}

std::vector<uint32_t> SortedKeys(const JsonDocument& document, uint32_t object) {
  std::vector<uint32_t> keys;
  keys.reserve(document.nodes[object].size);
  for (uint32_t i = object + 1; i < document.nodes[object].next; i = document.nodes[i].next) {
    keys.push_back(i);
  }
  std::sort(keys.begin(), keys.end(), [&](uint32_t i, uint32_t j) {
    return document.Content(document.nodes[i]) < document.Content(document.nodes[j]);
  });
  return keys;
}

bool EqualObjects(const JsonDocument& a, uint32_t x, const JsonDocument& b, uint32_t y) {
  std::vector<uint32_t> keys_a = SortedKeys(a, x);
  std::vector<uint32_t> keys_b = SortedKeys(b, y);
  for (size_t i = 0; i < keys_a.size(); ++i) {
    if (a.Content(a.nodes[keys_a[i]]) != b.Content(b.nodes[keys_b[i]])) return false;
    if (!Equal(a, a.ValueOf(keys_a[i]), b, b.ValueOf(keys_b[i]))) return false;
  }
  return true;
}

// Recursion is bounded by the parser's depth limit.
bool Equal(const JsonDocument& a, uint32_t x, const JsonDocument& b, uint32_t y) {
  const JsonNode& m = a.nodes[x];
  const JsonNode& n = b.nodes[y];
  if (m.type != n.type) return false;
  switch (m.type) {
    case JsonType::kNull:
      return true;
    case JsonType::kBool:
      return ((m.flags ^ n.flags) & JsonNode::kTrue) == 0;
    case JsonType::kNumber:
      return CompareNumbers(a.Source(m), b.Source(n)) == 0;
    case JsonType::kString:
      return a.Content(m) == b.Content(n);
    case JsonType::kArray:
      return m.size == n.size && EqualArrays(a, x, b, y);
    case JsonType::kObject:
      return m.size == n.size && EqualObjects(a, x, b, y);
  }
  return false;
}

const std::shared_ptr<const JsonDocument>& NullDocument() {
  static const std::shared_ptr<const JsonDocument> document = [] {
    auto made = std::make_shared<JsonDocument>();
    made->text = std::make_shared<const std::string>("null");
    made->nodes.push_back({.begin = 0,
                           .end = 4,
                           .next = 1,
                           .size = 0,
                           .content = 0,
                           .type = JsonType::kNull,
                           .flags = JsonNode::kCompact});
    return made;
  }();
  return document;
}

}  // namespace

std::string_view JsonTypeName(JsonType type) {
  switch (type) {
    case JsonType::kNull:
      return "null";
    case JsonType::kBool:
      return "boolean";
    case JsonType::kNumber:
      return "number";
    case JsonType::kString:
      return "string";
    case JsonType::kArray:
      return "array";
    case JsonType::kObject:
      return "object";
  }
  return "";
}

uint32_t JsonDocument::ValueOf(uint32_t key) const {
  if ((nodes[key].flags & JsonNode::kRepeated) == 0) return key + 1;
  auto found =
      std::lower_bound(last_values.begin(), last_values.end(), std::pair(key, uint32_t{0}));
  assert(found != last_values.end() && found->first == key);
  return found->second;
}

Json::Json() : document_(NullDocument()) {}

Json::Json(std::shared_ptr<const JsonDocument> document, uint32_t node)
    : document_(std::move(document)), node_(node) {}

JsonType Json::type() const { return document_->nodes[node_].type; }

bool Json::as_bool() const {
  assert(is_bool());
  return (document_->nodes[node_].flags & JsonNode::kTrue) != 0;
}

std::string_view Json::as_string() const {
  assert(is_string());
  return document_->Content(document_->nodes[node_]);
}

std::string_view Json::number_text() const {
  assert(is_number());
  return source();
}

double Json::as_double() const {
  std::string_view text = number_text();
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  // from_chars leaves the value alone out of range, on both sides; strtod answers infinity or
  // (almost) zero.
  return std::strtod(std::string(text).c_str(), nullptr);
}

std::optional<int64_t> Json::as_int64() const {
  if (!is_number()) return std::nullopt;
  std::string_view text = source();
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

size_t Json::size() const {
  const JsonNode& node = document_->nodes[node_];
  return node.type == JsonType::kArray || node.type == JsonType::kObject ? node.size : 0;
}

std::optional<Json> Json::Find(std::string_view key) const {
  if (!is_object()) return std::nullopt;
  const std::vector<JsonNode>& nodes = document_->nodes;
  for (uint32_t i = node_ + 1; i < nodes[node_].next; i = nodes[i].next) {
    if (nodes[i].size == key.size() && document_->Content(nodes[i]) == key) {
      return Json(document_, document_->ValueOf(i));
    }
  }
  return std::nullopt;
}

std::optional<Json> Json::At(size_t index) const {
  if (!is_array() || index >= size()) return std::nullopt;
  uint32_t at = node_ + 1;
  for (; index > 0; --index) at = document_->nodes[at].next;
  return Json(document_, at);
}

JsonRange<Json> Json::items() const {
  uint32_t end = is_array() ? document_->nodes[node_].next : node_ + 1;
  return JsonRange<Json>(document_, node_ + 1, end);
}

JsonRange<JsonMember> Json::members() const {
  uint32_t end = is_object() ? document_->nodes[node_].next : node_ + 1;
  return JsonRange<JsonMember>(document_, node_ + 1, end);
}

JsonSpan Json::span() const {
  const JsonNode& node = document_->nodes[node_];
  return {node.begin, node.end};
}

const Text& Json::text() const { return document_->text; }

std::string_view Json::source() const { return document_->Source(document_->nodes[node_]); }

bool Json::is_compact() const { return (document_->nodes[node_].flags & JsonNode::kCompact) != 0; }

bool operator==(const Json& a, const Json& b) {
  return Equal(*a.document_, a.node_, *b.document_, b.node_);
}

template <>
Json JsonRange<Json>::Iterator::operator*() const {
  return JsonAccess::Make(*document_, node_);
}

template <>
JsonMember JsonRange<JsonMember>::Iterator::operator*() const {
  const JsonDocument& document = **document_;
  const JsonNode& key = document.nodes[node_];
  return {document.Content(key), JsonAccess::Make(*document_, document.ValueOf(node_)),
          JsonSpan{key.begin, key.end}};
}

template <>
JsonRange<Json>::Iterator& JsonRange<Json>::Iterator::operator++() {
  node_ = (*document_)->nodes[node_].next;
  return *this;
}

template <>
JsonRange<JsonMember>::Iterator& JsonRange<JsonMember>::Iterator::operator++() {
  node_ = (*document_)->nodes[node_].next;
  return *this;
}

}  // namespace asl
