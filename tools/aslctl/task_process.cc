// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/task_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "asl/limits.h"
#include "tools/aslctl/clock.h"
#include "tools/aslctl/interrupt.h"

namespace aslctl {
namespace {

// Kept of a command's output: enough for the language to see that it is over its limit.
constexpr size_t kOutputBytesMax = asl::kPayloadBytesMax + 1;
constexpr size_t kChunkBytes = 16 << 10;

void Close(int& file) {
  if (file >= 0) close(file);
  file = -1;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r\n";
  const size_t begin = text.find_first_not_of(kWhite);
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

bool IsErrorName(std::string_view name) {
  return !name.empty() && name.size() <= asl::kErrorNameMax &&
         std::all_of(name.begin(), name.end(),
                     [](char c) {
                       return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' ||
                              c == '_';
                     }) &&
         std::isdigit(static_cast<unsigned char>(name[0])) == 0;
}

}  // namespace

asl::Error ErrorOf(int wait_status, std::string_view errors) {
  errors = Trim(errors);
  const size_t newline = errors.rfind('\n');
  const std::string_view last = newline == errors.npos ? errors : errors.substr(newline + 1);
  const size_t colon = last.find(": ");
  if (colon != last.npos && IsErrorName(last.substr(0, colon))) {
    return {.name = std::string(last.substr(0, colon)),
            .cause = std::string(Trim(last.substr(colon + 2)))};
  }
  const std::string name = WIFSIGNALED(wait_status)
                               ? fmt::format("Signal.{}", WTERMSIG(wait_status))
                               : fmt::format("Exit.{}", WEXITSTATUS(wait_status));
  const size_t keep = std::min(errors.size(), asl::kErrorCauseMax);
  return {.name = name, .cause = std::string(errors.substr(errors.size() - keep))};
}

absl::StatusOr<TaskProcess> TaskProcess::Start(const std::string& command, std::string input) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    return absl::InternalError(fmt::format("pipe: {}", std::strerror(errno)));
  }
  const char* argv[] = {"/bin/sh", "-c", command.c_str(), nullptr};
  const pid_t pid = fork();
  if (pid < 0) return absl::InternalError(fmt::format("fork: {}", std::strerror(errno)));
  if (pid == 0) {
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execv(argv[0], const_cast<char* const*>(argv));
    _exit(127);
  }
  // By both, so that the group exists whoever comes first: else a kill right after the start finds
  // no group, and the command runs on.
  setpgid(pid, pid);
  // A command that does not read its input must not end us.
  signal(SIGPIPE, SIG_IGN);
  TaskProcess process;
  process.pid_ = pid;
  process.process_ = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  process.input_ = std::move(input);
  process.stdin_ = in[1];
  process.stdout_ = out[0];
  process.stderr_ = err[0];
  for (int file : {in[0], out[1], err[1]}) close(file);
  for (int file : {process.stdin_, process.stdout_, process.stderr_}) {
    fcntl(file, F_SETFL, O_NONBLOCK);
  }
  if (process.process_ < 0) {
    return absl::InternalError(fmt::format("pidfd_open: {}", std::strerror(errno)));
  }
  return process;
}

TaskProcess::TaskProcess(TaskProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      process_(std::exchange(other.process_, -1)),
      stdin_(std::exchange(other.stdin_, -1)),
      stdout_(std::exchange(other.stdout_, -1)),
      stderr_(std::exchange(other.stderr_, -1)),
      input_(std::move(other.input_)),
      written_(other.written_),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)),
      wait_status_(other.wait_status_) {}

TaskProcess::~TaskProcess() {
  if (pid_ > 0) {
    kill(-pid_, SIGKILL);  // also what outlived the shell
    if (!wait_status_) Reap();
  }
  for (int* file : {&stdin_, &stdout_, &stderr_, &process_}) Close(*file);
}

TaskProcess::Waited TaskProcess::Wait(int64_t patience_ms) {
  const int64_t end = MonotonicMs() + patience_ms;
  while (true) {
    if (Interrupted()) return Waited::kInterrupted;
    const int64_t left = patience_ms < 0 ? -1 : std::max<int64_t>(end - MonotonicMs(), 0);
    pollfd files[] = {
        {process_, POLLIN, 0}, {stdin_, POLLOUT, 0}, {stdout_, POLLIN, 0}, {stderr_, POLLIN, 0}};
    const int ready = poll(files, 4, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready < 0) continue;  // EINTR
    if (files[1].revents != 0) WriteInput();
    if (files[2].revents != 0 && !ReadOutput()) Close(stdout_);
    if (files[3].revents != 0 && !ReadErrors()) Close(stderr_);
    if (files[0].revents != 0) {
      // What it wrote last is in the pipes; a grandchild that still holds them is not waited for.
      while (stdout_ >= 0 && ReadOutput()) {
      }
      while (stderr_ >= 0 && ReadErrors()) {
      }
      Reap();
      return Waited::kEnded;
    }
    if (patience_ms >= 0 && MonotonicMs() >= end) return Waited::kTimeIsUp;
  }
}

std::variant<std::string, asl::Error> TaskProcess::Result() const {
  if (!WIFEXITED(*wait_status_) || WEXITSTATUS(*wait_status_) != 0) {
    return ErrorOf(*wait_status_, errors_);
  }
  const std::string_view output = Trim(output_);
  return output.empty() ? "null" : std::string(output);
}

void TaskProcess::WriteInput() {
  const ssize_t n = write(stdin_, input_.data() + written_, input_.size() - written_);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n > 0) written_ += static_cast<size_t>(n);
  if (n < 0 || written_ == input_.size()) Close(stdin_);
}

bool TaskProcess::ReadOutput() {
  char chunk[kChunkBytes];
  const ssize_t n = read(stdout_, chunk, sizeof chunk);
  if (n <= 0) return false;
  const size_t room = kOutputBytesMax - std::min(output_.size(), kOutputBytesMax);
  output_.append(chunk, std::min(static_cast<size_t>(n), room));
  return true;
}

bool TaskProcess::ReadErrors() {
  char chunk[kChunkBytes];
  const ssize_t n = read(stderr_, chunk, sizeof chunk);
  if (n <= 0) return false;
  std::fwrite(chunk, 1, static_cast<size_t>(n), stderr);
  errors_.append(chunk, static_cast<size_t>(n));
  if (errors_.size() > 2 * asl::kErrorCauseMax) {
    errors_.erase(0, errors_.size() - asl::kErrorCauseMax);
  }
  return true;
}

void TaskProcess::Reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  wait_status_ = status;
}

}  // namespace aslctl
