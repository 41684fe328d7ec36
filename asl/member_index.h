// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a step that only cuts and joins texts must know of one: that it has no white space, escapes or
// repeated keys, and where the members of its object stand. A text that was joined keeps its index
// for as long as it lives, so the steps after need not look it over again. Values; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "asl/payload.h"

namespace asl {

// Of a text that ScanCompact knows.
struct MemberIndex {
  static constexpr uint32_t kMembersMax = 24;
  static constexpr uint32_t kDepthMax = 32;

  // The offsets of a member's value. Its key begins behind the comma of the member before.
  struct Member {
    uint32_t begin;
    uint32_t end;
  };

  MemberIndex() = default;
  MemberIndex(const MemberIndex& other)
      : object(other.object), depth(other.depth), count(other.count) {
    std::copy_n(other.members.begin(), count, members.begin());
  }
  MemberIndex& operator=(const MemberIndex&) = delete;

  bool object = false;  // else it has no members
  uint32_t depth = 0;   // objects and arrays within each other; a scalar has none
  uint32_t count = 0;
  std::array<Member, kMembersMax> members;  // the first `count`, in the order of the text

  // The number of the member with that key, or `count`. `text`: whose index this is.
  uint32_t Find(std::string_view text, std::string_view key) const;
  // The value of member `at` has `bytes` more; fewer are a number that wraps around.
  void Grow(uint32_t at, uint32_t bytes);
};

// Goes over the whole text without building anything: several times as fast as parsing. It knows the
// plain cases. False: parse it instead, for it has blanks, escapes, a repeated key, many keys in one
// object or deep nesting. REQUIRES: `json` is valid.
bool ScanCompact(std::string_view json, MemberIndex* index);

// A text that keeps its index.
Text MakeText(std::string text, const MemberIndex& index);
// Null: the text keeps none.
const MemberIndex* IndexOf(const Text& text);

}  // namespace asl
