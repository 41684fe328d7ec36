// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/ids.h"

#include <cassert>
#include <vector>

#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "openssl/sha.h"

namespace engine {

ExecutionNumber MakeExecutionNumber(asl::Millis time, uint32_t counter, PartitionId partition) {
  assert(counter < 4'096);
  assert(partition < kPartitionsMax);
  assert(time.value >= 0 && time.value < (int64_t{1} << 42));
  return ExecutionNumber{(static_cast<uint64_t>(time.value) << 22) | (uint64_t{counter} << 10) |
                         partition};
}

PartitionId PartitionOf(ExecutionNumber number) { return ToInt(number) & 1'023; }

asl::Millis TimeOf(ExecutionNumber number) {
  return asl::Millis{static_cast<int64_t>(ToInt(number) >> 22)};
}

// The first half of SHA-1: well spread, in every OpenSSL, and nobody gains by a collision here.
Hash128 HashBytes(std::string_view bytes) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  Hash128 hash;
  for (int i = 0; i < 8; ++i) hash.high = (hash.high << 8) | digest[i];
  for (int i = 8; i < 16; ++i) hash.low = (hash.low << 8) | digest[i];
  return hash;
}

PartitionId OwnerOf(const Hash128& name_hash, uint32_t partitions) {
  return name_hash.low % partitions;
}

Hash128 HashName(std::string_view machine, std::string_view execution) {
  return HashBytes(fmt::format("{}:{}", machine, execution));  // names hold no colon
}

std::string StateMachineArn(const ArnScope& scope, std::string_view machine) {
  return fmt::format("arn:aws:states:{}:{}:stateMachine:{}", scope.region, scope.account, machine);
}

std::string ExecutionArn(const ArnScope& scope, std::string_view machine,
                         std::string_view execution) {
  return fmt::format("arn:aws:states:{}:{}:execution:{}:{}", scope.region, scope.account, machine,
                     execution);
}

std::optional<std::string> StateMachineNameOf(std::string_view arn_or_name) {
  if (arn_or_name.substr(0, 4) != "arn:") return std::string(arn_or_name);
  std::vector<std::string> parts = absl::StrSplit(std::string(arn_or_name), ':');
  if (parts.size() != 7 || parts[2] != "states" || parts[5] != "stateMachine") return std::nullopt;
  return parts[6];
}

std::optional<ExecutionName> ParseExecutionArn(std::string_view arn) {
  std::vector<std::string> parts = absl::StrSplit(std::string(arn), ':');
  if (parts.size() != 8 || parts[0] != "arn" || parts[2] != "states" || parts[5] != "execution") {
    return std::nullopt;
  }
  return ExecutionName{.machine = parts[6], .name = parts[7]};
}

}  // namespace engine
