// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The workers of a run: what their functions do to the world (one line in a file per call, written
// before anything else), and where they live: in threads of the test, which survive every kill of
// the engine, or in processes that are killed with it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/kill/asld_process.h"
#include "tests/kill/report.h"
#include "workers/client/worker.h"

namespace kill_test {

struct Effect {
  std::string execution_arn;
  std::string state;
  uint32_t attempt = 0;
  std::string token;      // as hexadecimal digits
  int64_t scheduled = 0;  // id of the …Scheduled event, from the idempotency key
};

// Append-only; a line is one write, so that a killed process leaves whole lines. Any thread,
// several processes.
class EffectLog {
 public:
  explicit EffectLog(std::string path);
  ~EffectLog();
  void Append(const workers::Task& task);
  std::vector<Effect> Read() const;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  int file_ = -1;
};

// Lets some functions run across a kill: they end when the engine was killed once more, or after a
// limit.
class Kills {
 public:
  void Count();
  void WaitForNext();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t count_ = 0;  // guarded by mutex_
};

// The body of a worker process; returns its exit code. Ends by being killed, or on SIGTERM.
int ServeInProcess(const std::string& address, const std::string& instance,
                   const std::string& effects_path);

// What a run needs of its workers, wherever they live. Its owner's thread only.
class Workers {
 public:
  virtual ~Workers() = default;
  virtual void OnEngineKilled() = 0;
  virtual void OnEngineStarted() = 0;
  virtual void Finish(Report& report) = 0;  // they end, and must have handed in everything
};

std::unique_ptr<Workers> ThreadWorkers(const std::string& address, EffectLog* effects);
// `same_instance`: a restarted process claims to be the one that was killed, as no program must.
std::unique_ptr<Workers> ProcessWorkers(const std::string& address, EffectLog* effects,
                                        bool same_instance);

}  // namespace kill_test
