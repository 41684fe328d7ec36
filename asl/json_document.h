// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The index behind Json: one flat array of nodes in the order of the text (a container, then its
// contents), over a text that is shared and never copied. Private to json*.cc, json_ref.h and to
// jsonata/, which evaluates straight over it; built once by json_parse.cc, immutable afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "asl/json.h"

namespace asl {

// An object's contents are its keys, each directly followed by its value's nodes.
struct JsonNode {
  // The text of this node is what Compact() would print, so it can be copied as it stands.
  static constexpr uint8_t kCompact = 1;
  // A string with escapes: its resolved form lies in `resolved`, not in the text.
  static constexpr uint8_t kResolved = 2;
  // A key that occurs again: its value is the last one, see `last_values`.
  static constexpr uint8_t kRepeated = 4;
  static constexpr uint8_t kTrue = 8;

  uint32_t begin;  // in the text
  uint32_t end;
  uint32_t next;  // what follows in the enclosing container: the next element, or the next key that
                  // counts
  uint32_t size;  // elements or members; strings and keys: bytes of the resolved form
  uint32_t content;  // strings and keys: where the resolved form begins, in the text or (kResolved)
                     // in `resolved`
  JsonType type;
  uint8_t flags;
};

struct JsonDocument : std::enable_shared_from_this<JsonDocument> {
  Text text;
  std::vector<JsonNode> nodes;  // nodes[0] is the whole
  std::string resolved;
  std::vector<std::pair<uint32_t, uint32_t>>
      last_values;  // kRepeated key → node of its last value; sorted

  std::string_view Content(const JsonNode& node) const {
    const std::string& from = (node.flags & JsonNode::kResolved) != 0 ? resolved : *text;
    return std::string_view(from).substr(node.content, node.size);
  }
  std::string_view Source(const JsonNode& node) const {
    return std::string_view(*text).substr(node.begin, node.end - node.begin);
  }
  uint32_t ValueOf(uint32_t key) const;
};

class JsonAccess {
 public:
  static Json Make(std::shared_ptr<const JsonDocument> document, uint32_t node) {
    return Json(std::move(document), node);
  }
  // REQUIRES: not moved from.
  static const std::shared_ptr<const JsonDocument>& Document(const Json& json) {
    return json.document_;
  }
  static uint32_t Node(const Json& json) { return json.node_; }
};

// Text that we put together from parsed values. An array around a value at the depth limit is
// deeper than what users may send, so this limit is twice theirs. REQUIRES: JSON within that.
Json ParseBuiltJson(std::string text);

}  // namespace asl
