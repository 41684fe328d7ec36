// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Writing JSON text: compact, numbers as they were written, strings escaped as Jackson does.
#include <algorithm>
#include <cassert>

#include "asl/json.h"
#include "asl/json_document.h"

namespace asl {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";

void AppendEscape(char c, std::string* out) {
  switch (c) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\b':
      *out += "\\b";
      return;
    case '\f':
      *out += "\\f";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      *out += "\\u00";
      *out += kHex[static_cast<unsigned char>(c) >> 4];
      *out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// Recursion is bounded by the parser's depth limit.
void Append(const JsonDocument& document, uint32_t at, std::string* out) {
  const JsonNode& node = document.nodes[at];
  if ((node.flags & JsonNode::kCompact) != 0) {
    *out += document.Source(node);
    return;
  }
  if (node.type == JsonType::kString) {
    AppendJsonString(document.Content(node), out);
    return;
  }
  bool object = node.type == JsonType::kObject;
  *out += object ? '{' : '[';
  for (uint32_t i = at + 1; i < node.next; i = document.nodes[i].next) {
    if (i != at + 1) *out += ',';
    if (object) {
      AppendJsonString(document.Content(document.nodes[i]), out);
      *out += ':';
      Append(document, document.ValueOf(i), out);
    } else {
      Append(document, i, out);
    }
  }
  *out += object ? '}' : ']';
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  *out += '"';
  size_t from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!NeedsEscape(text[i])) continue;
    *out += text.substr(from, i - from);
    AppendEscape(text[i], out);
    from = i + 1;
  }
  *out += text.substr(from);
  *out += '"';
}

void Json::AppendCompact(std::string* out) const { Append(*document_, node_, out); }

std::string Json::Compact() const {
  std::string out;
  AppendCompact(&out);
  return out;
}

JsonPosition PositionAt(std::string_view text, uint32_t offset) {
  std::string_view before = text.substr(0, offset);
  JsonPosition position;
  position.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  size_t line_begin = before.rfind('\n');
  if (line_begin != std::string_view::npos) before.remove_prefix(line_begin + 1);
  // Bytes 10xxxxxx continue a code point.
  position.column += static_cast<int>(
      std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return position;
}

void JsonWriter::Separate() {
  if (comma_) text_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::BeginObject() {
  Separate();
  text_ += '{';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  text_ += '}';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  Separate();
  text_ += '[';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  text_ += ']';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  Separate();
  AppendJsonString(key, &text_);
  text_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  Separate();
  AppendJsonString(value, &text_);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) { return Raw(std::to_string(value)); }

JsonWriter& JsonWriter::Bool(bool value) { return Raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::Null() { return Raw("null"); }

JsonWriter& JsonWriter::Value(const Json& value) {
  Separate();
  value.AppendCompact(&text_);
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  Separate();
  text_ += json;
  return *this;
}

}  // namespace asl
