// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Two threads meet at a log's end: RocksDB's writer, which moves it, and the one that lays zeros
// before it, in pieces. Before a piece is written, it is claimed, some way ahead of the end; an
// append that would reach a claimed piece, which takes a write larger than that way, waits until the
// piece is laid. So zeros never come to lie over a record.
#include "storage/log_runway.h"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace storage {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::FileOptions;
using rocksdb::FileSystem;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// While a piece is written, the log's own writes wait for the file's lock.
constexpr uint64_t kPieceBytes = 64 << 10;

// One log's. Move and End on the log's writer, Lay on the thread that lays.
class Runway {
 public:
  Runway(std::string path, uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  // The log's end moves by that much. True: somebody should lay more.
  bool Move(uint64_t by) {
    std::unique_lock lock(mutex_);
    laid_.wait(lock, [&] { return end_ + by <= claimed_; });
    end_ += by;
    const bool busy = end_ >= bytes_ / 4;
    return busy && zeros_until_ < end_ + bytes_ && !std::exchange(asked_, true);
  }

  // No more from now on.
  void End() {
    std::unique_lock lock(mutex_);
    ended_ = true;
    laid_.wait(lock, [&] { return claimed_ == kNothing; });
  }

  // What cannot be laid now is not tried again.
  void Lay(FileSystem& files, const FirstError& error) {
    std::unique_ptr<rocksdb::FSRandomRWFile> file;
    if (!files.NewRandomRWFile(path_, FileOptions(), &file, nullptr).ok()) return;
    const std::string zeros(kPieceBytes, '\0');
    while (const std::optional<uint64_t> piece = Claim()) {
      const bool laid = !error.happened() && file->Write(*piece, zeros, {}, nullptr).ok();
      Laid(*piece);
      if (!laid) return;
    }
    if (error.happened() || !file->Sync({}, nullptr).ok()) return;
    std::lock_guard lock(mutex_);
    asked_ = false;
  }

 private:
  static constexpr uint64_t kNothing = ~uint64_t{0};

  std::optional<uint64_t> Claim() {
    std::lock_guard lock(mutex_);
    const uint64_t ahead = (end_ + bytes_ / 8 + kPieceBytes) / kPieceBytes * kPieceBytes;
    const uint64_t piece = std::max(zeros_until_, ahead);
    if (ended_ || piece >= end_ + 2 * bytes_) return std::nullopt;
    return claimed_ = piece;
  }
  void Laid(uint64_t piece) {
    {
      std::lock_guard lock(mutex_);
      zeros_until_ = piece + kPieceBytes;
      claimed_ = kNothing;
    }
    laid_.notify_all();
  }

  const std::string path_;
  const uint64_t bytes_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable laid_;
  uint64_t end_ = 0;  // of the log, with an append that is under way
  uint64_t zeros_until_ = 0;
  uint64_t claimed_ = kNothing;  // the piece that is being written
  bool asked_ = false;
  bool ended_ = false;
};

// Lays one runway after the other, on a thread that begins with the first.
class Layer {
 public:
  Layer(std::shared_ptr<FileSystem> files, const FirstError* error)
      : files_(std::move(files)), error_(error) {}
  ~Layer() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    asked_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  void Ask(std::shared_ptr<Runway> runway) {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(runway));
      if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    }
    asked_.notify_one();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      asked_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      const std::shared_ptr<Runway> runway = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      runway->Lay(*files_, *error_);
      lock.lock();
    }
  }

  const std::shared_ptr<FileSystem> files_;
  const FirstError* const error_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable asked_;
  std::deque<std::shared_ptr<Runway>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

class LogFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LogFile(std::unique_ptr<FSWritableFile> target, std::shared_ptr<Runway> runway, Layer* layer)
      : FSWritableFileOwnerWrapper(std::move(target)), runway_(std::move(runway)), layer_(layer) {}
  ~LogFile() override { runway_->End(); }

  IOStatus Append(const Slice& data, const IOOptions& o, IODebugContext* dbg) override {
    Move(data.size());
    return target()->Append(data, o, dbg);
  }
  IOStatus Append(const Slice& data, const IOOptions& o, const DataVerificationInfo& info,
                  IODebugContext* dbg) override {
    Move(data.size());
    return target()->Append(data, o, info, dbg);
  }
  IOStatus PositionedAppend(const Slice&, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::NotSupported("a log with direct I/O");
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& o,
                            const DataVerificationInfo&, IODebugContext* dbg) override {
    return PositionedAppend(data, offset, o, dbg);
  }
  // RocksDB preallocates its logs, and so cuts them to what was appended when it closes them.
  IOStatus Close(const IOOptions& o, IODebugContext* dbg) override {
    runway_->End();
    return target()->Close(o, dbg);
  }

 private:
  void Move(uint64_t by) {
    if (runway_->Move(by)) layer_->Ask(runway_);
  }

  const std::shared_ptr<Runway> runway_;
  Layer* const layer_;
};

class RunwayFileSystem : public rocksdb::FileSystemWrapper {
 public:
  RunwayFileSystem(const std::shared_ptr<FileSystem>& target, uint64_t bytes,
                   const FirstError* error)
      : FileSystemWrapper(target), bytes_(bytes), layer_(target, error) {}

  static const char* kClassName() { return "RunwayFileSystem"; }
  const char* Name() const override { return kClassName(); }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* dbg) override {
    IOStatus status = target()->NewWritableFile(name, options, file, dbg);
    if (status.ok() && name.ends_with(".log")) {
      *file = std::make_unique<LogFile>(std::move(*file), std::make_shared<Runway>(name, bytes_),
                                        &layer_);
    }
    return status;
  }

 private:
  const uint64_t bytes_;
  Layer layer_;
};

}  // namespace

std::shared_ptr<FileSystem> MakeRunwayFileSystem(std::shared_ptr<FileSystem> target, uint64_t bytes,
                                                 const FirstError* error) {
  if (bytes == 0) return target;
  return std::make_shared<RunwayFileSystem>(target, bytes, error);
}

}  // namespace storage
