// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/file_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace storage {
namespace {

constexpr size_t kPieceBytes = 1 << 20;

absl::Status Failed(const char* what, const std::string& path, int error) {
  std::string message = fmt::format("cannot {} {}: {}", what, path, std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) return absl::ResourceExhaustedError(message);
  return absl::FailedPreconditionError(message);
}

class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(int fd, const char* bytes, size_t count, const std::string& path) {
  while (count > 0) {
    const ssize_t written = write(fd, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path, errno);
    bytes += written;
    count -= static_cast<size_t>(written);
  }
  return absl::OkStatus();
}

absl::Status Sync(int fd, const std::string& path) {
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("sync", path, errno);
}

}  // namespace

absl::Status CopyFile(const std::string& from, const std::string& to, uint64_t bytes,
                      const std::function<bool()>& cancelled) {
  const File source(from, O_RDONLY);
  if (source.fd() < 0) return Failed("open", from, errno);
  const File target(to, O_WRONLY | O_CREAT | O_EXCL);
  if (target.fd() < 0) return Failed("create", to, errno);
  std::vector<char> piece(kPieceBytes);
  for (uint64_t left = bytes; left > 0;) {
    if (cancelled && cancelled()) return absl::CancelledError("the copy was cancelled");
    const ssize_t count = read(source.fd(), piece.data(), std::min<uint64_t>(left, kPieceBytes));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed("read", from, errno);
    if (count == 0 && bytes == kWholeFile) break;
    if (count == 0) return absl::OutOfRangeError(fmt::format("{} became shorter", from));
    absl::Status s = WriteAll(target.fd(), piece.data(), static_cast<size_t>(count), to);
    if (!s.ok()) return s;
    left -= static_cast<uint64_t>(count);
  }
  return Sync(target.fd(), to);
}

absl::Status WriteFile(const std::string& to, const std::string& text) {
  const File target(to, O_WRONLY | O_CREAT | O_EXCL);
  if (target.fd() < 0) return Failed("create", to, errno);
  if (absl::Status s = WriteAll(target.fd(), text.data(), text.size(), to); !s.ok()) return s;
  return Sync(target.fd(), to);
}

absl::Status LinkOrCopyFile(const std::string& from, const std::string& to,
                            const std::function<bool()>& cancelled) {
  if (link(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return CopyFile(from, to, kWholeFile, cancelled);
}

absl::Status SyncDirectory(const std::string& directory) {
  const File entry(directory, O_RDONLY | O_DIRECTORY);
  if (entry.fd() < 0) return Failed("open", directory, errno);
  return Sync(entry.fd(), directory);
}

}  // namespace storage
