// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Task tokens. A token names an attempt and its delivery and carries a seal over both that nobody
// without the store's key can make; so a token needs no bytes in any row, and is the same again
// after a restart.
//
//   token := execution:u64be scheduled:u32be delivery:u32be seal:16
//   seal  := AES-128(key, execution:u64be scheduled:u32be delivery:u32be)      one block, all
//   different: a permutation
//                                                                              of them is as good
//                                                                              as random bytes
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "asl/payload.h"
#include "engine/ids.h"

namespace engine {

// Names an attempt: the execution and its …Scheduled event.
struct TaskId {
  ExecutionNumber execution = ExecutionNumber::kNone;
  asl::EventId scheduled{};
  friend auto operator<=>(const TaskId&, const TaskId&) = default;
};

struct TokenParts {
  TaskId id;
  uint32_t delivery = 0;
};
// Whose token this claims to be, the seal unseen. nullopt: not a token of ours at all.
std::optional<TokenParts> DecodeToken(std::string_view token);

// The delivery that stands in task tokens of `.waitForTaskToken`: such a token names the attempt
// whoever works on it.
inline constexpr uint32_t kCallbackDelivery = 0;
// The form in which people and programs pass it on: base64 of the URL alphabet, unpadded.
std::string TokenToText(std::string_view token);
std::optional<std::string> TokenFromText(std::string_view text);

// Owned by a partition; its thread only.
class TokenSealer {
 public:
  static constexpr size_t kKeyBytes = 16;

  // REQUIRES: `key` has kKeyBytes.
  explicit TokenSealer(std::string_view key);
  ~TokenSealer();

  std::string Token(const TaskId& id, uint32_t delivery);
  // Whether it is the very token that Token made.
  bool IsToken(std::string_view token, const TaskId& id, uint32_t delivery);

 private:
  struct Cipher;
  std::unique_ptr<Cipher> cipher_;
};

}  // namespace engine
