// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// ScanCompact: one pass over the bytes, texts within it eight bytes at a time.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "asl/member_index.h"

namespace asl {
namespace {

constexpr size_t kKeysMax = 64;  // open at a time

// Which bytes go on with a scalar.
constexpr std::array<bool, 256> kScalarBytes = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789+-.eEtrufalsn")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x8080808080808080;

// The lowest bit set is the high bit of the first byte that is `c`; none: there is none.
constexpr uint64_t BytesThatAre(char c, uint64_t word) {
  const uint64_t zero = word ^ (kOnes * static_cast<unsigned char>(c));
  return (zero - kOnes) & ~zero & kHighBits;
}

// Each function takes the place where its value begins and answers the one behind it, or null when
// the text is not for us. A NUL stands for the end.
class Scan {
 public:
  Scan(std::string_view json, MemberIndex* index)
      : begin_(json.data()), end_(json.data() + json.size()), index_(*index) {}

  bool Run() {
    index_.object = Now(begin_) == '{';
    index_.depth = 0;
    index_.count = 0;
    return Value(begin_, 0) == end_;
  }

 private:
  char Now(const char* at) const { return at < end_ ? *at : '\0'; }
  uint32_t OffsetOf(const char* at) const { return static_cast<uint32_t>(at - begin_); }

  // Behind the closing quote.
  const char* String(const char* at) const {
    ++at;
    if constexpr (std::endian::native == std::endian::little) {
      for (uint64_t word = 0; end_ - at >= 8; at += 8) {
        std::memcpy(&word, at, 8);
        const uint64_t hit = BytesThatAre('"', word) | BytesThatAre('\\', word);
        if (hit == 0) continue;
        at += std::countr_zero(hit) / 8;
        break;
      }
    }
    while (at < end_ && *at != '"' && *at != '\\') ++at;
    return Now(at) == '"' ? at + 1 : nullptr;
  }

  const char* Scalar(const char* at) const {
    const char* const from = at;
    while (at < end_ && kScalarBytes[static_cast<unsigned char>(*at)]) ++at;
    return at > from ? at : nullptr;
  }

  // Recursion is bounded by kDepthMax.
  const char* Value(const char* at, uint32_t depth) {
    switch (Now(at)) {
      case '{':
        return Enter(depth) ? Object(at, depth + 1) : nullptr;
      case '[':
        return Enter(depth) ? Array(at, depth + 1) : nullptr;
      case '"':
        return String(at);
      default:
        return Scalar(at);
    }
  }

  bool Enter(uint32_t depth) {
    index_.depth = std::max(index_.depth, depth + 1);
    return depth < MemberIndex::kDepthMax;
  }

  const char* Array(const char* at, uint32_t depth) {
    if (Now(++at) == ']') return at + 1;
    for (;; ++at) {
      at = Value(at, depth);
      if (at == nullptr) return nullptr;
      if (Now(at) != ',') return Now(at) == ']' ? at + 1 : nullptr;
    }
  }

  struct Key {  // plain memory: clearing it would take longer than most scans
    const char* begin;
    size_t size;
  };

  // The keys of one object: those from `first` on. Most differ in length or at their ends, which a
  // bit for each tells.
  struct Keys {
    size_t first;
    uint64_t seen = 0;
  };

  bool IsNew(std::string_view key, Keys* keys) {
    if (keys_count_ == kKeysMax || keys_count_ - keys->first == MemberIndex::kMembersMax)
      return false;
    const size_t ends = key.empty() ? 0 : static_cast<size_t>(key.front() + 7 * key.back());
    const uint64_t bit = uint64_t{1} << ((ends + key.size()) % 64);
    for (size_t i = keys->first; (keys->seen & bit) != 0 && i < keys_count_; ++i) {
      if (std::string_view(keys_[i].begin, keys_[i].size) == key) return false;
    }
    keys->seen |= bit;
    keys_[keys_count_++] = {key.data(), key.size()};
    return true;
  }

  const char* Member(const char* at, uint32_t depth, Keys* keys) {
    if (Now(at) != '"') return nullptr;
    const char* colon = String(at);
    if (colon == nullptr || Now(colon) != ':') return nullptr;
    if (!IsNew({at + 1, static_cast<size_t>(colon - at - 2)}, keys)) return nullptr;
    const char* behind = Value(colon + 1, depth);
    if (depth == 1 && behind != nullptr) {
      index_.members[index_.count++] = {OffsetOf(colon + 1), OffsetOf(behind)};
    }
    return behind;
  }

  const char* Object(const char* at, uint32_t depth) {
    Keys keys{.first = keys_count_};
    if (Now(++at) == '}') return at + 1;
    for (;; ++at) {
      at = Member(at, depth, &keys);
      if (at == nullptr) return nullptr;
      if (Now(at) != ',') break;
    }
    keys_count_ = keys.first;
    return Now(at) == '}' ? at + 1 : nullptr;
  }

  const char* const begin_;
  const char* const end_;
  MemberIndex& index_;
  size_t keys_count_ = 0;
  std::array<Key, kKeysMax> keys_;  // the first `keys_count_`
};

}  // namespace

bool ScanCompact(std::string_view json, MemberIndex* index) { return Scan(json, index).Run(); }

}  // namespace asl
