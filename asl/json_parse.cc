// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Parsing: Boost.JSON's basic_parser reports events, Indexer lays them out as nodes. The events
// carry no positions, so the indexer follows in the source with a cursor of its own: between two
// tokens there is only white space, a comma or a colon. This is the one file that sees Boost.JSON.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cassert>
#include <functional>
#include <limits>

#include "asl/json.h"
#include "asl/json_diagnosis.h"
#include "asl/json_document.h"
#include "asl/limits.h"

namespace asl {
namespace {

using boost::json::error_code;
using BoostView = boost::json::string_view;

// What basic_parser wants to know of every handler.
struct Sizes {
  static constexpr size_t max_array_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_object_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_string_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_key_size = std::numeric_limits<size_t>::max();
};

struct Checker : Sizes {
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(size_t, error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(size_t, error_code&) { return true; }
  bool on_string_part(BoostView, size_t, error_code&) { return true; }
  bool on_string(BoostView, size_t, error_code&) { return true; }
  bool on_key_part(BoostView, size_t, error_code&) { return true; }
  bool on_key(BoostView, size_t, error_code&) { return true; }
  bool on_number_part(BoostView, error_code&) { return true; }
  bool on_int64(int64_t, BoostView, error_code&) { return true; }
  bool on_uint64(uint64_t, BoostView, error_code&) { return true; }
  bool on_double(double, BoostView, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(BoostView, error_code&) { return true; }
  bool on_comment(BoostView, error_code&) { return true; }
};

bool IsNumberChar(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

class Indexer : public Sizes {
 public:
  // REQUIRES: offset + length <= text's size <= UINT32_MAX.
  Indexer(Text text, uint32_t offset, uint32_t length) : source_(*text), at_(offset) {
    document_->text = std::move(text);
    // Most nodes take more than ten bytes of text; this guess saves growing for all but numbers in
    // arrays.
    document_->nodes.reserve(length / 10 + 4);
  }

  std::shared_ptr<JsonDocument> TakeDocument() {
    std::sort(document_->last_values.begin(), document_->last_values.end());
    return std::move(document_);
  }
  std::vector<JsonSpan> TakeDuplicates() {
    std::sort(duplicates_.begin(), duplicates_.end(),
              [](const JsonSpan& a, const JsonSpan& b) { return a.begin < b.begin; });
    return std::move(duplicates_);
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_array_begin(error_code&) { return Open(JsonType::kArray); }
  bool on_object_begin(error_code&) { return Open(JsonType::kObject); }
  bool on_array_end(size_t n, error_code&) { return Close(n); }
  bool on_object_end(size_t n, error_code&) { return Close(n); }

  bool on_string_part(BoostView part, size_t, error_code&) { return AddPart(part); }
  bool on_string(BoostView rest, size_t size, error_code&) { return AddString(rest, size); }
  bool on_key_part(BoostView part, size_t, error_code&) { return AddPart(part); }
  bool on_key(BoostView rest, size_t size, error_code&) { return AddString(rest, size); }

  bool on_number_part(BoostView, error_code&) { return true; }
  bool on_int64(int64_t, BoostView, error_code&) { return AddNumber(); }
  bool on_uint64(uint64_t, BoostView, error_code&) { return AddNumber(); }
  bool on_double(double, BoostView, error_code&) { return AddNumber(); }
  bool on_bool(bool value, error_code&) {
    return AddLiteral(JsonType::kBool, value ? 4 : 5, value ? JsonNode::kTrue : 0);
  }
  bool on_null(error_code&) { return AddLiteral(JsonType::kNull, 4, 0); }

  bool on_comment_part(BoostView, error_code&) { return true; }
  bool on_comment(BoostView, error_code&) { return true; }

 private:
  struct OpenContainer {
    uint32_t node;
    bool compact;
  };

  uint32_t Count() const { return static_cast<uint32_t>(document_->nodes.size()); }

  // Moves the cursor to the next token. White space makes the innermost open container other than
  // compact.
  void SkipToToken() {
    for (;; ++at_) {
      char c = source_[at_];
      if (c == ',' || c == ':') continue;
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      if (!open_.empty()) open_.back().compact = false;
    }
  }

  JsonNode& Add(JsonType type, uint32_t end, uint8_t flags) {
    document_->nodes.push_back({.begin = at_,
                                .end = end,
                                .next = Count() + 1,
                                .size = 0,
                                .content = 0,
                                .type = type,
                                .flags = flags});
    at_ = end;
    return document_->nodes.back();
  }

  bool Open(JsonType type) {
    SkipToToken();
    uint32_t node = Count();
    Add(type, at_ + 1, 0);
    open_.push_back({node, true});
    return true;
  }

  bool Close(size_t size) {
    SkipToToken();
    ++at_;
    OpenContainer closed = open_.back();
    open_.pop_back();
    JsonNode& node = document_->nodes[closed.node];
    node.end = at_;
    node.next = Count();
    node.size = static_cast<uint32_t>(size);
    if (node.type == JsonType::kObject && LinkKeys(closed.node)) closed.compact = false;
    if (closed.compact) document_->nodes[closed.node].flags |= JsonNode::kCompact;
    if (!closed.compact && !open_.empty()) open_.back().compact = false;
    return true;
  }

  bool AddPart(BoostView part) {
    parts_.append(part.data(), part.size());
    return true;
  }

  bool AddString(BoostView rest, size_t size) {
    SkipToToken();
    uint32_t content = at_ + 1;
    bool plain = parts_.empty() && rest.data() == source_.data() + content;
    if (plain) {
      JsonNode& node =
          Add(JsonType::kString, content + static_cast<uint32_t>(size) + 1, JsonNode::kCompact);
      node.size = static_cast<uint32_t>(size);
      node.content = content;
      return true;
    }
    parts_.append(rest.data(), rest.size());
    AddResolved();
    parts_.clear();
    return true;
  }

  void AddResolved() {
    uint32_t end = at_ + 1;
    while (source_[end] != '"') end += source_[end] == '\\' ? 2 : 1;
    ++end;
    escaped_.clear();
    AppendJsonString(parts_, &escaped_);
    bool compact = escaped_ == std::string_view(source_).substr(at_, end - at_);
    JsonNode& node =
        Add(JsonType::kString, end,
            static_cast<uint8_t>(JsonNode::kResolved | (compact ? JsonNode::kCompact : 0)));
    node.size = static_cast<uint32_t>(parts_.size());
    node.content = static_cast<uint32_t>(document_->resolved.size());
    document_->resolved += parts_;
    if (!compact && !open_.empty()) open_.back().compact = false;
  }

  bool AddNumber() {
    SkipToToken();
    uint32_t end = at_;
    while (end < source_.size() && IsNumberChar(source_[end])) ++end;
    Add(JsonType::kNumber, end, JsonNode::kCompact);
    return true;
  }

  bool AddLiteral(JsonType type, uint32_t length, uint8_t flags) {
    SkipToToken();
    Add(type, at_ + length, static_cast<uint8_t>(JsonNode::kCompact | flags));
    return true;
  }

  // Makes each key's `next` skip its value, and passes over repetitions. True when there were any.
  bool LinkKeys(uint32_t object) {
    std::vector<JsonNode>& nodes = document_->nodes;
    keys_.clear();
    for (uint32_t key = object + 1; key < nodes[object].next; key = nodes[key].next) {
      nodes[key].next = nodes[key + 1].next;
      keys_.push_back(key);
    }
    return MayRepeatKey() && RelinkRepeated(object);
  }

  bool SameKey(uint32_t a, uint32_t b) const {
    const std::vector<JsonNode>& nodes = document_->nodes;
    return nodes[a].size == nodes[b].size &&
           document_->Content(nodes[a]) == document_->Content(nodes[b]);
  }

  // False: all keys differ. True when two are equal, or (seldom) only their hashes.
  bool MayRepeatKey() {
    constexpr size_t kCompareAllMax = 12;  // up to here comparing all pairs is cheaper than sorting
    if (keys_.size() > kCompareAllMax) {
      hashes_.clear();
      for (uint32_t key : keys_) {
        hashes_.push_back(std::hash<std::string_view>()(document_->Content(document_->nodes[key])));
      }
      std::sort(hashes_.begin(), hashes_.end());
      return std::adjacent_find(hashes_.begin(), hashes_.end()) != hashes_.end();
    }
    for (size_t i = 1; i < keys_.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (SameKey(keys_[i], keys_[j])) return true;
      }
    }
    return false;
  }

  // By name, equal names in the order of the text.
  std::vector<uint32_t> SortedKeys() const {
    std::vector<uint32_t> sorted = keys_;
    std::sort(sorted.begin(), sorted.end(), [this](uint32_t a, uint32_t b) {
      int order =
          document_->Content(document_->nodes[a]).compare(document_->Content(document_->nodes[b]));
      return order != 0 ? order < 0 : a < b;
    });
    return sorted;
  }

  // False: nothing is repeated after all.
  bool RelinkRepeated(uint32_t object) {
    std::vector<JsonNode>& nodes = document_->nodes;
    std::vector<uint32_t> sorted = SortedKeys();
    std::vector<uint32_t> repetitions;
    for (size_t i = 0; i < sorted.size();) {
      size_t last = i;
      while (last + 1 < sorted.size() && SameKey(sorted[i], sorted[last + 1])) {
        ++last;
        repetitions.push_back(sorted[last]);
        duplicates_.push_back({nodes[sorted[last]].begin, nodes[sorted[last]].end});
      }
      if (last > i) {
        nodes[sorted[i]].flags |= JsonNode::kRepeated;
        document_->last_values.emplace_back(sorted[i], sorted[last] + 1);
      }
      i = last + 1;
    }
    std::sort(repetitions.begin(), repetitions.end());
    uint32_t following = nodes[object].next;
    for (size_t i = keys_.size(); i-- > 0;) {
      if (std::binary_search(repetitions.begin(), repetitions.end(), keys_[i])) continue;
      nodes[keys_[i]].next = following;
      following = keys_[i];
    }
    nodes[object].size -= static_cast<uint32_t>(repetitions.size());
    return !repetitions.empty();
  }

  std::shared_ptr<JsonDocument> document_ = std::make_shared<JsonDocument>();
  const std::string& source_;
  uint32_t at_;  // the cursor
  std::vector<OpenContainer> open_;
  std::string
      parts_;  // a string's pieces until its end; non-empty only between two events of one string
  std::string escaped_;         // scratch of AddResolved
  std::vector<uint32_t> keys_;  // scratch of LinkKeys
  std::vector<size_t> hashes_;  // scratch of MayRepeatKey
  std::vector<JsonSpan> duplicates_;
};

boost::json::parse_options Options(int depth_max = kJsonDepthMax) {
  boost::json::parse_options options;
  options.max_depth = static_cast<size_t>(depth_max);
  return options;
}

JsonFault FaultOf(const error_code& error) {
  if (error == boost::json::error::too_deep) return JsonFault::kTooDeep;
  if (error == boost::json::error::exponent_overflow) return JsonFault::kExponent;
  if (error == boost::json::error::illegal_leading_surrogate ||
      error == boost::json::error::illegal_trailing_surrogate ||
      error == boost::json::error::expected_utf16_escape) {
    return JsonFault::kSurrogate;
  }
  if (error == boost::json::error::expected_hex_digit) return JsonFault::kHexDigit;
  return JsonFault::kSyntax;
}

// nullopt: the whole text is one JSON value. The parser allocates nothing for well-formed text.
template <class Parser>
std::optional<JsonError> Run(Parser& parser, std::string_view text) {
  error_code error;
  size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read == text.size()) return std::nullopt;
  return DiagnoseJson(text, read, error ? FaultOf(error) : JsonFault::kSyntax);
}

JsonParse Parse(Text text, uint32_t offset, uint32_t length, int depth_max) {
  assert(size_t{offset} + length <= text->size());
  JsonParse out;
  if (text->size() > std::numeric_limits<uint32_t>::max()) {
    out.error.message = "The text is longer than 4 GiB";
    return out;
  }
  std::string_view source = std::string_view(*text).substr(offset, length);
  boost::json::basic_parser<Indexer> parser(Options(depth_max), std::move(text), offset, length);
  if (std::optional<JsonError> error = Run(parser, source)) {
    out.error = std::move(*error);
    return out;
  }
  out.duplicate_keys = parser.handler().TakeDuplicates();
  out.value = JsonAccess::Make(parser.handler().TakeDocument(), 0);
  return out;
}

}  // namespace

std::optional<JsonError> ValidateJson(std::string_view text) {
  boost::json::basic_parser<Checker> parser(Options());
  return Run(parser, text);
}

JsonParse ParseJson(Text text, uint32_t offset, uint32_t length) {
  return Parse(std::move(text), offset, length, kJsonDepthMax);
}

JsonParse ParseJson(const Payload& payload) {
  return ParseJson(payload.text, payload.ref.offset, payload.ref.length);
}

JsonParse ParseJson(std::string text) {
  auto length = static_cast<uint32_t>(text.size());
  return ParseJson(std::make_shared<const std::string>(std::move(text)), 0, length);
}

Json ParseBuiltJson(std::string text) {
  auto length = static_cast<uint32_t>(text.size());
  JsonParse parsed =
      Parse(std::make_shared<const std::string>(std::move(text)), 0, length, 2 * kJsonDepthMax);
  assert(parsed.ok());
  return std::move(*parsed.value);
}

}  // namespace asl
