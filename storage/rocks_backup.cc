// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What makes a copy consistent is the order: first RocksDB names the tables of one moment and how
// much of its manifest describes them, then the logs and their lengths of a later moment. Replaying
// the logs over the tables gives the state at the logs' end, as after a crash at that moment; what
// was durable before is in it. Nothing is flushed for it: a flush under way would only add tables
// that the manifest's part does not name.
//
// RocksDB's own Checkpoint does the same, but writes through the store's file system, where an error
// of any log, also one in the copy on a full disk, ends the engine (freezing_file_system.h).
#include "storage/rocks_backup.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "storage/durable_file.h"
#include "storage/file_copy.h"
#include "storage/rocks_status.h"

namespace storage {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCheckCacheBytes = 8 << 20;

absl::Status Refused(const std::string& directory, std::string_view why) {
  return absl::FailedPreconditionError(fmt::format("{}: {}", directory, why));
}

// Creates `directory`.incomplete, empty, and returns its name.
absl::StatusOr<std::string> MakePlace(const std::string& directory) {
  const fs::path path(directory);
  std::error_code error;
  if (!path.is_absolute()) return Refused(directory, "an absolute path is needed");
  if (fs::exists(fs::symlink_status(path, error))) {
    return Refused(directory, "exists already; choose a name that is free");
  }
  if (!fs::is_directory(path.parent_path(), error)) {
    return Refused(directory, "the directory it should be in does not exist");
  }
  for (fs::path parent = fs::canonical(path.parent_path(), error); parent.has_relative_path();
       parent = parent.parent_path()) {
    if (!fs::exists(parent / "CURRENT", error)) continue;
    return Refused(directory, fmt::format("lies within the store {}; choose a place beside it",
                                          parent.string()));
  }
  std::string place = directory + ".incomplete";
  if (mkdir(place.c_str(), 0700) == 0) return place;
  return Refused(place, fmt::format("cannot be created: {}{}", std::strerror(errno),
                                    errno == EEXIST ? "; another copy is being made, or one was "
                                                      "interrupted: then remove it"
                                                    : ""));
}

absl::Status CopyOne(const rocksdb::LiveFileStorageInfo& file, const std::string& place,
                     const Cancelled& cancelled) {
  const std::string from = file.directory + "/" + file.relative_filename;
  const std::string to = place + "/" + file.relative_filename;
  if (!file.replacement_contents.empty()) return WriteFile(to, file.replacement_contents);
  if (file.file_type == rocksdb::kTableFile) return LinkOrCopyFile(from, to, cancelled);
  return CopyFile(from, to, file.size, cancelled);
}

absl::Status CopyLiveFiles(rocksdb::DB& db, const std::string& place, const Cancelled& cancelled) {
  if (rocksdb::Status s = db.DisableFileDeletions(); !s.ok()) {
    return ToStatus(s, "keep the files of", db.GetName());
  }
  const absl::Cleanup enable = [&db] {
    db.EnableFileDeletions(/*force=*/false).PermitUncheckedError();
  };
  rocksdb::LiveFilesStorageInfoOptions options;
  options.wal_size_for_flush = std::numeric_limits<uint64_t>::max();  // never
  std::vector<rocksdb::LiveFileStorageInfo> files;
  if (rocksdb::Status s = db.GetLiveFilesStorageInfo(options, &files); !s.ok()) {
    return ToStatus(s, "list the files of", db.GetName());
  }
  for (const rocksdb::LiveFileStorageInfo& file : files) {
    if (absl::Status s = CopyOne(file, place, cancelled); !s.ok()) return s;
  }
  return absl::OkStatus();
}

// Opens the copy, which turns its logs into tables, and closes it again.
absl::StatusOr<uint64_t> Check(const std::string& place, const std::vector<TableSpec>& tables,
                               bool accept_loss) {
  auto store = RocksStore::Open({.directory = place,
                                 .tables = tables,
                                 .accept_loss = accept_loss,
                                 .block_cache_bytes = kCheckCacheBytes});
  if (!store.ok()) return store.status();
  return (*store)->open_report().seq;
}

absl::StatusOr<CopyReport> Finish(const std::string& place, const std::string& directory,
                                  uint64_t seq) {
  CopyReport report{.seq = seq};
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(place, error)) {
    ++report.files;
    report.bytes += entry.file_size(error);
  }
  if (absl::Status s = SyncDirectory(place); !s.ok()) return s;
  fs::rename(place, directory, error);
  if (error) return Refused(directory, error.message());
  if (absl::Status s = SyncDirectory(fs::path(directory).parent_path()); !s.ok()) return s;
  return report;
}

}  // namespace

absl::StatusOr<CopyReport> CopyLiveStore(rocksdb::DB& db, uint64_t durable_seq,
                                         const std::vector<TableSpec>& tables,
                                         const std::string& directory, const Cancelled& cancelled) {
  absl::StatusOr<std::string> place = MakePlace(directory);
  if (!place.ok()) return place.status();
  absl::Cleanup remove = [&place] {
    std::error_code ignored;
    fs::remove_all(*place, ignored);
  };
  if (absl::Status s = CopyLiveFiles(db, *place, cancelled); !s.ok()) return s;
  // The copy's own mark of what it must hold: opening it compares, now and whenever.
  auto durable = DurableFile::Open(*rocksdb::FileSystem::Default(), *place, durable_seq);
  if (!durable.ok()) return durable.status();
  durable->reset();
  absl::StatusOr<uint64_t> seq = Check(*place, tables, /*accept_loss=*/false);
  if (!seq.ok()) return seq.status();
  absl::StatusOr<CopyReport> report = Finish(*place, directory, *seq);
  if (report.ok()) std::move(remove).Cancel();
  return report;
}

absl::StatusOr<CopyReport> RestoreStore(const std::string& backup,
                                        const RocksStoreOptions& target) {
  std::error_code error;
  if (!fs::exists(backup + "/CURRENT", error) || !fs::exists(backup + "/DURABLE", error)) {
    return Refused(backup, "is no backup of a store: CURRENT or DURABLE is missing");
  }
  const std::string directory = fs::absolute(target.directory, error).lexically_normal();
  if (fs::is_directory(directory, error) && fs::is_empty(directory, error)) {
    fs::remove(directory, error);
  } else if (fs::exists(directory, error)) {
    return Refused(target.directory,
                   "is not empty; a backup is restored into a new data directory");
  }
  absl::StatusOr<std::string> place = MakePlace(directory);
  if (!place.ok()) return place.status();
  absl::Cleanup remove = [&place] {
    std::error_code ignored;
    fs::remove_all(*place, ignored);
  };
  for (const fs::directory_entry& entry : fs::directory_iterator(backup, error)) {
    const std::string name = entry.path().filename();
    if (name == "LOCK" || name.starts_with("LOG")) continue;
    const std::string to = *place + "/" + name;
    const absl::Status s = name.ends_with(".sst") ? LinkOrCopyFile(entry.path(), to, nullptr)
                                                  : CopyFile(entry.path(), to, kWholeFile, nullptr);
    if (!s.ok()) return s;
  }
  if (error) return Refused(backup, error.message());
  absl::StatusOr<uint64_t> seq = Check(*place, target.tables, target.accept_loss);
  if (!seq.ok()) return seq.status();
  absl::StatusOr<CopyReport> report = Finish(*place, directory, *seq);
  if (report.ok()) std::move(remove).Cancel();
  return report;
}

}  // namespace storage
