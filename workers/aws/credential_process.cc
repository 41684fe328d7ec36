// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// FromProcess: the command runs by /bin/sh in a process group of its own, so that whatever it starts
// ends with it. Its standard error stays ours: it may ask or explain there.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "workers/aws/credential_sources.h"
#include "workers/client/clock.h"

extern char** environ;

namespace workers::aws {
namespace {

constexpr char kWhat[] = "credential_process";

struct Child {
  pid_t process = 0;
  int output = -1;
};

absl::StatusOr<Child> Spawn(const std::string& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return absl::InternalError(fmt::format("{}: {}", kWhat, std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const char* arguments[] = {"sh", "-c", command.c_str(), nullptr};
  Child child{.output = ends[0]};
  const int error = posix_spawn(&child.process, "/bin/sh", &actions, &attributes,
                                const_cast<char* const*>(arguments), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error == 0) return child;
  close(ends[0]);
  return absl::InternalError(fmt::format("{}: {}", kWhat, std::strerror(error)));
}

absl::StatusOr<std::string> ReadAll(int output, SteadyTime deadline) {
  std::string text;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyNow()).count();
    pollfd waiting{.fd = output, .events = POLLIN, .revents = 0};
    const int ready = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
    if (ready == 0)
      return absl::DeadlineExceededError(
          fmt::format("{} did not end within {} s", kWhat, absl::ToInt64Seconds(kProcessTimeout)));
    char bytes[4096];
    const ssize_t count = read(output, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(bytes, static_cast<size_t>(count));
    if (text.size() > kCredentialBytesMax)
      return absl::InvalidArgumentError(
          fmt::format("{} wrote more than {} bytes", kWhat, kCredentialBytesMax));
  }
}

}  // namespace

absl::StatusOr<Credentials> FromProcess(const std::string& command) {
  absl::StatusOr<Child> child = Spawn(command);
  if (!child.ok()) return child.status();
  const auto limit = std::chrono::seconds(absl::ToInt64Seconds(kProcessTimeout));
  absl::StatusOr<std::string> text = ReadAll(child->output, SteadyNow() + limit);
  close(child->output);
  if (!text.ok()) kill(-child->process, SIGKILL);
  int status = 0;
  while (waitpid(child->process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!text.ok()) return text.status();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return absl::UnavailableError(
        WIFEXITED(status) ? fmt::format("{} ended with code {}", kWhat, WEXITSTATUS(status))
                          : fmt::format("{} was ended by signal {}", kWhat, WTERMSIG(status)));
  const auto document = nlohmann::json::parse(*text, nullptr, false);
  if (!document.is_object() || document.value("Version", nlohmann::json()) != 1)
    return absl::InvalidArgumentError(
        fmt::format("{} must write a JSON object with \"Version\": 1", kWhat));
  return ReadCredentialDocument(*text, "SessionToken");
}

}  // namespace workers::aws
