// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/doctor.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "fmt/format.h"

namespace engine {
namespace {

namespace fs = std::filesystem;

// Below this asld will be out of space soon; a log alone may have 128 MiB.
constexpr uint64_t kFreeBytesMin = uint64_t{1} << 30;
// RocksDB takes up to 512, HTTP as many, and each worker and client one.
constexpr uint64_t kDescriptorsMin = 4'096;
// Execution numbers hold times of 42 bits; a clock before 2020 was never set.
constexpr asl::Millis kClockMin{1'577'836'800'000};
constexpr asl::Millis kClockMax{int64_t{1} << 42};

Finding Fine(std::string what) { return {Verdict::kFine, std::move(what)}; }
Finding Warning(std::string what) { return {Verdict::kWarning, std::move(what)}; }
Finding Problem(std::string what) { return {Verdict::kProblem, std::move(what)}; }

// The directory, or the nearest one above it that exists: where it would be created.
fs::path NearestExisting(const std::string& directory) {
  std::error_code error;
  fs::path path = fs::absolute(directory, error);
  while (path.has_relative_path() && !fs::exists(path, error)) path = path.parent_path();
  return path;
}

Finding ExamineDirectory(const std::string& directory) {
  const fs::path nearest = NearestExisting(directory);
  std::error_code error;
  if (!fs::is_directory(nearest, error)) {
    return Problem(fmt::format("{} is no directory; choose another --data-dir", nearest.native()));
  }
  if (access(nearest.c_str(), R_OK | W_OK | X_OK) != 0) {
    return Problem(
        fmt::format("this user may not write to {}: {}; change its owner or choose "
                    "another --data-dir",
                    nearest.native(), std::strerror(errno)));
  }
  struct stat status {};
  if (fs::exists(directory, error) && stat(directory.c_str(), &status) == 0 &&
      (status.st_mode & 077) != 0) {
    return Warning(
        fmt::format("{} can be entered by other users (mode {:o}), and payloads are "
                    "stored as they are: chmod 700",
                    directory, status.st_mode & 0777));
  }
  return Fine(fmt::format("data directory {}{}", directory,
                          fs::exists(directory, error) ? "" : " will be created"));
}

// RocksDB holds a POSIX lock on it.
Finding ExamineLock(const std::string& directory) {
  const int file = open((directory + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return Fine("no asld has the data directory open");
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const int asked = fcntl(file, F_GETLK, &lock);
  close(file);
  if (asked == 0 && lock.l_type != F_UNLCK) {
    return Problem(
        fmt::format("process {} has {} open; stop it first, or choose another "
                    "--data-dir",
                    lock.l_pid, directory));
  }
  return Fine("no asld has the data directory open");
}

Finding ExamineSpace(const fs::path& path) {
  struct statvfs disk {};
  if (statvfs(path.c_str(), &disk) != 0) {
    return Problem(
        fmt::format("cannot ask {} for its free space: {}", path.native(), std::strerror(errno)));
  }
  const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  const std::string text = fmt::format("{} MiB are free in {}", free >> 20, path.native());
  return free < kFreeBytesMin ? Warning(text + ": make room, 1 GiB at least") : Fine(text);
}

Finding ExamineFileSystem(const fs::path& path) {
  struct statfs system {};
  if (statfs(path.c_str(), &system) != 0) return Warning("the file system is not known");
  static const std::map<uint64_t, const char*> kVolatile = {{0x01021994, "tmpfs"},
                                                            {0x858458f6, "ramfs"}};
  static const std::map<uint64_t, const char*> kRemote = {
      {0x6969, "NFS"},      {0xff534d42, "CIFS"}, {0xfe534d42, "SMB2"},
      {0x65735546, "FUSE"}, {0x01021997, "9p"},   {0x00c36400, "Ceph"}};
  // As unsigned 32 bits: the kernel's numbers are, the field may be signed and longer.
  const uint64_t type = static_cast<uint32_t>(system.f_type);
  if (auto it = kVolatile.find(type); it != kVolatile.end()) {
    return Warning(fmt::format("{} is on {}: a restart of the machine loses everything",
                               path.native(), it->second));
  }
  if (auto it = kRemote.find(type); it != kRemote.end()) {
    return Warning(
        fmt::format("{} is on {}: asld rests on local locks and on syncs that reach "
                    "the disk; use a local file system",
                    path.native(), it->second));
  }
  return Fine(fmt::format("file system of type {:#x}", type));
}

Finding ExamineDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return Warning("the descriptor limit is not known");
  const std::string text = fmt::format("{} file descriptors", limit.rlim_cur);
  return limit.rlim_cur < kDescriptorsMin
             ? Warning(fmt::format("{} are few: each worker and client takes one; ulimit -n {}",
                                   text, kDescriptorsMin))
             : Fine(text);
}

Finding ExamineClock(asl::Millis now, const std::string& directory) {
  if (now < kClockMin || now >= kClockMax) {
    return Problem("the clock is far off; set it, timers and execution numbers rest on it");
  }
  struct stat durable {};
  if (stat((directory + "/DURABLE").c_str(), &durable) == 0 &&
      asl::Millis{durable.st_mtim.tv_sec * 1'000} > now) {
    return Warning(
        "the clock is behind the last write to the store: timers stand still until it "
        "has caught up");
  }
  return Fine("the clock is plausible");
}

Finding ExaminePort(const std::string& address, const char* flag) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0) {
    return Problem(fmt::format("{} is no address of this machine; change --{}", address, flag));
  }
  const int listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int error =
      bind(listener, found->ai_addr, found->ai_addrlen) == 0 && listen(listener, 1) == 0 ? 0
                                                                                         : errno;
  close(listener);
  freeaddrinfo(found);
  if (error == 0) return Fine(fmt::format("{} is free", address));
  return Problem(
      fmt::format("cannot listen at {}: {}; change --{}", address, std::strerror(error), flag));
}

}  // namespace

std::vector<Finding> Examine(const Config& config, asl::Millis now) {
  const std::string& directory = config.engine.data_dir;
  const fs::path nearest = NearestExisting(directory);
  std::vector<Finding> findings = {ExamineDirectory(directory),
                                   ExamineLock(directory),
                                   ExamineSpace(nearest),
                                   ExamineFileSystem(nearest),
                                   ExamineDescriptors(),
                                   ExamineClock(now, directory),
                                   ExaminePort(config.grpc_address, "grpc-address")};
  if (!config.http_address.empty()) {
    findings.push_back(Fine(fmt::format(
        "AWS's SDKs: AWS_ENDPOINT_URL_SFN={}://{}; for StartSyncExecution and TestState also "
        "AWS_DISABLE_HOST_PREFIX_INJECTION=true (boto3 inject_host_prefix=False, JavaScript "
        "disableHostPrefix), or they ask the host sync-{}",
        config.tls.certificate.empty() ? "http" : "https", config.http_address,
        config.http_address)));
    findings.push_back(ExaminePort(config.http_address, "http-address"));
  }
  return findings;
}

std::string FindingsText(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    const char* verdict = finding.verdict == Verdict::kFine      ? "ok"
                          : finding.verdict == Verdict::kWarning ? "warning"
                                                                 : "problem";
    text += fmt::format("{:<8} {}\n", verdict, finding.what);
  }
  return text;
}

}  // namespace engine
