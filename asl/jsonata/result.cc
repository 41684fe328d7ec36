// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/result.h"

#include <cmath>
#include <utility>

#include "asl/jsonata/number_text.h"
#include "asl/jsonata/text.h"
#include "asl/limits.h"

namespace asl::jsonata {
namespace {

// Writes compact text and the index over it at once, so that nothing is parsed again.
class DocumentBuilder {
 public:
  explicit DocumentBuilder(Evaluator* evaluator) : evaluator_(*evaluator) {}

  void Add(const Value& value, int depth) {
    if (depth > kValueDepthMax + kJsonDepthMax) evaluator_.Exceeded("Stack overflow error");
    if (text_.size() > kResultBytesMax) {
      evaluator_.Exceeded("Expression evaluation memory limit exceeded");
    }
    if (!evaluator_.Charge()) return;
    if (value.origin != 0) {
      const JsonDocument& from = *evaluator_.document(value.origin);
      if ((from.nodes[value.extent].flags & JsonNode::kCompact) != 0) {
        return AddSlice(from, value.extent);
      }
    }
    switch (value.tag) {
      case Tag::kBool:
        return AddScalar(JsonType::kBool, value.truth ? "true" : "false",
                         value.truth ? JsonNode::kTrue : uint8_t{0});
      case Tag::kNumber:
        return AddNumber(value.number);
      case Tag::kString:
        return AddText(value.text());
      case Tag::kFunction:
        return AddText("");
      case Tag::kArray:
      case Tag::kDocumentArray:
        return AddArray(value, depth);
      case Tag::kObject:
      case Tag::kDocumentObject:
        return AddObject(value, depth);
      default:
        return AddScalar(JsonType::kNull, "null", 0);
    }
  }

  Json Finish() {
    document_->text = std::make_shared<const std::string>(std::move(text_));
    return JsonAccess::Make(std::move(document_), 0);
  }

 private:
  uint32_t At() const { return static_cast<uint32_t>(text_.size()); }
  uint32_t Count() const { return static_cast<uint32_t>(document_->nodes.size()); }

  JsonNode& AddNode(JsonType type, uint32_t begin, uint8_t flags) {
    const uint8_t all = static_cast<uint8_t>(JsonNode::kCompact | flags);
    document_->nodes.push_back({.begin = begin,
                                .end = At(),
                                .next = Count() + 1,
                                .size = 0,
                                .content = 0,
                                .type = type,
                                .flags = all});
    return document_->nodes.back();
  }

  void AddScalar(JsonType type, std::string_view text, uint8_t flags) {
    const uint32_t begin = At();
    text_ += text;
    AddNode(type, begin, flags);
  }

  void AddNumber(double number) {
    const uint32_t begin = At();
    AppendNumber(number, &text_);
    if (std::isfinite(number)) {
      AddNode(JsonType::kNumber, begin, 0);
      return;
    }
    const std::string name = text_.substr(begin);
    text_.resize(begin);
    AddText(name);
  }

  void AddText(std::string_view text) {
    if (HasLoneSurrogate(text)) return AddText(ToValidUtf8(text));
    const uint32_t begin = At();
    AppendJsonString(text, &text_);
    JsonNode& node = AddNode(JsonType::kString, begin, 0);
    node.size = static_cast<uint32_t>(text.size());
    node.content = begin + 1;
    if (node.end - node.begin == node.size + 2) return;
    node.flags |= JsonNode::kResolved;
    node.content = static_cast<uint32_t>(document_->resolved.size());
    document_->resolved += text;
  }

  void Open(JsonType type, char bracket) {
    const uint32_t begin = At();
    text_ += bracket;
    AddNode(type, begin, 0);
  }

  void Close(uint32_t container, char bracket, uint32_t size) {
    text_ += bracket;
    JsonNode& node = document_->nodes[container];
    node.end = At();
    node.next = Count();
    node.size = size;
  }

  void AddArray(const Value& value, int depth) {
    const uint32_t array = Count();
    Open(JsonType::kArray, '[');
    Items items(value);
    uint32_t size = 0;
    for (Value item; items.Next(&item) && !evaluator_.failed(); ++size) {
      if (size > 0) text_ += ',';
      Add(item, depth + 1);
    }
    Close(array, ']', size);
  }

  void AddObject(const Value& value, int depth) {
    const uint32_t object = Count();
    Open(JsonType::kObject, '{');
    Members members(value);
    std::string_view name;
    uint32_t size = 0;
    for (Value member; members.Next(&name, &member) && !evaluator_.failed();) {
      if (member.undefined()) continue;
      if (size++ > 0) text_ += ',';
      const uint32_t key = Count();
      AddText(name);
      text_ += ':';
      Add(member, depth + 1);
      document_->nodes[key].next = Count();
    }
    Close(object, '}', size);
  }

  // A compact slice of a document is copied as it stands, text and index.
  void AddSlice(const JsonDocument& from, uint32_t first) {
    const JsonNode& whole = from.nodes[first];
    const uint32_t text_shift = At() - whole.begin;  // unsigned: may wrap, and wraps back
    const uint32_t node_shift = Count() - first;
    text_ += from.Source(whole);
    for (uint32_t i = first; i < whole.next || i == first; ++i) {
      JsonNode node = from.nodes[i];
      if ((node.flags & JsonNode::kResolved) != 0) {
        const std::string_view resolved = from.Content(node);
        node.content = static_cast<uint32_t>(document_->resolved.size());
        document_->resolved += resolved;
      } else {
        node.content += text_shift;
      }
      node.begin += text_shift;
      node.end += text_shift;
      node.next += node_shift;
      document_->nodes.push_back(node);
      if (!IsContainer(whole.type)) break;
    }
    // Its neighbour here is another than there.
    document_->nodes[first + node_shift].next = Count();
  }

  static bool IsContainer(JsonType type) {
    return type == JsonType::kArray || type == JsonType::kObject;
  }

  Evaluator& evaluator_;
  std::shared_ptr<JsonDocument> document_ = std::make_shared<JsonDocument>();
  std::string text_;
};

}  // namespace

std::optional<Json> ToJson(Evaluator* evaluator, const Value& value) {
  Value result = value;
  if (result.tag == Tag::kArray && result.array->outer) result = result.array->At(0);
  if (result.undefined() || result.is_function()) return std::nullopt;
  if (result.origin != 0) {
    return JsonAccess::Make(evaluator->document(result.origin), result.extent);
  }
  DocumentBuilder builder(evaluator);
  builder.Add(result, 0);
  if (evaluator->failed()) return std::nullopt;
  return builder.Finish();
}

}  // namespace asl::jsonata
