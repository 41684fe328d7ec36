// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/disk_space.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fmt/format.h"

namespace engine {
namespace {

constexpr int64_t kLookEveryUs = 1'000'000;

std::string ReservePath(const std::string& directory) { return directory + "/RESERVE"; }

std::string MiB(uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

}  // namespace

std::optional<uint64_t> FreeBytes(const std::string& directory) {
  struct statvfs found = {};
  if (statvfs(directory.c_str(), &found) != 0) return std::nullopt;
  return uint64_t{found.f_bavail} * found.f_frsize;
}

DiskSpace::DiskSpace(std::string directory, uint64_t min_free, Clock* clock)
    : DiskSpace(directory, min_free, clock, [directory] { return FreeBytes(directory); }) {}

DiskSpace::DiskSpace(std::string directory, uint64_t min_free, Clock* clock, Look look)
    : directory_(std::move(directory)),
      min_free_(min_free),
      clock_(clock),
      look_(std::move(look)) {}

// One caller looks, the others go by what was seen last. A system that does not tell refuses
// nobody.
absl::Status DiskSpace::Check() {
  if (min_free_ == 0) return absl::OkStatus();
  const int64_t now = clock_->MonotonicMicros();
  int64_t due = next_look_us_.load();
  if (now >= due && next_look_us_.compare_exchange_strong(due, now + kLookEveryUs)) {
    const std::optional<uint64_t> found = look_();
    const uint64_t wanted = low_ ? min_free_ + min_free_ / 8 : min_free_;
    free_ = found.value_or(0);
    low_ = found && *found < wanted;
  }
  if (!low_) return absl::OkStatus();
  return absl::ResourceExhaustedError(fmt::format(
      "Disk Space Low: {} are free in '{}'; new executions and state machines are refused until "
      "{} are (min_free is {}), those that run go on",
      MiB(free_), directory_, MiB(min_free_ + min_free_ / 8), MiB(min_free_)));
}

absl::Status MakeReserve(const std::string& directory, uint64_t min_free) {
  const std::string path = ReservePath(directory);
  struct stat found = {};
  if (stat(path.c_str(), &found) == 0) return absl::OkStatus();
  const std::optional<uint64_t> free = FreeBytes(directory);
  if (!free || *free < min_free + kReserveBytes) return absl::OkStatus();
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  int error = file < 0 ? errno : posix_fallocate(file, 0, kReserveBytes);
  if (file >= 0) close(file);
  if (error == 0) return absl::OkStatus();
  unlink(path.c_str());
  return absl::UnavailableError(
      fmt::format("cannot make the reserve {}: {}", path, std::strerror(error)));
}

absl::StatusOr<bool> ReleaseReserve(const std::string& directory) {
  const std::string path = ReservePath(directory);
  if (unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  return absl::UnavailableError(fmt::format("cannot delete {}: {}", path, std::strerror(errno)));
}

}  // namespace engine
