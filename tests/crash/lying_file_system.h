// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A file system for RocksDB that can lose its power. Files live in an ordinary directory; every
// change passes through here and is counted, and what a sync has made certain is remembered
// (disk_image.h states the model and its limits). From the drawn operation on nothing reaches the
// files any more: every change fails, as for a machine that is off. Once everything is closed,
// PowerOn leaves the files as the next boot may find them.
//
// Syncs are not passed on, nobody pulls a real plug; instead one lasts until a few operations of
// others have happened meanwhile (or 1 ms), so that there is an unsynced tail to lose. Faults, each
// once: EIO from the n-th sync of a log, ENOSPC from the n-th append to a log, a flipped bit in a
// log.
//
// For tests only. Any thread; PowerOn and FlipBit while no file is open.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "tests/crash/disk_image.h"

namespace rocksdb {
class FileSystem;
}

namespace crash {

struct PowerSwitch;

class LyingFileSystem {
 public:
  explicit LyingFileSystem(uint64_t seed);
  ~LyingFileSystem();

  // To be given to a store. Must not outlive this.
  std::shared_ptr<rocksdb::FileSystem> files();

  // Operations are changes and syncs of files and directories, counted since the power came on.
  uint64_t operations() const;
  // Switches off before the n-th operation from now, n from 1.
  void CutPowerAt(uint64_t operation);
  void CutPower();
  bool power_is_off() const;
  // What was about to happen when the power went, e.g. "append to log"; "between operations" after
  // CutPower.
  std::string cut_at() const;

  // Makes the files what a power cut may leave (what was done since the last one, if the power is
  // still on), and switches on.
  Loss PowerOn(std::mt19937_64& random);

  // From now on a sync of a log takes no time.
  void MakeSyncsInstant();
  // From now on it takes at most this long, and then any number of operations may happen meanwhile.
  void MakeSyncsLast(std::chrono::milliseconds longest);

  void FailLogSync(uint64_t nth);    // EIO, once; n from 1, from now
  void FailLogAppend(uint64_t nth);  // ENOSPC, once

 private:
  std::unique_ptr<PowerSwitch> power_;
  std::shared_ptr<rocksdb::FileSystem> files_;
};

// A bit in the middle half of the first `bytes` bytes of the newest log of a store's directory.
struct FlippedBit {
  std::string path;
  uint64_t offset = 0;
  uint8_t mask = 0;

  bool drawn() const { return mask != 0; }
  // Once to damage the file, once more to mend it.
  void Flip() const;
};
// REQUIRES: the log has `bytes` bytes. Not drawn() when that is too little to have a middle.
FlippedBit DrawBit(const std::string& log, uint64_t bytes, std::mt19937_64& random);

}  // namespace crash
