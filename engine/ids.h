// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine's identities: partitions, execution numbers, ARNs. Values; any thread.
//
// An execution number is start time in ms (42 bits) ‖ counter (12) ‖ partition (10), so that new
// executions sort nearly last, one execution's history lies together, and old ones can be dropped
// as whole files. It names the partition, so whoever holds a number (a task token, a timer row)
// needs no lookup to find the owner.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "asl/time.h"

namespace engine {

using PartitionId = uint32_t;  // 0 … partitions − 1
inline constexpr uint32_t kPartitionsMax = 1'024;
inline constexpr uint32_t kPartitionsDefault = 16;

enum class ExecutionNumber : uint64_t { kNone = 0 };
inline uint64_t ToInt(ExecutionNumber n) { return static_cast<uint64_t>(n); }

// REQUIRES: counter < 4096, partition < 1024, 0 <= time < 2^42 ms (the year 2109).
ExecutionNumber MakeExecutionNumber(asl::Millis time, uint32_t counter, PartitionId partition);
PartitionId PartitionOf(ExecutionNumber number);
// The time in the number: the start, or a little later when very many started at once.
asl::Millis TimeOf(ExecutionNumber number);

// 128-bit hash without a seed of the process: stable for ever, the same on every machine (stored in
// keys).
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};
Hash128 HashBytes(std::string_view bytes);

// The owner of an execution: fixed by machine and execution name, so a name is unique by a look in
// one partition.
PartitionId OwnerOf(const Hash128& name_hash, uint32_t partitions);
// A name that is a UUID of version 7 (RFC 9562), as the engine's own are, has its first half in front,
// which is the time above all: what is started one after another then lies side by side.
Hash128 HashName(std::string_view machine, std::string_view execution);

// Region and account that this engine's ARNs carry.
struct ArnScope {
  std::string region = "us-east-1";
  std::string account = "123456789012";
};
std::string StateMachineArn(const ArnScope& scope, std::string_view machine);
// `qualifier`: a version's number or an alias' name.
std::string QualifiedArn(const ArnScope& scope, std::string_view machine,
                         std::string_view qualifier);
std::string VersionArn(const ArnScope& scope, std::string_view machine, uint32_t version);
std::string ExecutionArn(const ArnScope& scope, std::string_view machine,
                         std::string_view execution);
std::string ActivityArn(const ArnScope& scope, std::string_view activity);

// TYPE of an ARN "arn:aws:states:REGION:ACCOUNT:TYPE:REST", of which REST is left; nullopt: it is none.
std::optional<std::string_view> TakeArnType(std::string_view* arn);

// "name", "name:3", "name:PROD", and the same as an ARN. A version's number has digits only, an
// alias' name does not. nullopt when it is an ARN of something else.
struct MachineName {
  std::string machine;
  std::string qualifier;  // empty: none
};
std::optional<MachineName> ParseMachineName(std::string_view arn_or_name);
// nullopt: an alias' name, or no number that a version can have.
std::optional<uint32_t> VersionOf(std::string_view qualifier);
// "name" of an activity, or its ARN; nullopt when it is an ARN of something else.
std::optional<std::string> ActivityNameOf(std::string_view arn_or_name);
struct ExecutionName {
  std::string machine;
  std::string name;
};
std::optional<ExecutionName> ParseExecutionArn(std::string_view arn);

}  // namespace engine
