// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a message of a queue means to a source: whether it is wanted, the name of its execution and
// the input. Pure; any thread.
//
// Filters and input templates see a message as Lambda's event has it, with a body that is JSON
// parsed, as EventBridge Pipes do:
//   {"messageId", "body", "attributes": {"MessageGroupId", …}, "messageAttributes":
//    {NAME: {"stringValue", "dataType"}}, "eventSource": "aws:sqs"}
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "engine/sources/options.h"
#include "workers/aws/sqs.h"

namespace engine::sources {

struct Reading {
  enum class Verdict : uint8_t {
    kStart,
    kUnwanted,  // no filter matches
    kPoison,    // it can never start an execution: `text` says why
  };
  Verdict verdict = Verdict::kStart;
  std::string text;  // kStart: the input, JSON
};
Reading Read(const Options& options, const workers::aws::SqsMessage& message);

// The same for every delivery of the message, and a valid name of an execution: "sqs-" and the
// message's id, or a hash of an id that would make no name. aslctl makes it again of what it finds
// in a dead-letter queue.
std::string ExecutionNameOf(const std::string& message_id);

// How often the queue has handed this message out; 1 when it does not say.
int64_t ReceiveCount(const workers::aws::SqsMessage& message);

// For how long a message that is handed back stays invisible. At once after the first delivery, as
// the queue's own redrive policy is to decide; then longer each time, so that a queue without one
// makes no hot loop of it.
absl::Duration ReturnDelay(int64_t receive_count);
inline constexpr absl::Duration kReturnDelayMax = absl::Minutes(15);

}  // namespace engine::sources
