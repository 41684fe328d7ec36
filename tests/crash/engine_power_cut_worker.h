// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A worker of the engine whose power is cut. It stands at the Pool where a connection would, so
// that it sees each hand-out and acknowledgement, and tells Outside of them. It either survives,
// and comes back with the tasks and results it holds, or dies with the engine and a new instance
// comes. One thread of its own while connected; its owner's thread calls it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/crash/engine_power_cut_outside.h"
#include "workers/pool.h"

namespace crash {

// What it serves. "flaky" fails its first attempt with the error Flaky.
inline constexpr const char* kWorkQueues[] = {"pay", "pack", "flaky"};

class PowerCutWorker {
 public:
  enum class Fate : uint8_t { kSurvives, kDies };

  PowerCutWorker(std::string name, Fate fate, uint64_t seed, Outside* outside);
  ~PowerCutWorker();

  // `prompt`: it finishes every task; else it keeps some until the next engine.
  void Connect(workers::Pool& pool, bool prompt);
  // Answers no more. REQUIRES: the engine is destroyed before the next Connect.
  void Leave();

 private:
  struct Link;
  struct Job {
    std::string queue;
    uint32_t attempt = 1;
    std::string mark;  // of its result, see Outside::OnAccepted
    std::optional<workers::Answer> result;
  };

  void Receive(workers::Outgoing outgoing);
  void Work(workers::Pool& pool, workers::SessionId session, bool prompt);
  void Finish(const std::string& token, Job& job);

  const std::string name_;
  const Fate fate_;
  Outside* const outside_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::mt19937_64 random_;
  uint64_t lives_ = 0, results_ = 0;
  std::map<std::string, Job> jobs_;  // by token, until acknowledged
  std::vector<std::string> to_do_;   // tokens
  bool leaving_ = false;

  std::thread thread_;
};

}  // namespace crash
