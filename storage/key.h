// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Order-preserving encoding of keys: comparing the bytes of two encoded keys compares their fields
// from left to right. Every key in a store is built from these; the key kinds themselves are the
// engine's. Pure functions.
//
//   u8, u16, u32, u64   big-endian
//   descending u64      the complement, big-endian: larger numbers come first
//   terminated string   octets with 0x00 written as 0x00 0xFF, then 0x00 0x01: a string sorts before
//                       its extensions, whatever follows it in the key
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace storage {

inline void AppendU8(uint8_t value, std::string* key) { key->push_back(static_cast<char>(value)); }

inline void AppendU16(uint16_t value, std::string* key) {
  AppendU8(static_cast<uint8_t>(value >> 8), key);
  AppendU8(static_cast<uint8_t>(value), key);
}

inline void AppendU32(uint32_t value, std::string* key) {
  AppendU16(static_cast<uint16_t>(value >> 16), key);
  AppendU16(static_cast<uint16_t>(value), key);
}

inline void AppendU64(uint64_t value, std::string* key) {
  char octets[8];
  for (int i = 0; i < 8; ++i) octets[i] = static_cast<char>(value >> (56 - 8 * i));
  key->append(octets, sizeof(octets));
}

inline void AppendDescendingU64(uint64_t value, std::string* key) { AppendU64(~value, key); }

void AppendTerminated(std::string_view value, std::string* key);

// The smallest key above every key that starts with `prefix`; empty when there is none, which Scan
// reads as "to the table's end".
std::string PrefixEnd(std::string_view prefix);

// Takes the fields of an encoded key off its front. The first field that does not fit makes the
// reader not ok() for good, and from then on every field reads as zero or empty: check once, at the
// end.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key), size_(key.size()) {}

  uint8_t U8() { return static_cast<uint8_t>(Unsigned(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Unsigned(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Unsigned(4)); }
  uint64_t U64() { return Unsigned(8); }
  uint64_t DescendingU64() {
    const uint64_t value = Unsigned(8);
    return ok_ ? ~value : 0;
  }
  std::string Terminated();

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

  // OK when every field was there and nothing is left; else says at which byte of `what` (a table's
  // or key's name).
  absl::Status Finish(std::string_view what) const;

 private:
  uint64_t Unsigned(size_t octets) {
    if (!ok_ || rest_.size() < octets) {
      ok_ = false;
      return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < octets; ++i) value = value << 8 | static_cast<uint8_t>(rest_[i]);
    rest_.remove_prefix(octets);
    return value;
  }

  std::string_view rest_;
  size_t size_;
  bool ok_ = true;
};

}  // namespace storage
