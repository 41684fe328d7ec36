// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Numbers in as few bytes as they need: seven bits each, the lowest first, the high bit set on all
// but the last (LEB128, as protobuf has it). Signed ones are folded so that small ones of either
// sign are short. Their bytes do not sort; for keys see key.h. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace storage {

inline void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

inline void AppendSignedVarint(int64_t value, std::string* out) {
  AppendVarint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63), out);
}

// Takes what the functions above wrote off the front of bytes, which may be anything; after the
// first failure it stays failed and gives zeros.
class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : rest_(bytes) {}

  uint64_t Number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t octet = Octet();
      if (!ok_ || (shift == 63 && octet > 1)) break;
      value |= static_cast<uint64_t>(octet & 0x7f) << shift;
      if ((octet & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  int64_t Signed() {
    const uint64_t folded = Number();
    return static_cast<int64_t>(folded >> 1) ^ -static_cast<int64_t>(folded & 1);
  }
  uint8_t Octet() {
    if (!ok_ || rest_.empty()) {
      ok_ = false;
      return 0;
    }
    const auto octet = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return octet;
  }
  // A length, then as many bytes.
  std::string_view Bytes() {
    const uint64_t length = Number();
    if (!ok_ || length > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return bytes;
  }

  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }
  size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

inline void AppendBytes(std::string_view value, std::string* out) {
  AppendVarint(value.size(), out);
  out->append(value);
}

}  // namespace storage
