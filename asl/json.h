// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// JSON as this room sees it: `Json` is a small immutable value that keeps what a workflow may show
// again: the order of keys, the spelling of each number, and where in the source each value stands.
// A Json is a place in a shared document (the text and an index over it), so a copy costs one
// reference count, a part is a slice of the same text, and destruction never recurses. Any thread.
// Parsing is Boost.JSON's (json_parse.cc), the value is ours.
//
// As Jackson (AWS's parser) does, a key that occurs twice has its last value at its first place;
// the parser reports it for those who must refuse it. Refused with an error: invalid UTF-8, a lone
// surrogate in a \u escape (Jackson lets it through, but UTF-8 cannot carry it), control characters
// in strings, nesting below kJsonDepthMax. Carried as written: -0, 1e400, integers of any length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/payload.h"

namespace asl {

enum class JsonType : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

// "null", "boolean", "number", "string", "array", "object".
std::string_view JsonTypeName(JsonType type);

// Bytes [begin, end) of the document's text.
struct JsonSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t size() const { return end - begin; }
  friend bool operator==(const JsonSpan&, const JsonSpan&) = default;
};

struct JsonDocument;  // json_document.h, private to json*.cc
struct JsonMember;
template <class Element>
class JsonRange;

class Json {
 public:
  Json();  // null

  JsonType type() const;
  bool is_null() const { return type() == JsonType::kNull; }
  bool is_bool() const { return type() == JsonType::kBool; }
  bool is_number() const { return type() == JsonType::kNumber; }
  bool is_string() const { return type() == JsonType::kString; }
  bool is_array() const { return type() == JsonType::kArray; }
  bool is_object() const { return type() == JsonType::kObject; }

  // REQUIRES: is_bool().
  bool as_bool() const;
  // Escapes resolved; valid while any Json of the document lives. REQUIRES: is_string().
  std::string_view as_string() const;
  // As written. REQUIRES: is_number().
  std::string_view number_text() const;
  // ±infinity beyond its range. REQUIRES: is_number().
  double as_double() const;
  // nullopt unless it is a number written as an integer (1.0 and 1e2 are not) that fits.
  std::optional<int64_t> as_int64() const;

  // Elements or members (a repeated key counts once); 0 for scalars. O(1).
  size_t size() const;
  // Member of an object; nullopt for other types too. O(members).
  std::optional<Json> Find(std::string_view key) const;
  // Element of an array; nullopt for other types too. O(index).
  std::optional<Json> At(size_t index) const;
  // for (Json item : value.items()); empty unless an array.
  JsonRange<Json> items() const;
  // for (const JsonMember& m : value.members()); empty unless an object.
  JsonRange<JsonMember> members() const;

  JsonSpan span() const;            // offsets into text()
  const Text& text() const;         // the whole text that the document was parsed from
  std::string_view source() const;  // this value as written, with its white space

  // The source is what Compact() answers: a slice of it may stand for the value. O(1).
  bool is_compact() const;

  // Without white space, numbers as written, strings with Jackson's escapes.
  std::string Compact() const;
  void AppendCompact(std::string* out) const;

  // Deep equality: objects in any order of keys, numbers by exact decimal value (1 equals 1.0).
  friend bool operator==(const Json& a, const Json& b);

 private:
  friend class JsonAccess;  // json*.cc
  Json(std::shared_ptr<const JsonDocument> document, uint32_t node);

  std::shared_ptr<const JsonDocument> document_;  // null only when moved from
  uint32_t node_ = 0;
};

struct JsonMember {
  std::string_view key;  // escapes resolved; valid while any Json of the document lives
  Json value;
  JsonSpan key_span;  // with its quotes
};

// Range over an array's elements or an object's members, by value. Keeps the document alive.
template <class Element>
class JsonRange {
 public:
  class Iterator {
   public:
    using value_type = Element;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using pointer = const Element*;
    using reference = Element;
    Element operator*() const;
    Iterator& operator++();
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.node_ == b.node_; }

   private:
    friend class JsonRange;
    Iterator(const std::shared_ptr<const JsonDocument>* document, uint32_t node)
        : document_(document), node_(node) {}
    const std::shared_ptr<const JsonDocument>* document_;
    uint32_t node_;
  };

  Iterator begin() const { return Iterator(&document_, begin_); }
  Iterator end() const { return Iterator(&document_, end_); }

 private:
  friend class Json;
  JsonRange(std::shared_ptr<const JsonDocument> document, uint32_t begin, uint32_t end)
      : document_(std::move(document)), begin_(begin), end_(end) {}
  std::shared_ptr<const JsonDocument> document_;
  uint32_t begin_;
  uint32_t end_;
};

// Where and why a text is not JSON. `message` is worded as Jackson does where it has the case.
struct JsonError {
  std::string message;
  uint32_t offset = 0;  // bytes from the text's begin
  int line = 1;         // 1-based
  int column = 1;       // 1-based, in characters (code points)
};

struct JsonParse {
  std::optional<Json> value;  // nullopt: see error
  JsonError error;
  std::vector<JsonSpan> duplicate_keys;  // each repetition of a key, in the order of the text
  bool ok() const { return value.has_value(); }
};

// Parses `length` bytes from `offset` of the shared text without copying them; spans count from the
// text's begin.
JsonParse ParseJson(Text text, uint32_t offset, uint32_t length);
// REQUIRES: loaded().
JsonParse ParseJson(const Payload& payload);
JsonParse ParseJson(std::string text);

// The same verdict as ParseJson without building a value; for results that only pass through.
std::optional<JsonError> ValidateJson(std::string_view text);

// 1-based line and column (code points) of a byte of the text.
struct JsonPosition {
  int line = 1;
  int column = 1;
};
JsonPosition PositionAt(std::string_view text, uint32_t offset);

// Appends `text` as a JSON string with quotes, escaped as Jackson does: \" \\ \b \f \n \r \t,
// \u00XX (upper case) for the other control characters, everything else as it is.
void AppendJsonString(std::string_view text, std::string* out);

// Writes compact JSON text from begin to end. Commas are its business; balanced calls are the
// caller's.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  JsonWriter& Value(const Json& value);    // compact
  JsonWriter& Raw(std::string_view json);  // JSON text as it stands
  const std::string& text() const { return text_; }
  std::string Take() { return std::move(text_); }

 private:
  void Separate();
  std::string text_;
  bool comma_ = false;  // a value or member precedes at this level
};

}  // namespace asl
