// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What passes between the engine and whatever executes Tasks: a request goes out, answers come
// back, and each answer is acknowledged once it is durable. Plain data; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace workers {

// A connection of one worker instance. Numbers are given by the Pool, from 1, never reused within a
// process.
using SessionId = uint64_t;

// Functions and activities have separate name spaces; a queue name keeps them apart: "pay" is the
// function, "activity:pay" the activity.
std::string ActivityQueue(const std::string& activity);
// The activity's name, or nullopt when it is the queue of a function.
std::optional<std::string_view> ActivityOf(std::string_view queue);

// Tasks that the engine's own process carries out by calling a service (services.h), and no worker
// can: "call:lambda:pay", "call:sqs:sendMessage".
std::string CallQueue(std::string_view service, std::string_view what);
struct CallParts {
  std::string_view service;  // "lambda"
  std::string_view what;     // the rest
};
// nullopt when it is a queue of workers.
std::optional<CallParts> CallOf(std::string_view queue);

// What lambda:invoke asks of the Invoke API besides the payload.
struct InvokeOptions {
  std::string type;            // "Event", "DryRun"; empty: RequestResponse
  std::string client_context;  // Base64; may be empty
  bool log_tail = false;
};

struct TaskRequest {
  std::string token;
  std::string task_token;  // what ends the task whoever has it; only for polls (Pool::Poll)
  std::string queue;       // queue name
  std::string qualifier;
  std::shared_ptr<const std::string>
      text;  // the input is `length` bytes from `offset` of this JSON text
  uint32_t offset = 0;
  uint32_t length = 0;
  uint32_t attempt = 1;
  uint32_t timeout_s = 0;    // 0: none
  uint32_t heartbeat_s = 0;  // 0: none
  std::string execution_arn;
  std::string state_name;
  std::string idempotency_key;
  std::string role;  // ARN of the role as which a service is called; empty: as the process itself
  // Of lambda:invoke in a queue of calls; null otherwise.
  std::shared_ptr<const InvokeOptions> invoke;
};

struct HttpAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // as they came
  std::string request_id;
};

enum class AnswerKind : uint8_t { kReceived, kHeartbeat, kSuccess, kFailure };

struct Answer {
  std::string token;
  AnswerKind kind = AnswerKind::kReceived;
  std::shared_ptr<const std::string> output;  // kSuccess: JSON text
  std::optional<std::string> error;           // kFailure
  std::optional<std::string> cause;           // kFailure
  // kSuccess of an integration: what the service's answer said besides its body, for the engine to
  // make the Task's result of both. Null: the output is the result, or the function's.
  std::shared_ptr<const HttpAnswer> http;
};

// A task that a reconnecting worker still holds.
struct Held {
  std::string token;
  std::optional<Answer> finished;
};

enum class AckOutcome : uint8_t { kAccepted, kAlreadyAnswered, kNoLongerWanted, kRefused };

// Sent for every result (success, failure), once it is durable. `received` and `heartbeat` are
// acknowledged only by kNoLongerWanted: kAccepted makes a worker forget the result it keeps.
struct Acknowledgement {
  std::string token;
  AckOutcome outcome = AckOutcome::kAccepted;
  std::string message;
};

// The instance that stands for whoever polls: it never connects, so no worker may be called so.
inline constexpr std::string_view kPollInstance = "GetActivityTask";

// The right to send one task to one session. Whoever holds it either dispatches on it and returns
// it when the task is over, or returns it unused; it becomes void when the session ends.
struct Slot {
  SessionId session = 0;
  std::string instance;  // the worker instance's stable id
  std::string worker_name;
};

}  // namespace workers
