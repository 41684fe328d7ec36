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

// A JSON object of exactly `bytes` bytes. REQUIRES: bytes >= 8.
std::string Document(size_t bytes);

absl::Status CreateStateMachine(const std::shared_ptr<grpc::Channel>& channel,
                                const std::string& name, const std::string& definition);

}  // namespace bench
