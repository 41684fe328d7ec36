// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The file DURABLE remembers the newest commit that was synced, hence may have been acknowledged,
// so that a start can tell whether the log still has it. One page, overwritten in place after every
// sync and not synced itself: after a power cut it can only be too low, after a crash of the
// process it is exact.
//
//   page := "asldurbl" seq:u64be crc32c:u32be(of the 16 bytes before) zeros to 4096
//
// Owned by RocksStore. Record from the thread that syncs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class FileSystem;
class FSRandomRWFile;
}  // namespace rocksdb

namespace storage {

// What the file says; nullopt when it is missing, cut short or damaged.
absl::StatusOr<std::optional<uint64_t>> ReadDurableFile(rocksdb::FileSystem& files,
                                                        const std::string& directory);

class DurableFile {
 public:
  // Opens or creates it and makes `seq` its durable content, its directory entry included.
  static absl::StatusOr<std::unique_ptr<DurableFile>> Open(rocksdb::FileSystem& files,
                                                           const std::string& directory,
                                                           uint64_t seq);
  ~DurableFile();

  // Overwrites the page without syncing it: a few microseconds.
  absl::Status Record(uint64_t seq);

 private:
  DurableFile(std::string path, std::unique_ptr<rocksdb::FSRandomRWFile> file);

  const std::string path_;
  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
};

}  // namespace storage
