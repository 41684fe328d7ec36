// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/crash_marks.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fmt/format.h"

namespace engine {
namespace {

constexpr size_t kBytes = kPartitionsMax * sizeof(uint64_t);  // there are never more loops than partitions

absl::Status Failed(const char* what, const std::string& path) {
  return absl::InternalError(fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<CrashMarks>> CrashMarks::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed("open", path);
  void* mapping = MAP_FAILED;
  if (ftruncate(file, kBytes) == 0) mapping = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapping == MAP_FAILED) return Failed("map", path);
  std::unique_ptr<CrashMarks> marks(new CrashMarks(static_cast<volatile uint64_t*>(mapping)));
  for (size_t i = 0; i < kPartitionsMax; ++i) {
    if (marks->marks_[i] != 0) marks->left_behind_.push_back(ExecutionNumber{marks->marks_[i]});
    marks->marks_[i] = 0;
  }
  return marks;
}

CrashMarks::~CrashMarks() { munmap(const_cast<uint64_t*>(marks_), kBytes); }

}  // namespace engine
