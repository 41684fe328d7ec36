// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/member_index.h"

#include <memory>
#include <utility>

namespace asl {
namespace {

// What it is told by is the deleter of its shared_ptr: a Text is an ordinary string to all others.
struct IndexedText : std::string {
  IndexedText(std::string text, const MemberIndex& of) : std::string(std::move(text)), index(of) {}
  MemberIndex index;
};

struct Deleter {
  void operator()(const IndexedText* text) const { delete text; }
};

}  // namespace

uint32_t MemberIndex::Find(std::string_view text, std::string_view key) const {
  uint32_t begin = 2;  // behind the brace and the key's quote
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t end = members[i].begin - 2;  // before the quote and the colon
    if (end - begin == key.size() && text.substr(begin, key.size()) == key) return i;
    begin = members[i].end + 2;
  }
  return count;
}

void MemberIndex::Grow(uint32_t at, uint32_t bytes) {
  members[at].end += bytes;
  for (uint32_t i = at + 1; i < count; ++i) {
    members[i].begin += bytes;
    members[i].end += bytes;
  }
}

Text MakeText(std::string text, const MemberIndex& index) {
  return std::shared_ptr<const IndexedText>(new IndexedText(std::move(text), index), Deleter());
}

const MemberIndex* IndexOf(const Text& text) {
  if (std::get_deleter<Deleter>(text) == nullptr) return nullptr;
  return &static_cast<const IndexedText&>(*text).index;
}

}  // namespace asl
