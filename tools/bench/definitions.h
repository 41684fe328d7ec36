// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The state machines of the loads and their payloads. Every Task calls one function, which the
// worker of worker_stream.h serves.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"

namespace grpc {
class Channel;
}

namespace bench {

inline constexpr char kFunction[] = "bench-step";

// How each Task of a chain treats its result.
enum class ResultPath { kReplace, kKeepBeside, kDiscard };  // "$" (the default), "$.r", null

// Tasks "S0" … in a row, each with the bare ARN of kFunction.
std::string ChainDefinition(int steps, ResultPath result_path);

// Task "S0" and Choice "More", round and round until a result says {"done":true}. Seven events a
// round.
std::string LoopDefinition();
inline constexpr int kLoopEvents = 7;

// A Wait until the time at `$.until` of the input.
std::string SleepDefinition();

// One Task of `function`.
std::string TaskDefinition(const std::string& function);

// As LoopDefinition, but done it sleeps for 30 days.
std::string LoopThenSleepDefinition();

// Inline Maps in a row over the array at `$.items`, ten iterations at once.
enum class MapBody { kTask, kTaskWithSelector, kPass };  // the ItemSelector reaches into the input
std::string MapsDefinition(int maps, MapBody body);

// A JSON object of exactly `bytes` bytes. REQUIRES: bytes >= 8.
std::string Document(size_t bytes);

absl::Status CreateStateMachine(const std::shared_ptr<grpc::Channel>& channel,
                                const std::string& name, const std::string& definition);

}  // namespace bench
