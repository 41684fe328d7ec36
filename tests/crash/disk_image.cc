// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/disk_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <fstream>
#include <utility>

namespace crash {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPage = 4096;

void WriteAt(const std::string& path, uint64_t offset, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  assert(file.good());
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

DiskImage::Handle DiskImage::Created(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto file = std::make_shared<File>(File{.path = path});
  files_[path] = file;
  changes_.push_back({.kind = Change::Kind::kCreate, .path = path, .file = file});
  return file;
}

DiskImage::Handle DiskImage::Opened(const std::string& path) {
  std::lock_guard lock(mutex_);
  return Known(path);
}

void DiskImage::Appended(const Handle& file, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  file->size += bytes;
}

void DiskImage::Truncated(const Handle& file, uint64_t size) {
  std::lock_guard lock(mutex_);
  file->size = size;
  file->synced = std::min(file->synced, size);
}

void DiskImage::ZerosLaid(const Handle& file, uint64_t until) {
  std::lock_guard lock(mutex_);
  file->zeros_until = std::max(file->zeros_until, until);
}

uint64_t DiskImage::size(const Handle& file) const {
  std::lock_guard lock(mutex_);
  return file->size;
}

void DiskImage::Synced(const Handle& file, uint64_t size) {
  std::lock_guard lock(mutex_);
  file->synced = std::max(file->synced, std::min(size, file->size));
}

void DiskImage::Overwritten(const Handle& file, uint64_t offset, std::string_view bytes) {
  std::lock_guard lock(mutex_);
  if (!file->newest.has_value()) file->newest = file->written_back = ReadAll(file->path);
  // The system may write the page back at any time.
  if (random_() % 4 == 0) file->written_back = file->newest;
  if (file->newest->size() < offset + bytes.size()) file->newest->resize(offset + bytes.size());
  file->newest->replace(offset, bytes.size(), bytes);
}

void DiskImage::OverwritesSynced(const Handle& file) {
  std::lock_guard lock(mutex_);
  file->written_back = file->newest;
}

bool DiskImage::Delete(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (!fs::exists(path)) return false;
  Handle file = Known(path);
  files_.erase(path);
  changes_.push_back({.kind = Change::Kind::kDelete,
                      .path = path,
                      .aside = MoveAside(path),
                      .removed = std::move(file)});
  return true;
}

bool DiskImage::Rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  if (!fs::exists(from)) return false;
  Change change{.kind = Change::Kind::kRename, .path = from, .target = to, .file = Known(from)};
  if (fs::exists(to)) {
    change.removed = Known(to);
    change.aside = MoveAside(to);
  }
  fs::rename(from, to);
  files_.erase(from);
  change.file->path = to;
  files_[to] = change.file;
  changes_.push_back(std::move(change));
  return true;
}

void DiskImage::EntriesSynced() {
  std::lock_guard lock(mutex_);
  for (const Change& change : changes_) {
    if (!change.aside.empty()) fs::remove(change.aside);
  }
  changes_.clear();
}

Loss DiskImage::Cut(std::mt19937_64& random) {
  std::lock_guard lock(mutex_);
  Loss loss;
  const size_t kept = random() % (changes_.size() + 1);
  for (size_t i = changes_.size(); i > kept; --i) Undo(changes_[i - 1]);
  loss.entries_undone = changes_.size() - kept;
  for (size_t i = 0; i < kept; ++i) {
    if (!changes_[i].aside.empty()) fs::remove(changes_[i].aside);
  }
  for (const auto& [path, file] : files_) {
    const uint64_t lost = loss.unsynced_bytes;
    if (file->newest.has_value()) {
      TearOverwritten(*file, random, loss);
    } else {
      TearAppended(*file, random, loss);
      LeaveZeros(*file, random, loss);
    }
    if (loss.unsynced_bytes > lost) ++loss.files_torn;
  }
  changes_.clear();
  files_.clear();
  return loss;
}

// Beside the directory, where the store does not look.
std::string DiskImage::MoveAside(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path().native() + ".aside";
  fs::create_directory(folder);
  const fs::path aside = folder / fmt::format("{}", asides_++);
  fs::rename(path, aside);
  return aside;
}

DiskImage::Handle DiskImage::Known(const std::string& path) {
  Handle& file = files_[path];
  if (file == nullptr) {
    const uint64_t size = fs::file_size(path);
    file = std::make_shared<File>(File{.path = path, .size = size, .synced = size});
  }
  return file;
}

void DiskImage::Undo(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kCreate:
      fs::remove(change.path);
      files_.erase(change.path);
      break;
    case Change::Kind::kRename:
      fs::rename(change.target, change.path);
      files_.erase(change.target);
      change.file->path = change.path;
      files_[change.path] = change.file;
      if (change.removed != nullptr) {
        fs::rename(change.aside, change.target);
        files_[change.target] = change.removed;
      }
      break;
    case Change::Kind::kDelete:
      fs::rename(change.aside, change.path);
      files_[change.path] = change.removed;
      break;
  }
}

// A quarter of the files lose all that was not synced, a quarter end anywhere, and half have pages
// missing before their end, which is anywhere or where it was.
void DiskImage::TearAppended(File& file, std::mt19937_64& random, Loss& loss) {
  if (file.size == file.synced) return;
  const uint64_t fate = random() % 4;
  uint64_t length = file.synced + random() % (file.size - file.synced + 1);
  if (fate == 0) length = file.synced;
  if (fate == 3) length = file.size;
  loss.unsynced_bytes += file.size - length;
  fs::resize_file(file.path, length);
  if (fate < 2) return;
  for (uint64_t page = file.synced / kPage * kPage; page < length; page += kPage) {
    if (random() % 2 == 0) continue;
    const uint64_t begin = std::max(page, file.synced);
    const uint64_t end = std::min(page + kPage, length);
    WriteAt(file.path, begin, std::string(end - begin, '\0'));
    loss.unsynced_bytes += end - begin;
    ++loss.pages_dropped;
  }
}

// Behind a log's records, wherever those end now.
void DiskImage::LeaveZeros(const File& file, std::mt19937_64& random, Loss& loss) {
  if (file.zeros_until <= file.size) return;
  if (random() % 2 == 0) {
    fs::resize_file(file.path, std::min(fs::file_size(file.path), file.size));
  } else {
    fs::resize_file(file.path, file.zeros_until);
    ++loss.runways_left;
  }
}

void DiskImage::TearOverwritten(File& file, std::mt19937_64& random, Loss& loss) {
  if (file.newest == file.written_back) return;
  std::string content = *file.newest;
  for (uint64_t page = 0; page < content.size(); page += kPage) {
    if (random() % 2 == 0) continue;
    std::string older = file.written_back->substr(std::min(page, file.written_back->size()), kPage);
    older.resize(std::min(kPage, content.size() - page));
    content.replace(page, older.size(), older);
    loss.unsynced_bytes += older.size();
  }
  WriteAt(file.path, 0, content);
}

}  // namespace crash
