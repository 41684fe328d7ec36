// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Store that lives in a directory: one RocksDB with one write-ahead log, and one column family
// per TableKind; the key of a row there is its table's tag and then its own key. Opening it is a
// procedure of its own (rocks_open.h): a store that may have lost acknowledged commits is refused,
// and left as it was found.
//
// Any status but OK from Write or Sync is final, and the directory is frozen with it
// (freezing_file_system.h): nothing that this process does afterwards changes what the next start
// will find. Threads: as store.h says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/store.h"

namespace rocksdb {
class FileSystem;
}

namespace storage {

// How a log that is damaged is read. The product has one way; the others lose acknowledged commits,
// and the power-cut test opens stores with them to show that it notices.
enum class LogRecovery : uint8_t {
  kChecked,      // stop at a hole, only after comparing what is left with the DURABLE file
  kUnchecked,    // stop at a hole, compare nothing
  kAcrossHoles,  // leave the hole out and go on behind it, compare nothing
};

struct RocksStoreOptions {
  std::string directory;
  std::vector<TableSpec> tables;
  // Open although acknowledged commits are missing, and go on from what is there.
  bool accept_loss = false;
  size_t block_cache_bytes = 256 << 20;
  size_t write_buffer_bytes = 64 << 20;  // per column family; four of them
  size_t log_bytes_max = 128 << 20;   // then tables are written; bounds what a start has to replay
  size_t log_runway_bytes = 1 << 20;  // see log_runway.h; 0: none

  // For tests.
  std::shared_ptr<rocksdb::FileSystem> file_system;  // null: the machine's own
  LogRecovery log_recovery = LogRecovery::kChecked;
};

// What opening found.
struct OpenReport {
  bool created = false;
  bool tail_dropped =
      false;  // unsynced, hence unacknowledged, commits behind a hole in the log were left out
  uint64_t durable_seq = 0;  // of the DURABLE file
  uint64_t seq = 0;          // of the store as it is now
};

struct CopyReport {
  uint64_t bytes = 0;
  uint64_t files = 0;
  uint64_t seq = 0;  // the newest commit in the copy
};

class RocksStore : public Store {
 public:
  // Opens the store in the directory, or creates it (mode 0700) when there is none. Errors, all of
  // which leave the store as it was found:
  //   FailedPrecondition  another process has it open, it is of a newer format, or it is not a
  //   store of asld DataLoss            acknowledged commits are missing, or it cannot be read at
  //   all ResourceExhausted   the disk is too full to open it
  static absl::StatusOr<std::unique_ptr<RocksStore>> Open(const RocksStoreOptions& options);
  ~RocksStore() override;

  absl::StatusOr<std::optional<std::string>> Get(TableTag table,
                                                 std::string_view key) const override;
  std::unique_ptr<Cursor> Scan(TableTag table, std::string_view begin, std::string_view end,
                               Direction direction) const override;
  absl::Status Write(std::span<const Batch> batches) override;
  absl::Status Sync() override;
  View Snapshot() override;
  absl::StatusOr<uint64_t> AppliedNumber(uint32_t partition) const override;
  uint64_t written_seq() const override;

  // Housekeeping of this node: drops whole files that hold nothing but keys of [begin, end).
  // REQUIRES: batches have deleted the range, and the write that did it is durable. Any thread.
  absl::Status DropFiles(TableTag table, std::string_view begin, std::string_view end);

  // Housekeeping of this node: writes what is in memory into tables, so that a start has nothing to
  // replay. Takes its time; any thread, while others write.
  absl::Status WriteTables();

  // Copies the store as it works into a new directory, an absolute path in one that exists
  // (rocks_backup.h). Everything that was durable before the call is in the copy. `cancelled` is
  // asked now and then. An error concerns the copy only. Any thread.
  absl::StatusOr<CopyReport> BackUp(const std::string& directory,
                                    const std::function<bool()>& cancelled);

  const OpenReport& open_report() const;

 private:
  struct Rep;
  explicit RocksStore(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace storage
