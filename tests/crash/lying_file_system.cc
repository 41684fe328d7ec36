// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/lying_file_system.h"

#include <fmt/format.h>
#include <rocksdb/file_system.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string_view>
#include <utility>

namespace crash {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr uint64_t kSyncLastsOperationsMax = 40;
constexpr std::chrono::milliseconds kSyncLastsMax(1);  // unless it is made slower

IOStatus Off() { return IOStatus::IOError("the power is off"); }

std::string_view KindOf(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".log")) return "log";
  if (name.ends_with(".sst")) return "table";
  if (name.starts_with("MANIFEST-")) return "manifest";
  if (name.starts_with("OPTIONS-")) return "options";
  if (name == "DURABLE") return "DURABLE";
  return "other file";
}

bool IsLog(std::string_view path) { return KindOf(path) == "log"; }

}  // namespace

// The switch and the faults, shared by all files.
struct PowerSwitch {
  explicit PowerSwitch(uint64_t seed) : image(seed), random(seed) {}

  // Counts an operation; false when it does not happen any more.
  bool On(std::string_view what, std::string_view path) {
    std::lock_guard lock(mutex);
    if (off) return false;
    ++operations;
    if (operations == cut_before) {
      off = true;
      cut_at = fmt::format("{} {}", what, KindOf(path));
    }
    passed.notify_all();
    return !off;
  }

  bool IsOff() {
    std::lock_guard lock(mutex);
    return off;
  }

  bool LogFault(uint64_t& countdown, std::string_view path) {
    if (!IsLog(path)) return false;
    std::lock_guard lock(mutex);
    return countdown > 0 && --countdown == 0;
  }

  // Lets a few operations of others happen; false when the power went meanwhile.
  bool Linger() {
    std::unique_lock lock(mutex);
    if (syncs_instant) return !off;
    const uint64_t until = operations + random() % (kSyncLastsOperationsMax + 1);
    const bool slow = syncs_last > kSyncLastsMax;
    passed.wait_for(lock, syncs_last, [&] { return off || (!slow && operations >= until); });
    return !off;
  }

  DiskImage image;

  std::mutex mutex;  // guards what follows
  std::condition_variable passed;
  std::mt19937_64 random;
  bool off = false;
  bool syncs_instant = false;
  std::chrono::milliseconds syncs_last = kSyncLastsMax;
  uint64_t operations = 0;
  uint64_t cut_before = 0;  // 0: never
  uint64_t log_sync_fault = 0, log_append_fault = 0;
  std::string cut_at;
};

namespace {

class AppendedFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  AppendedFile(std::unique_ptr<FSWritableFile> target, PowerSwitch& power, DiskImage::Handle file)
      : FSWritableFileOwnerWrapper(std::move(target)),
        power_(power),
        path_(file->path),
        file_(std::move(file)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* dbg) override {
    if (!power_.On("append to", path_)) return Off();
    if (power_.LogFault(power_.log_append_fault, path_)) {
      // A full disk takes what still fits.
      const Slice half(data.data(), data.size() / 2);
      if (target()->Append(half, options, dbg).ok()) power_.image.Appended(file_, half.size());
      return IOStatus::NoSpace("While appending to file: " + path_, strerror(ENOSPC));
    }
    IOStatus status = target()->Append(data, options, dbg);
    if (status.ok()) power_.image.Appended(file_, data.size());
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo&,
                  IODebugContext* dbg) override {
    return Append(data, options, dbg);
  }
  IOStatus PositionedAppend(const Slice&, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::NotSupported("direct I/O");
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* dbg) override {
    if (!power_.On("truncate", path_)) return Off();
    IOStatus status = target()->Truncate(size, options, dbg);
    if (status.ok()) power_.image.Truncated(file_, size);
    return status;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    const uint64_t size = power_.image.size(file_);
    if (!power_.On("sync of", path_)) return Off();
    if (power_.LogFault(power_.log_sync_fault, path_)) {
      return IOStatus::IOError("While fdatasync: " + path_, strerror(EIO));
    }
    if (IsLog(path_) && !power_.Linger()) return Off();
    power_.image.Synced(file_, size);
    return IOStatus::OK();
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* dbg) override {
    return Sync(options, dbg);
  }
  // Starts writing back; promises nothing.
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  PowerSwitch& power_;
  const std::string path_;
  const DiskImage::Handle file_;
};

class OverwrittenFile : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  OverwrittenFile(std::unique_ptr<rocksdb::FSRandomRWFile> target, PowerSwitch& power,
                  DiskImage::Handle file)
      : FSRandomRWFileOwnerWrapper(std::move(target)),
        power_(power),
        path_(file->path),
        file_(std::move(file)) {}

  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* dbg) override {
    if (!power_.On("overwrite of", path_)) return Off();
    power_.image.Overwritten(file_, offset, {data.data(), data.size()});
    return target()->Write(offset, data, options, dbg);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    if (!power_.On("sync of", path_)) return Off();
    power_.image.OverwritesSynced(file_);
    return IOStatus::OK();
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* dbg) override {
    return Sync(options, dbg);
  }

 private:
  PowerSwitch& power_;
  const std::string path_;
  const DiskImage::Handle file_;
};

// Zeros ahead of a log's end. Not counted: nobody waits for them, so that they come when they like.
class LaidZeros : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  LaidZeros(std::unique_ptr<rocksdb::FSRandomRWFile> target, PowerSwitch& power,
            DiskImage::Handle file)
      : FSRandomRWFileOwnerWrapper(std::move(target)), power_(power), file_(std::move(file)) {}

  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* dbg) override {
    if (power_.IsOff()) return Off();
    power_.image.ZerosLaid(file_, offset + data.size());
    return target()->Write(offset, data, options, dbg);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return power_.IsOff() ? Off() : IOStatus::OK();
  }

 private:
  PowerSwitch& power_;
  const DiskImage::Handle file_;
};

class Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> target, PowerSwitch& power)
      : FSDirectoryWrapper(std::move(target)), power_(power) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    if (!power_.On("sync of", "the directory")) return Off();
    power_.image.EntriesSynced();
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* dbg,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, dbg);
  }

 private:
  PowerSwitch& power_;
};

class Wrapper : public rocksdb::FileSystemWrapper {
 public:
  explicit Wrapper(PowerSwitch& power)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), power_(power) {}

  static const char* kClassName() { return "LyingFileSystem"; }
  const char* Name() const override { return kClassName(); }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* dbg) override {
    if (path.ends_with("/LOG")) return target()->NewWritableFile(path, options, file, dbg);
    if (!power_.On("creation of", path)) return Off();
    // Opening it truncates a file that is there.
    power_.image.Delete(path);
    IOStatus status = target()->NewWritableFile(path, options, file, dbg);
    if (!status.ok()) return status;
    *file = std::make_unique<AppendedFile>(std::move(*file), power_, power_.image.Created(path));
    return status;
  }
  IOStatus ReopenWritableFile(const std::string&, const FileOptions&,
                              std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("reopening a file for writing");
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("recycling a log");
  }
  IOStatus NewRandomRWFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                           IODebugContext* dbg) override {
    IOStatus status = target()->NewRandomRWFile(path, options, file, dbg);
    if (!status.ok()) return status;
    if (IsLog(path)) {
      *file = std::make_unique<LaidZeros>(std::move(*file), power_, power_.image.Opened(path));
      return status;
    }
    *file = std::make_unique<OverwrittenFile>(std::move(*file), power_, power_.image.Opened(path));
    return status;
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* dbg) override {
    IOStatus status = target()->NewDirectory(path, options, directory, dbg);
    if (status.ok()) *directory = std::make_unique<Directory>(std::move(*directory), power_);
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    if (!power_.On("deletion of", path)) return Off();
    return power_.image.Delete(path) ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    if (!power_.On("renaming of", from)) return Off();
    return power_.image.Rename(from, to) ? IOStatus::OK() : IOStatus::NotFound(from);
  }
  IOStatus LinkFile(const std::string&, const std::string&, const IOOptions&,
                    IODebugContext*) override {
    return IOStatus::NotSupported("links");
  }
  IOStatus Truncate(const std::string&, size_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::NotSupported("truncating a closed file");
  }

 private:
  PowerSwitch& power_;
};

}  // namespace

LyingFileSystem::LyingFileSystem(uint64_t seed)
    : power_(std::make_unique<PowerSwitch>(seed)), files_(std::make_shared<Wrapper>(*power_)) {}

LyingFileSystem::~LyingFileSystem() = default;

std::shared_ptr<rocksdb::FileSystem> LyingFileSystem::files() { return files_; }

uint64_t LyingFileSystem::operations() const {
  std::lock_guard lock(power_->mutex);
  return power_->operations;
}

void LyingFileSystem::CutPowerAt(uint64_t operation) {
  std::lock_guard lock(power_->mutex);
  power_->cut_before = power_->operations + operation;
}

void LyingFileSystem::CutPower() {
  std::lock_guard lock(power_->mutex);
  if (power_->off) return;
  power_->off = true;
  power_->cut_at = "between operations";
  power_->passed.notify_all();
}

bool LyingFileSystem::power_is_off() const { return power_->IsOff(); }

std::string LyingFileSystem::cut_at() const {
  std::lock_guard lock(power_->mutex);
  return power_->cut_at;
}

Loss LyingFileSystem::PowerOn(std::mt19937_64& random) {
  const Loss loss = power_->image.Cut(random);
  std::lock_guard lock(power_->mutex);
  power_->off = false;
  power_->operations = power_->cut_before = 0;
  power_->log_sync_fault = power_->log_append_fault = 0;
  power_->cut_at.clear();
  return loss;
}

void LyingFileSystem::MakeSyncsInstant() {
  std::lock_guard lock(power_->mutex);
  power_->syncs_instant = true;
}

void LyingFileSystem::MakeSyncsLast(std::chrono::milliseconds longest) {
  std::lock_guard lock(power_->mutex);
  power_->syncs_last = longest;
}

void LyingFileSystem::FailLogSync(uint64_t nth) {
  std::lock_guard lock(power_->mutex);
  power_->log_sync_fault = nth;
}

void LyingFileSystem::FailLogAppend(uint64_t nth) {
  std::lock_guard lock(power_->mutex);
  power_->log_append_fault = nth;
}

void FlippedBit::Flip() const {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int octet = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(octet ^ mask));
  assert(file.good());
}

FlippedBit DrawBit(const std::string& log, uint64_t bytes, std::mt19937_64& random) {
  if (bytes < 64) return {};
  return {.path = log,
          .offset = bytes / 4 + random() % (bytes / 2),
          .mask = static_cast<uint8_t>(1u << random() % 8)};
}

}  // namespace crash
