// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/freezing_file_system.h"

#include <rocksdb/file_system.h>

#include <string>
#include <string_view>
#include <utility>

#include "storage/rocks_status.h"

namespace storage {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::FSWritableFileOwnerWrapper;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus Frozen() { return IOStatus::IOError("the store is frozen after an earlier error"); }

// A log: its first error is kept and not told; from then on its changes do nothing.
class LogFile : public FSWritableFileOwnerWrapper {
 public:
  LogFile(std::unique_ptr<FSWritableFile> target, std::string name, FirstError* error)
      : FSWritableFileOwnerWrapper(std::move(target)), name_(std::move(name)), error_(error) {}

  IOStatus Append(const Slice& data, const IOOptions& o, IODebugContext* dbg) override {
    return Keep("append", [&] { return target()->Append(data, o, dbg); });
  }
  IOStatus Append(const Slice& data, const IOOptions& o, const DataVerificationInfo& info,
                  IODebugContext* dbg) override {
    return Keep("append", [&] { return target()->Append(data, o, info, dbg); });
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& o,
                            IODebugContext* dbg) override {
    return Keep("append", [&] { return target()->PositionedAppend(data, offset, o, dbg); });
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& o,
                            const DataVerificationInfo& info, IODebugContext* dbg) override {
    return Keep("append", [&] { return target()->PositionedAppend(data, offset, o, info, dbg); });
  }
  IOStatus Truncate(uint64_t size, const IOOptions& o, IODebugContext* dbg) override {
    return Keep("truncate", [&] { return target()->Truncate(size, o, dbg); });
  }
  IOStatus Close(const IOOptions& o, IODebugContext* dbg) override {
    return Keep("close", [&] { return target()->Close(o, dbg); });
  }
  IOStatus Flush(const IOOptions& o, IODebugContext* dbg) override {
    return Keep("flush", [&] { return target()->Flush(o, dbg); });
  }
  IOStatus Sync(const IOOptions& o, IODebugContext* dbg) override {
    return Keep("sync", [&] { return target()->Sync(o, dbg); });
  }
  IOStatus Fsync(const IOOptions& o, IODebugContext* dbg) override {
    return Keep("sync", [&] { return target()->Fsync(o, dbg); });
  }
  IOStatus RangeSync(uint64_t offset, uint64_t size, const IOOptions& o,
                     IODebugContext* dbg) override {
    return Keep("sync", [&] { return target()->RangeSync(offset, size, o, dbg); });
  }

 private:
  template <typename Call>
  IOStatus Keep(std::string_view what, Call call) {
    if (error_->happened()) return IOStatus::OK();
    const IOStatus status = call();
    if (!status.ok()) error_->Set(ToStatus(status, what, name_));
    return IOStatus::OK();
  }

  const std::string name_;
  FirstError* const error_;
};

// Any other file: its errors are RocksDB's to hear; a frozen one cannot be changed.
class OtherFile : public FSWritableFileOwnerWrapper {
 public:
  OtherFile(std::unique_ptr<FSWritableFile> target, FirstError* error)
      : FSWritableFileOwnerWrapper(std::move(target)), error_(error) {}

  IOStatus Append(const Slice& data, const IOOptions& o, IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->Append(data, o, dbg);
  }
  IOStatus Append(const Slice& data, const IOOptions& o, const DataVerificationInfo& info,
                  IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->Append(data, o, info, dbg);
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& o,
                            IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->PositionedAppend(data, offset, o, dbg);
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& o,
                            const DataVerificationInfo& info, IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->PositionedAppend(data, offset, o, info, dbg);
  }
  IOStatus Sync(const IOOptions& o, IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->Sync(o, dbg);
  }
  IOStatus Fsync(const IOOptions& o, IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->Fsync(o, dbg);
  }

 private:
  FirstError* const error_;
};

// RocksDB's own notes: worth having, not worth failing for.
class NotesFile : public FSWritableFileOwnerWrapper {
 public:
  explicit NotesFile(std::unique_ptr<FSWritableFile> target)
      : FSWritableFileOwnerWrapper(std::move(target)) {}

  IOStatus Append(const Slice& data, const IOOptions& o, IODebugContext* dbg) override {
    target()->Append(data, o, dbg).PermitUncheckedError();
    return IOStatus::OK();
  }
  IOStatus Append(const Slice& data, const IOOptions& o, const DataVerificationInfo&,
                  IODebugContext* dbg) override {
    return Append(data, o, dbg);
  }
  IOStatus Flush(const IOOptions& o, IODebugContext* dbg) override {
    target()->Flush(o, dbg).PermitUncheckedError();
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions& o, IODebugContext* dbg) override {
    target()->Close(o, dbg).PermitUncheckedError();
    return IOStatus::OK();
  }
};

class FreezingFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FreezingFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target, FirstError* error)
      : FileSystemWrapper(target), error_(error) {}

  static const char* kClassName() { return "FreezingFileSystem"; }
  const char* Name() const override { return kClassName(); }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* dbg) override {
    if (error_->happened()) return Frozen();
    return Wrapped(name, target()->NewWritableFile(name, options, file, dbg), file);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* file, IODebugContext* dbg) override {
    if (error_->happened()) return Frozen();
    return Wrapped(name, target()->ReopenWritableFile(name, options, file, dbg), file);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old,
                             const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                             IODebugContext* dbg) override {
    if (error_->happened()) return Frozen();
    return Wrapped(name, target()->ReuseWritableFile(name, old, options, file, dbg), file);
  }
  // FileSystem's own, not the target's: it makes the logger of a file that comes from here.
  IOStatus NewLogger(const std::string& name, const IOOptions& options,
                     std::shared_ptr<rocksdb::Logger>* logger, IODebugContext* dbg) override {
    return FileSystem::NewLogger(name, options, logger, dbg);
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->DeleteFile(name, options, dbg);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->RenameFile(from, to, options, dbg);
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                    IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->LinkFile(from, to, options, dbg);
  }
  IOStatus Truncate(const std::string& name, size_t size, const IOOptions& options,
                    IODebugContext* dbg) override {
    return error_->happened() ? Frozen() : target()->Truncate(name, size, options, dbg);
  }

 private:
  IOStatus Wrapped(const std::string& name, IOStatus status,
                   std::unique_ptr<FSWritableFile>* file) {
    if (!status.ok()) return status;
    if (name.ends_with(".log")) {
      *file = std::make_unique<LogFile>(std::move(*file), name, error_);
    } else if (name.ends_with("/LOG")) {
      *file = std::make_unique<NotesFile>(std::move(*file));
    } else {
      *file = std::make_unique<OtherFile>(std::move(*file), error_);
    }
    return status;
  }

  FirstError* const error_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> MakeFreezingFileSystem(
    std::shared_ptr<rocksdb::FileSystem> target, FirstError* error) {
  return std::make_shared<FreezingFileSystem>(target, error);
}

}  // namespace storage
