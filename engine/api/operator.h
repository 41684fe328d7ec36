// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the person who runs asld can ask, for every front door: how the engine is doing, what is
// stuck or parked. Nothing here enters a partition's loop but ReleaseParked; numbers come from what
// the loops publish, executions from the durable view. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/engine.h"

namespace engine::api {

struct QueueStatus {
  std::string name;
  QueueGauges gauges;
  workers::Pool::Serving serving;
  std::optional<workers::Services::Answered> calls;  // of a queue that this process serves
  std::optional<asl::Millis> oldest;                 // when its oldest waiting task was scheduled
};

// An execution whose task waits although no worker serves its queue.
struct StuckExecution {
  std::string arn;
  std::string queue;
  asl::Millis since;
};

struct ServerStatus {
  asl::Millis now;
  Engine::Moment moment;
  uint64_t disk_free = 0;  // bytes, for this user
  uint64_t disk_min_free = 0;
  bool refusing_starts = false;  // for want of space
  uint64_t resident_bytes = 0;   // of the process
  uint64_t workers = 0;
  std::vector<QueueStatus> queues;    // by name; those with tasks or workers
  std::vector<StuckExecution> stuck;  // the first ten by age
  std::vector<SourceStatus> sources;  // by name
};

// Takes some microseconds, whatever the engine holds; leaves out `oldest` and `stuck`.
ServerStatus GetStatus(Engine& engine);
// Adds them by reading the heads of the queues from the durable view.
absl::Status AddWaits(Engine& engine, ServerStatus& status);

struct ParkedExecution {
  std::string arn;
  uint64_t crashes = 0;
};
absl::StatusOr<std::vector<ParkedExecution>> ListParked(Engine& engine);
// Answered when its crashes are forgotten durably; it then goes on without a restart.
void ReleaseParked(Engine& engine, const std::string& arn, Reply<uint64_t> reply);

}  // namespace engine::api
