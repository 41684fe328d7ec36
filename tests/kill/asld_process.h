// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One process under test: spawned, its standard error gathered line by line, killed or asked to
// stop, and waited for with a limit. Owned by one test. Spawn from a thread that outlives the
// process: the kernel kills it with that thread, so that a crashed test leaves nothing running.
// Knows nothing of gRPC.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kill_test {

class Process {
 public:
  // `file_bytes_max`: no file of the process grows beyond it (RLIMIT_FSIZE); 0: no limit. What a
  // disk that fails in the middle of a file looks like to the process.
  explicit Process(const std::vector<std::string>& command, uint64_t file_bytes_max = 0);
  ~Process();  // kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal);  // no effect once it has ended

  // SIGSTOP, and waits until all its threads stand still; SIGCONT lets them go on. False: it ended.
  bool Halt();

  // The first line of standard error that holds `text`; nullopt when the process ended without one
  // or the limit passed.
  std::optional<std::string> WaitForLine(std::string_view text, std::chrono::milliseconds limit);

  // How it ended: its exit code, or minus the signal that killed it; nullopt when the limit passed.
  std::optional<int> WaitForEnd(std::chrono::milliseconds limit);

  std::string errors() const;  // all of standard error until now

 private:
  void Gather();

  int pid_ = -1;
  int pipe_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;          // guarded by mutex_
  std::optional<int> ended_;  // guarded by mutex_
  std::thread gatherer_;
};

// What `asld` says when it may be used.
constexpr std::string_view kReadyLine = "asld: ready:";

// asld on a directory, with a port that no other program is given by chance: ports for outgoing
// connections begin above (net.ipv4.ip_local_port_range), so while the engine is down nobody sits
// on its port.
class Asld {
 public:
  explicit Asld(std::string data_dir) : data_dir_(std::move(data_dir)) {}

  // Starts it and waits until it is ready; false: it is not, and `process()` says why. The port is
  // chosen by the first start and kept.
  bool Start(const std::vector<std::string>& flags = {}, uint64_t file_bytes_max = 0);
  // Starts it without waiting.
  void Launch(const std::vector<std::string>& flags = {}, uint64_t file_bytes_max = 0);
  // SIGKILL, and waits until it is gone.
  void Kill();
  // SIGTERM; the exit code, or nullopt when the limit passed.
  std::optional<int> Terminate(std::chrono::milliseconds limit);

  Process& process() { return *process_; }
  std::string address() const;
  int http_port();  // a free one, another after each start; 0: it does not say
  const std::string& data_dir() const { return data_dir_; }

 private:
  const std::string data_dir_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace kill_test
