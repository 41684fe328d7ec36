// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/kill/asld_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cassert>
#include <cstdlib>

#include "fmt/format.h"

namespace kill_test {
namespace {

// A start replays the log; a machine under load takes its time.
constexpr std::chrono::seconds kReadyLimit{120};
constexpr std::chrono::seconds kGoneLimit{60};
constexpr int kFirstPort = 20'000;
constexpr int kPorts = 12'000;
constexpr int kExitAddressTaken = 69;

// Between fork and exec of a program with threads: only what a signal handler may call.
[[noreturn]] void Become(char* const* command, int parent, int errors, uint64_t file_bytes_max) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  dup2(errors, STDERR_FILENO);
  if (file_bytes_max > 0) {
    const rlimit limit{file_bytes_max, file_bytes_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);  // stays ignored: write fails with EFBIG instead
  }
  execv(command[0], command);
  _exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& command, uint64_t file_bytes_max) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  [[maybe_unused]] const int made = pipe2(ends, O_CLOEXEC);
  assert(made == 0);
  const int parent = getpid();
  pid_ = fork();
  assert(pid_ >= 0);
  if (pid_ == 0) Become(arguments.data(), parent, ends[1], file_bytes_max);
  close(ends[1]);
  pipe_ = ends[0];
  gatherer_ = std::thread([this] { Gather(); });
}

Process::~Process() {
  Signal(SIGKILL);
  gatherer_.join();
  close(pipe_);
}

// Reads to the end of the pipe, which comes when the process is gone, and only then asks how it
// ended.
void Process::Gather() {
  char bytes[4096];
  ssize_t count = 0;
  while ((count = read(pipe_, bytes, sizeof bytes)) > 0) {
    std::lock_guard lock(mutex_);
    text_.append(bytes, static_cast<size_t>(count));
    changed_.notify_all();
  }
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  // Reaped under the lock: until then the id is this process's own, and Signal cannot hit another.
  std::lock_guard lock(mutex_);
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  changed_.notify_all();
}

void Process::Signal(int signal) {
  std::lock_guard lock(mutex_);
  if (!ended_) kill(pid_, signal);
}

// WNOWAIT: its end is left for Gather to take.
bool Process::Halt() {
  Signal(SIGSTOP);
  siginfo_t info{};
  const int done = waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT);
  return done == 0 && info.si_code == CLD_STOPPED;
}

std::optional<std::string> Process::WaitForLine(std::string_view text,
                                                std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  std::optional<std::string> line;
  changed_.wait_for(lock, limit, [&] {
    const size_t at = text_.find(text);
    const size_t end = at == std::string::npos ? at : text_.find('\n', at);
    if (end == std::string::npos) return ended_.has_value();
    const size_t begin = text_.rfind('\n', at) + 1;  // npos + 1 is 0
    line = text_.substr(begin, end - begin);
    return true;
  });
  return line;
}

std::optional<int> Process::WaitForEnd(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return ended_.has_value(); });
  return ended_;
}

std::string Process::errors() const {
  std::lock_guard lock(mutex_);
  return text_;
}

void Asld::Launch(const std::vector<std::string>& flags, uint64_t file_bytes_max) {
  if (port_ == 0) port_ = kFirstPort + getpid() % kPorts;
  std::vector<std::string> command = {ASLD_BINARY, "--data-dir",     data_dir_,    "--grpc-address",
                                      address(),   "--http-address", "127.0.0.1:0"};
  command.insert(command.end(), flags.begin(), flags.end());
  process_.reset();
  process_ = std::make_unique<Process>(command, file_bytes_max);
}

bool Asld::Start(const std::vector<std::string>& flags, uint64_t file_bytes_max) {
  const bool first = port_ == 0;
  while (true) {
    Launch(flags, file_bytes_max);
    if (process_->WaitForLine(kReadyLine, kReadyLimit)) return true;
    if (!first || process_->WaitForEnd(kGoneLimit) != kExitAddressTaken) return false;
    port_ = kFirstPort + (port_ - kFirstPort + 1) % kPorts;
  }
}

void Asld::Kill() {
  process_->Signal(SIGKILL);
  [[maybe_unused]] const std::optional<int> ended = process_->WaitForEnd(kGoneLimit);
  assert(ended);
}

std::optional<int> Asld::Terminate(std::chrono::milliseconds limit) {
  process_->Signal(SIGTERM);
  return process_->WaitForEnd(limit);
}

int Asld::http_port() {
  constexpr std::string_view kAt = "http at port ";
  const std::string line = process_->WaitForLine(kReadyLine, kReadyLimit).value_or("");
  const size_t at = line.find(kAt);
  return at == std::string::npos ? 0 : std::atoi(line.c_str() + at + kAt.size());
}

std::string Asld::address() const { return fmt::format("127.0.0.1:{}", port_); }

}  // namespace kill_test
