// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/durable_file.h"

#include <rocksdb/file_system.h>

#include <boost/crc.hpp>
#include <string_view>
#include <utility>

#include "storage/key.h"
#include "storage/rocks_status.h"

namespace storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

constexpr std::string_view kMagic = "asldurbl";
constexpr size_t kPageBytes = 4096;
constexpr size_t kCheckedBytes = 16;  // magic and seq

uint32_t Crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::string MakePage(uint64_t seq) {
  std::string page(kMagic);
  AppendU64(seq, &page);
  AppendU32(Crc32c(page), &page);
  page.resize(kPageBytes);
  return page;
}

std::string PathIn(const std::string& directory) { return directory + "/DURABLE"; }

}  // namespace

absl::StatusOr<std::optional<uint64_t>> ReadDurableFile(rocksdb::FileSystem& files,
                                                        const std::string& directory) {
  const std::string path = PathIn(directory);
  const IOOptions io;
  const IOStatus exists = files.FileExists(path, io, nullptr);
  if (exists.IsNotFound()) return std::nullopt;
  if (!exists.ok()) return ToStatus(exists, "look for", path);
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  if (IOStatus s = files.NewRandomAccessFile(path, FileOptions(), &file, nullptr); !s.ok()) {
    return ToStatus(s, "open", path);
  }
  std::string scratch(kPageBytes, '\0');
  rocksdb::Slice page;
  if (IOStatus s = file->Read(0, kPageBytes, io, &page, scratch.data(), nullptr); !s.ok()) {
    return ToStatus(s, "read", path);
  }
  const std::string_view bytes(page.data(), page.size());
  if (bytes.size() < kPageBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  KeyReader fields(bytes.substr(kMagic.size()));
  const uint64_t seq = fields.U64();
  if (fields.U32() != Crc32c(bytes.substr(0, kCheckedBytes))) return std::nullopt;
  return seq;
}

absl::StatusOr<std::unique_ptr<DurableFile>> DurableFile::Open(rocksdb::FileSystem& files,
                                                               const std::string& directory,
                                                               uint64_t seq) {
  const std::string path = PathIn(directory);
  const IOOptions io;
  // A random-access file can only be opened when it is there.
  if (files.FileExists(path, io, nullptr).IsNotFound()) {
    std::unique_ptr<rocksdb::FSWritableFile> created;
    IOStatus s = files.NewWritableFile(path, FileOptions(), &created, nullptr);
    if (s.ok()) s = created->Close(io, nullptr);
    if (!s.ok()) return ToStatus(s, "create", path);
  }
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  if (IOStatus s = files.NewRandomRWFile(path, FileOptions(), &file, nullptr); !s.ok()) {
    return ToStatus(s, "open", path);
  }
  std::unique_ptr<DurableFile> durable(new DurableFile(path, std::move(file)));
  if (absl::Status s = durable->Record(seq); !s.ok()) return s;
  std::unique_ptr<rocksdb::FSDirectory> entry;
  IOStatus s = durable->file_->Sync(io, nullptr);
  if (s.ok()) s = files.NewDirectory(directory, io, &entry, nullptr);
  if (s.ok()) s = entry->Fsync(io, nullptr);
  if (!s.ok()) return ToStatus(s, "sync", path);
  return durable;
}

DurableFile::DurableFile(std::string path, std::unique_ptr<rocksdb::FSRandomRWFile> file)
    : path_(std::move(path)), file_(std::move(file)) {}

DurableFile::~DurableFile() = default;

absl::Status DurableFile::Record(uint64_t seq) {
  return ToStatus(file_->Write(0, MakePage(seq), IOOptions(), nullptr), "write", path_);
}

}  // namespace storage
