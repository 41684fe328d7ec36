// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A worker that is a function call, for programs that embed the engine: its functions run on a few
// threads of their own and speak to the Pool as a connected worker would. Owned by the embedding
// program; the Pool must outlive it. Any thread may call it.
//
//   workers::InProcessWorker worker(engine.pool(), {.name = "billing", .slots = 4});
//   worker.Function("charge", [](const workers::Task& task) { return
//   workers::Result::Success("{}"); }); absl::Status status = worker.Start();
//
// What such a worker was doing dies with the process. So each one is a new instance: after a
// restart the engine treats its tasks as those of a worker that did not come back, and never
// believes that they had not been received.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "workers/client/task.h"
#include "workers/pool.h"

namespace workers {

struct InProcessOptions {
  std::string name = "in-process";  // shown in ActivityStarted; the instance is this and a UUID
  uint32_t slots = 16;              // tasks taken at once
  uint32_t threads = 0;             // functions running at once; 0: as many as slots
};

class InProcessWorker {
 public:
  explicit InProcessWorker(Pool* pool, InProcessOptions options = {});
  // Disconnects, tells the functions that still run (Task::withdrawn) and waits for them; their
  // results are lost.
  ~InProcessWorker();
  InProcessWorker(const InProcessWorker&) = delete;
  InProcessWorker& operator=(const InProcessWorker&) = delete;

  // REQUIRES: not started.
  void Function(const std::string& name, Handler handler);
  void Activity(const std::string& name, Handler handler);

  // Connects. Fails when a limit of the Pool is broken.
  absl::Status Start();
  // Takes no more tasks, and waits until every one it has is finished and acknowledged.
  void Drain();

 private:
  struct Connection;
  std::shared_ptr<Connection>
      connection_;  // shared with the Pool, which may still be in a call when this ends
};

}  // namespace workers
