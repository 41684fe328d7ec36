// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A start looks before it touches:
//
//   lock free? room on the disk?  ── no ──▶ refuse
//   read-only, a damaged end of the log tolerated ── opens, dense ───────┐
//        │ refused, or a gap: something in the middle                    │
//   read-only, up to the first hole ── refused ──▶ refuse                │
//        │ opens                                                         │
//        └──▶ newest commit ≥ DURABLE? ◀──────────────────────────────────┘
//               no ──▶ refuse, unless the loss is accepted
//               yes: only what was never acknowledged is missing ──▶ open for writing, compare
//               again
//
// A power cut writes the pages of an unsynced tail back in any order, so a hole there is no damage;
// a hole before the last acknowledged commit is. Reading costs a second pass over the log (at most
// log_bytes_max, and into memory only where it is damaged); without it a refused start would have
// turned the logs into tables already, and a log put back afterwards would be ignored.
#include "storage/rocks_open.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/wal_filter.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "storage/freezing_file_system.h"
#include "storage/gapless_replay.h"
#include "storage/key.h"
#include "storage/log_runway.h"
#include "storage/own_rows.h"
#include "storage/rocks_options.h"
#include "storage/rocks_status.h"

namespace storage {
namespace {

using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::WALRecoveryMode;

// What opening needs besides the logs' own size: a manifest, an empty log, the first blocks of
// tables.
constexpr uint64_t kSpareBytes = 4 << 20;

// Looking must leave no trace; RocksDB would rotate its LOG.
class NoLog : public rocksdb::Logger {
 public:
  void Logv(const char*, va_list) override {}
};

// What a look at the store, read-only, found.
struct Findings {
  WALRecoveryMode mode = WALRecoveryMode::kTolerateCorruptedTailRecords;
  bool half_created = false;  // a creation that did not come to its end; holds nothing
  bool hole = false;          // the log goes on behind `seq`, and cannot be replayed further
  uint64_t seq_of_tables = 0;
  uint64_t seq = 0;
};

class Opening {
 public:
  Opening(const RocksStoreOptions& options, FirstError* error);

  absl::StatusOr<OpenDatabase> Run();

 private:
  absl::Status PrepareDirectory();
  absl::Status CheckLock();
  absl::Status CheckSpace();
  absl::StatusOr<Findings> Inspect();
  rocksdb::DBOptions LookingOptions();
  absl::StatusOr<uint64_t> SeqOfTables();
  absl::Status InspectAs(WALRecoveryMode mode, Findings* findings);
  absl::Status CheckFormat(const Reader& own, bool empty, Findings* findings);
  absl::Status Compare(const std::optional<uint64_t>& durable, const Findings& findings);
  absl::Status OpenForWriting(const Findings& findings);
  absl::Status FinishFamilies(const std::vector<ColumnFamilyHandle*>& opened);

  absl::StatusOr<std::vector<ColumnFamilyDescriptor>> Families();
  absl::Status Refuse(const rocksdb::Status& status, std::string_view what);

  const RocksStoreOptions& options_;
  const std::string& directory_;
  FirstError* const error_;
  const std::shared_ptr<rocksdb::Cache> cache_;
  OpenDatabase result_;
};

Opening::Opening(const RocksStoreOptions& options, FirstError* error)
    : options_(options),
      directory_(options.directory),
      error_(error),
      cache_(rocksdb::NewLRUCache(options.block_cache_bytes)) {
  auto files = options.file_system ? options.file_system : rocksdb::FileSystem::Default();
  files = MakeRunwayFileSystem(std::move(files), options.log_runway_bytes, error);
  result_.files = MakeFreezingFileSystem(std::move(files), error);
  result_.env = rocksdb::NewCompositeEnv(result_.files);
}

absl::StatusOr<OpenDatabase> Opening::Run() {
  if (absl::Status s = PrepareDirectory(); !s.ok()) return s;
  if (absl::Status s = CheckLock(); !s.ok()) return s;
  if (absl::Status s = CheckSpace(); !s.ok()) return s;
  const rocksdb::Status current = result_.env->FileExists(directory_ + "/CURRENT");
  if (!current.ok() && !current.IsNotFound()) return Refuse(current, "look into");
  result_.report.created = current.IsNotFound();

  Findings findings;
  if (!result_.report.created) {
    auto durable = ReadDurableFile(*result_.files, directory_);
    if (!durable.ok()) return durable.status();
    result_.report.durable_seq = durable->value_or(0);
    auto found = Inspect();
    if (!found.ok()) return found.status();
    findings = *found;
    if (absl::Status s = Compare(*durable, findings); !s.ok()) return s;
    result_.report.created = findings.half_created;
    result_.report.tail_dropped = findings.hole;
  }
  if (absl::Status s = OpenForWriting(findings); !s.ok()) return s;
  return std::move(result_);
}

absl::Status Opening::PrepareDirectory() {
  std::error_code error;
  const std::filesystem::path path(directory_);
  if (std::filesystem::is_directory(path, error)) return absl::OkStatus();
  const std::filesystem::path parent = std::filesystem::absolute(path, error).parent_path();
  if (!error) std::filesystem::create_directories(parent, error);
  if (!error) std::filesystem::create_directory(path, error);
  if (!error) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    std::string message = fmt::format(
        "store: cannot create directory {}: {}; choose another, or let this user write to "
        "{}",
        directory_, error.message(), parent.native());
    const bool full = error == std::errc::no_space_on_device;
    return full ? absl::ResourceExhaustedError(message) : absl::FailedPreconditionError(message);
  }
  // A power cut must not take the directory with it.
  std::unique_ptr<rocksdb::FSDirectory> entry;
  rocksdb::IOStatus s = result_.files->NewDirectory(parent, rocksdb::IOOptions(), &entry, nullptr);
  if (s.ok()) s = entry->Fsync(rocksdb::IOOptions(), nullptr);
  return ToStatus(s, "sync directory", parent.native());
}

absl::Status Opening::CheckLock() {
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status status = result_.env->LockFile(directory_ + "/LOCK", &lock);
  if (status.ok()) return ToStatus(result_.env->UnlockFile(lock), "unlock", directory_);
  if (status.IsNoSpace()) return Refuse(status, "lock");
  if (status.ToString().find("while open a file for lock") != std::string::npos) {
    return absl::FailedPreconditionError(fmt::format(
        "store {} cannot be opened by this user: let it read and write there, or choose "
        "another directory ({})",
        directory_, status.ToString()));
  }
  return absl::FailedPreconditionError(
      fmt::format("store {} is in use by another process: stop that one first, or choose another "
                  "directory ({})",
                  directory_, status.ToString()));
}

absl::Status Opening::CheckSpace() {
  uint64_t free = 0;
  const rocksdb::IOStatus status =
      result_.files->GetFreeSpace(directory_, rocksdb::IOOptions(), &free, nullptr);
  if (!status.ok()) return Refuse(status, "find the free space of");
  std::vector<std::string> names;
  if (rocksdb::Status s = result_.env->GetChildren(directory_, &names); !s.ok()) {
    return Refuse(s, "list");
  }
  uint64_t needed = kSpareBytes;
  for (const std::string& name : names) {
    uint64_t bytes = 0;
    if (!name.ends_with(".log")) continue;
    if (result_.env->GetFileSize(directory_ + "/" + name, &bytes).ok()) needed += bytes;
  }
  if (free >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("store {}: disk full: {} bytes are free and opening needs {} (its logs are "
                  "written to tables); the store is untouched",
                  directory_, free, needed));
}

absl::StatusOr<Findings> Opening::Inspect() {
  Findings findings;
  if (options_.log_recovery != LogRecovery::kChecked) {
    const bool across = options_.log_recovery == LogRecovery::kAcrossHoles;
    const WALRecoveryMode mode =
        across ? WALRecoveryMode::kSkipAnyCorruptedRecords : WALRecoveryMode::kPointInTimeRecovery;
    if (absl::Status s = InspectAs(mode, &findings); !s.ok()) return s;
    return findings;
  }
  auto seq_of_tables = SeqOfTables();
  absl::Status status = seq_of_tables.status();
  if (status.ok()) {
    findings.seq_of_tables = *seq_of_tables;
    status = InspectAs(WALRecoveryMode::kTolerateCorruptedTailRecords, &findings);
    if (absl::IsDataLoss(status)) {
      findings.hole = true;
      status = InspectAs(WALRecoveryMode::kPointInTimeRecovery, &findings);
    }
  }
  if (absl::IsDataLoss(status)) {
    // A missing or shortened log in the middle, or a damaged table: what follows it would be torn,
    // even if the loss were accepted.
    return absl::DataLossError(
        fmt::format("{}; the store is untouched (bring back its files from a "
                    "copy)",
                    std::string(status.message())));
  }
  if (!status.ok()) return status;
  return findings;
}

rocksdb::DBOptions Opening::LookingOptions() {
  rocksdb::DBOptions db_options = DatabaseOptions(options_, result_.env.get(), error_);
  db_options.listeners.clear();
  db_options.info_log = std::make_shared<NoLog>();
  return db_options;
}

absl::StatusOr<uint64_t> Opening::SeqOfTables() {
  rocksdb::DBOptions db_options = LookingOptions();
  const std::unique_ptr<rocksdb::WalFilter> no_replay = MakeNoReplay();
  db_options.wal_filter = no_replay.get();
  const std::vector<ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName,
       FamilyOptions(rocksdb::kDefaultColumnFamilyName, options_, cache_)}};
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::OpenForReadOnly(db_options, directory_, families, &handles, &raw);
  if (!opened.ok()) return Refuse(opened, "read");
  const std::unique_ptr<rocksdb::DB> db(raw);
  const RocksTables tables(db.get(), {handles.front()}, {});
  auto seq = ReadOwnNumber(RocksReader(db.get(), &tables, nullptr), kSeqKey);
  db->DestroyColumnFamilyHandle(handles.front());
  return seq;
}

absl::Status Opening::InspectAs(WALRecoveryMode mode, Findings* findings) {
  auto families = Families();
  if (!families.ok()) return families.status();
  rocksdb::DBOptions db_options = LookingOptions();
  db_options.wal_recovery_mode = mode;
  const bool tail_only = mode == WALRecoveryMode::kTolerateCorruptedTailRecords;
  GaplessReplay gapless(findings->seq_of_tables,
                        tail_only ? GaplessReplay::Rows::kOwn : GaplessReplay::Rows::kAll);
  if (options_.log_recovery == LogRecovery::kChecked) db_options.wal_filter = gapless.filter();
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::OpenForReadOnly(db_options, directory_, *families, &handles, &raw);
  if (!opened.ok()) return Refuse(opened, "read");
  const std::unique_ptr<rocksdb::DB> db(raw);
  findings->mode = mode;
  findings->hole |= gapless.gap();
  absl::Status status;
  if (gapless.gap() && gapless.TablesReachBehindGap(db.get())) {
    status = absl::DataLossError(
        fmt::format("store {}: a log is damaged where tables hold what follows", directory_));
  } else {
    const bool only_known = std::all_of(families->begin(), families->end(), [](const auto& f) {
      return std::find(kFamilyNames.begin(), kFamilyNames.end(), f.name) != kFamilyNames.end();
    });
    // The default family is the first of the list, always.
    const std::unique_ptr<rocksdb::Iterator> any(db->NewIterator({}, handles.front()));
    any->SeekToFirst();
    const bool empty = only_known && !any->Valid() && any->status().ok();
    const RocksTables tables(db.get(), {handles.front()}, {});
    const RocksReader own(db.get(), &tables, nullptr);
    status = CheckFormat(own, empty, findings);
  }
  for (ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return status;
}

absl::Status Opening::CheckFormat(const Reader& own, bool empty, Findings* findings) {
  auto format = ReadOwnNumber(own, kFormatKey);
  if (!format.ok()) return format.status();
  auto seq = ReadOwnNumber(own, kSeqKey);
  if (!seq.ok()) return seq.status();
  findings->seq = *seq;
  if (*format > kStoreFormat) {
    return absl::FailedPreconditionError(
        fmt::format("store {} has format {}, this program reads formats up to {}: start a newer "
                    "asld; the store is untouched",
                    directory_, *format, kStoreFormat));
  }
  if (*format > 0) return absl::OkStatus();
  findings->half_created = empty;
  if (empty) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("directory {} holds a database that is not a store of asld", directory_));
}

absl::Status Opening::Compare(const std::optional<uint64_t>& durable, const Findings& findings) {
  if (options_.accept_loss || options_.log_recovery != LogRecovery::kChecked) {
    return absl::OkStatus();
  }
  if (durable.has_value() && findings.seq < *durable) {
    return absl::DataLossError(
        fmt::format("store {}: acknowledged commits {} to {} are missing; the store is untouched "
                    "(bring back its files from a copy, or accept the loss)",
                    directory_, findings.seq + 1, *durable));
  }
  if (!durable.has_value() && findings.hole) {
    return absl::DataLossError(
        fmt::format("store {}: the log is damaged after commit {} and the file DURABLE, which "
                    "would tell whether acknowledged commits are missing, is missing or damaged "
                    "too; the store is untouched (bring back its files from a copy, or accept "
                    "the loss)",
                    directory_, findings.seq));
  }
  return absl::OkStatus();
}

absl::Status Opening::OpenForWriting(const Findings& findings) {
  std::vector<ColumnFamilyDescriptor> descriptors;
  if (result_.report.created && !findings.half_created) {
    descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName,
                             FamilyOptions(rocksdb::kDefaultColumnFamilyName, options_, cache_));
  } else {
    auto families = Families();
    if (!families.ok()) return families.status();
    descriptors = std::move(*families);
  }
  rocksdb::DBOptions db_options = DatabaseOptions(options_, result_.env.get(), error_);
  db_options.create_if_missing = result_.report.created;
  db_options.wal_recovery_mode = findings.mode;
  result_.replay =
      std::make_unique<GaplessReplay>(findings.seq_of_tables, GaplessReplay::Rows::kAll);
  if (options_.log_recovery == LogRecovery::kChecked)
    db_options.wal_filter = result_.replay->filter();
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(db_options, directory_, descriptors, &handles, &db);
  if (!opened.ok()) return Refuse(opened, "open");
  result_.db.reset(db);
  if (absl::Status s = FinishFamilies(handles); !s.ok()) return s;

  const RocksTables tables(db, result_.families, {});
  const RocksReader own(db, &tables, nullptr);
  auto seq = ReadOwnNumber(own, kSeqKey);
  if (!seq.ok()) return seq.status();
  if (*seq != findings.seq) {
    return absl::DataLossError(
        fmt::format("store {}: commit {} was the newest when looking, {} "
                    "after opening",
                    directory_, findings.seq, *seq));
  }
  result_.report.seq = *seq;
  auto durable = DurableFile::Open(*result_.files, directory_, *seq);
  if (!durable.ok()) return durable.status();
  result_.durable = std::move(*durable);
  return error_->status();
}

// Creates the families that are missing and, last of all, the format's row: a store without it is
// half created.
absl::Status Opening::FinishFamilies(const std::vector<ColumnFamilyHandle*>& opened) {
  for (ColumnFamilyHandle* handle : opened) {
    const auto name = std::find(kFamilyNames.begin(), kFamilyNames.end(), handle->GetName());
    assert(name != kFamilyNames.end());
    result_.families[static_cast<size_t>(name - kFamilyNames.begin())] = handle;
  }
  for (size_t i = 0; i < kFamilies; ++i) {
    if (result_.families[i] != nullptr) continue;
    const std::string name(kFamilyNames[i]);
    const rocksdb::Status s = result_.db->CreateColumnFamily(FamilyOptions(name, options_, cache_),
                                                             name, &result_.families[i]);
    if (!s.ok()) return Refuse(s, "create tables in");
  }
  if (!result_.report.created) return absl::OkStatus();
  std::string key, value;
  AppendU8(kOwnTable, &key);
  key.append(kFormatKey);
  AppendU32(kStoreFormat, &value);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  return Refuse(result_.db->Put(synced, result_.families[kOwnFamily], key, value), "write to");
}

// Those the store has, ours or not; the default family first.
absl::StatusOr<std::vector<ColumnFamilyDescriptor>> Opening::Families() {
  std::vector<std::string> names;
  rocksdb::DBOptions db_options;
  db_options.env = result_.env.get();
  const rocksdb::Status s = rocksdb::DB::ListColumnFamilies(db_options, directory_, &names);
  if (!s.ok()) return Refuse(s, "read");
  std::vector<ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    families.emplace_back(name, FamilyOptions(name, options_, cache_));
  }
  return families;
}

absl::Status Opening::Refuse(const rocksdb::Status& status, std::string_view what) {
  if (status.IsNoSpace()) {
    return absl::ResourceExhaustedError(fmt::format(
        "store {}: disk full: {}; the store is untouched", directory_, status.ToString()));
  }
  return ToStatus(status, what, directory_);
}

}  // namespace

OpenDatabase::OpenDatabase() = default;
OpenDatabase::OpenDatabase(OpenDatabase&&) = default;
OpenDatabase& OpenDatabase::operator=(OpenDatabase&&) = default;

OpenDatabase::~OpenDatabase() {
  if (db == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : families) {
    if (handle != nullptr) db->DestroyColumnFamilyHandle(handle);
  }
}

absl::StatusOr<OpenDatabase> OpenDirectory(const RocksStoreOptions& options, FirstError* error) {
  return Opening(options, error).Run();
}

}  // namespace storage
