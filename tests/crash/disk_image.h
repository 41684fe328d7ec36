// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What of a directory's files has reached the disk, and what a power cut may leave of the rest. The
// files themselves hold everything that was written, as a running machine shows them; Cut turns
// them into what the next boot finds.
//
// The model, stricter than an ordinary journalling file system:
//   contents   Synced bytes stay. The file ends anywhere from its synced length to its full length,
//   and each page of
//              4 KiB of the unsynced part may be missing (zeros), whatever became of the pages
//              around it.
//   overwrites A page that was overwritten in place shows the newest content, or an older one that
//   was written back
//              meanwhile, whole: a page's sectors are not torn, for ours uses the first only.
//   entries    Creating, renaming and deleting happen in their order: a prefix of what was done
//   since the directory's
//              last sync stays, the rest is undone. Syncing a file does not keep its entry.
// Not modelled: synced bytes that change (LyingFileSystem::FlipBit is for that), sectors within a
// page, several directories (one store is one directory), and RocksDB's own LOG, which does not
// pass through.
//
// Owned by a LyingFileSystem. Any thread, except Cut: while no file is open.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace crash {

// What one power cut took away.
struct Loss {
  uint64_t unsynced_bytes = 0;  // written and gone
  uint64_t pages_dropped = 0;   // holes before the end of a file
  uint64_t files_torn = 0;      // files that lost something
  uint64_t runways_left = 0;    // logs with zeros behind their records
  uint64_t entries_undone = 0;  // creations, renames and deletions
};

class DiskImage {
 public:
  // One file, whatever it is called by now. Its fields are the image's.
  struct File {
    std::string path;
    uint64_t size = 0;         // written
    uint64_t synced = 0;       // and certain to stay
    uint64_t zeros_until = 0;  // laid ahead of a log's end
    // Of files that are overwritten in place, instead: the newest content and one that may be on
    // the disk.
    std::optional<std::string> newest, written_back;
  };
  using Handle = std::shared_ptr<File>;

  explicit DiskImage(uint64_t seed) : random_(seed) {}

  Handle Created(const std::string& path);
  // A file that is there already, with what it holds counted as synced unless it is known better.
  Handle Opened(const std::string& path);
  void Appended(const Handle& file, uint64_t bytes);
  void Truncated(const Handle& file, uint64_t size);
  // Behind the end of a file that is appended to.
  void ZerosLaid(const Handle& file, uint64_t until);
  uint64_t size(const Handle& file) const;
  // A sync that began when the file had `size` bytes has ended.
  void Synced(const Handle& file, uint64_t size);

  void Overwritten(const Handle& file, uint64_t offset, std::string_view bytes);
  void OverwritesSynced(const Handle& file);

  // Do the change, so that it can be undone; false when the file is not there.
  bool Delete(const std::string& path);
  bool Rename(const std::string& from, const std::string& to);
  void EntriesSynced();

  // Leaves the files as a power cut may, and forgets what was before it.
  Loss Cut(std::mt19937_64& random);

 private:
  struct Change {
    enum class Kind : uint8_t { kCreate, kRename, kDelete } kind;
    std::string path, target;  // target: of a rename
    std::string aside;  // where what the change removed is kept; empty when it removed nothing
    Handle file, removed;
  };

  // REQUIRES of all: mutex_ held.
  std::string MoveAside(const std::string& path);
  Handle Known(const std::string& path);
  void Undo(const Change& change);
  void TearAppended(File& file, std::mt19937_64& random, Loss& loss);
  void LeaveZeros(const File& file, std::mt19937_64& random, Loss& loss);
  void TearOverwritten(File& file, std::mt19937_64& random, Loss& loss);

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::map<std::string, Handle> files_;
  std::vector<Change> changes_;  // since the directory's last sync
  uint64_t asides_ = 0;
};

}  // namespace crash
