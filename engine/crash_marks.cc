// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/crash_marks.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/tables.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr size_t kBytes =
    kPartitionsMax * sizeof(uint64_t);  // there are never more loops than partitions

absl::Status Failed(const char* what, const std::string& path, int error) {
  return absl::InternalError(fmt::format("cannot {} {}: {}", what, path, std::strerror(error)));
}

absl::Status CountCrash(ExecutionNumber execution, storage::Store& store) {
  const absl::StatusOr<std::optional<std::string>> row =
      store.Get(kExecutions, ExecutionKey(execution));
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  const absl::StatusOr<std::optional<std::string>> before =
      store.Get(kCrashes, CrashKey(execution));
  if (!before.ok()) return before.status();
  const std::optional<uint64_t> count = *before ? ReadU64(**before) : 0;
  if (!count) return absl::DataLossError("a row of table 'crashes' is malformed");
  const PartitionId partition = PartitionOf(execution);
  const absl::StatusOr<uint64_t> number = store.AppliedNumber(partition);
  if (!number.ok()) return number.status();
  storage::Batch batch({.partition = partition, .epoch = 0, .number = *number + 1});
  batch.Put(kCrashes, CrashKey(execution), U64(*count + 1));
  return store.Write({&batch, 1});
}

}  // namespace

absl::StatusOr<std::unique_ptr<CrashMarks>> CrashMarks::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed("open", path, errno);
  // Allocated, not only made longer: on a full disk the first mark in a hole would be a SIGBUS.
  int error = posix_fallocate(file, 0, kBytes);
  void* mapping = MAP_FAILED;
  if (error == 0) {
    mapping = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    error = errno;
  }
  close(file);
  if (mapping == MAP_FAILED) return Failed("map", path, error);
  std::unique_ptr<CrashMarks> marks(new CrashMarks(static_cast<volatile uint64_t*>(mapping)));
  for (size_t i = 0; i < kPartitionsMax; ++i) {
    if (marks->marks_[i] != 0) marks->left_behind_.push_back(ExecutionNumber{marks->marks_[i]});
  }
  return marks;
}

CrashMarks::~CrashMarks() { munmap(const_cast<uint64_t*>(marks_), kBytes); }

void CrashMarks::Clear() {
  for (size_t i = 0; i < kPartitionsMax; ++i) marks_[i] = 0;
}

absl::Status CountCrashes(const std::vector<ExecutionNumber>& executions, storage::Store& store) {
  if (executions.empty()) return absl::OkStatus();
  for (ExecutionNumber execution : executions) {
    if (absl::Status s = CountCrash(execution, store); !s.ok()) return s;
  }
  return store.Sync();
}

}  // namespace engine
