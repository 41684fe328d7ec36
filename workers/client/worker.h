// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A program that executes Tasks for asld. Link the target worker_client; a whole worker is
//
//   #include "workers/client/worker.h"
//
//   int main() {
//     workers::Worker worker("127.0.0.1:8084");
//     worker.Function("charge", [](const workers::Task& task) {
//       return workers::Result::Success(R"({"charged": true})");
//     });
//     worker.StopOnSignals();
//     return worker.Run().ok() ? 0 : 1;
//   }
//
// What it promises while the process lives, whatever happens to the engine or the network:
//   - a function runs at most once per token;
//   - a result is kept, and sent again on every new connection, until the engine acknowledges it;
//   - on every new connection the engine is first told which tasks are held, so none is sent
//   elsewhere meanwhile;
//   - a task that asks for heartbeats gets them for as long as its function runs.
// When the process dies, the engine decides (Lambda.Unknown and the definition's Retry, or delivery
// to another worker).
//
// Any thread may call Stop; everything else belongs to the thread that calls Run.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "workers/client/task.h"

namespace workers {

struct WorkerOptions {
  std::string server = "127.0.0.1:8084";  // or "https://…": see channel.h
  // File of the certificates, in PEM, one of which asld's must come from; empty: the system's.
  std::string tls_ca;
  // Shown in the history of activities; empty: the instance.
  std::string name;
  // Names this process towards the engine over all its connections; empty: a UUID. Another process
  // must never use it: it would claim not to hold what this one holds.
  std::string instance;
  // Tasks taken at once, over all functions.
  uint32_t slots = 16;
  // Functions that run at once; 0: as many as slots. Fewer make sense when they are quick.
  uint32_t threads = 0;
  // How long Stop waits for functions to end and for the engine to acknowledge their results.
  std::chrono::milliseconds drain_limit{30'000};
  // One line for people, such as a lost connection; standard error when empty.
  std::function<void(std::string_view)> log;
};

class Worker {
 public:
  explicit Worker(std::string server);
  explicit Worker(WorkerOptions options);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // REQUIRES for both: Run was not called. The NAME of arn:aws:lambda:…:function:NAME or of
  // arn:aws:states:…:activity:NAME.
  void Function(const std::string& name, Handler handler);
  void Activity(const std::string& name, Handler handler);

  // Serves until Stop, connecting again whenever the connection is lost. OK: everything was handed
  // in. DEADLINE_EXCEEDED: Stop's limit passed, and the text says how many results were not
  // acknowledged. INVALID_ARGUMENT, UNIMPLEMENTED and the like: the engine refuses this worker and
  // always will.
  absl::Status Run();

  // Takes no more tasks and lets Run return when those it has are finished and acknowledged. A
  // second call does not wait for that: functions that still run are told (Task::withdrawn), and
  // Run returns when they have.
  void Stop();

  // SIGTERM and SIGINT call Stop while Run runs. For one worker per process.
  void StopOnSignals();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace workers
