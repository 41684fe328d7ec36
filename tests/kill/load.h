// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Clients that start, await and stop executions while the engine is killed, and remember what they
// were told: that is what must be true at the end. Owned by the run; its functions belong to one
// thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/kill/engine_calls.h"
#include "tests/kill/report.h"

namespace kill_test {

// Of an execution that is stopped while it runs: the stop may have come too late.
inline constexpr char kAnyEnd[] = "any end";

// What clients were told about one execution.
struct Seen {
  std::string name;
  std::string arn;
  std::string wanted_status;                    // how it must end, or kAnyEnd
  bool stopped = false;                         // a stop was acknowledged
  std::optional<asld::v1::Execution> end;       // an end that was shown
  std::vector<asld::v1::HistoryEvent> history;  // as it was shown last
};

class Load {
 public:
  Load(EngineCalls* calls, Acknowledgements* acknowledgements, Report* report);
  ~Load();

  absl::Status CreateStateMachines();
  void Begin();
  // No new executions; returns when those under way have ended, or a call has hung.
  void End();

  std::vector<Seen> TakeSeen();  // after End

 private:
  void Client();
  void ToItsEnd(const std::string& machine, uint64_t number);
  void Stopped(const std::string& machine, uint64_t number, uint64_t after,
               const std::string& wanted_status);
  void Watcher();
  std::optional<size_t> Start(const std::string& machine, uint64_t number,
                              const std::string& wanted_status);
  void Fail(const std::string& what, const absl::Status& status);

  EngineCalls* const calls_;
  Acknowledgements* const acknowledgements_;
  Report* const report_;
  std::atomic<bool> ending_{false};
  std::atomic<uint64_t> next_{0};
  std::mutex mutex_;
  std::vector<Seen> seen_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace kill_test
