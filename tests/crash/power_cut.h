// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the power-cut tests of the store and of the whole engine share: a store's directory on a
// machine that loses its power or flips a bit, the deliberate breaks that must be found, and the
// count of what was done and what it cost. Knows nothing of what the store holds. One thread, but
// for the files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/rocks_store.h"
#include "tests/crash/disk_image.h"
#include "tests/crash/lying_file_system.h"

namespace crash {

// What is broken on purpose, to see the check go red.
enum class Break : uint8_t {
  kNothing,
  kNoSync,       // a sync returns without syncing
  kAcrossHoles,  // records behind a hole in the log are applied
  kUnchecked,    // what the log lost is not compared with what was acknowledged
};

struct PowerCutResult {
  std::vector<std::string> violations;  // sentences; the run ends at the first life that has one
  uint64_t cuts = 0;
  std::map<std::string, uint64_t> cuts_at;  // by what was about to happen
  Loss loss;
  uint64_t tails_dropped = 0;  // opens that left out an unsynced tail behind a hole
  uint64_t bits_flipped = 0, bits_refused = 0;
  std::map<std::string, uint64_t> load;  // what went on meanwhile, e.g. "batches"

  std::string Summary() const;
};

class Machine {
 public:
  Machine(std::string directory, uint64_t seed, Break broken, PowerCutResult* result);

  // For opening the store anew; half of the lives write tables all the time.
  storage::RocksStoreOptions DrawOptions(std::vector<storage::TableSpec> tables);

  // All REQUIRE that the store is closed. Leaves what a power cut may, and counts it.
  void EndByPowerCut();
  // REQUIRES: it was closed in peace. The store must refuse to open, naming the commits that are
  // missing, and is mended; when the bit meant nothing (padding of the log), `check` must like it.
  // False: a violation.
  bool EndByFlippedBit(std::vector<storage::TableSpec> tables,
                       const std::function<bool(const storage::RocksStore&)>& check);

  // Notes it with what replays the run; false, for the caller to return.
  bool Violation(const std::string& what);

  const std::string& directory() const { return directory_; }
  uint64_t seed() const { return seed_; }
  Break broken() const { return broken_; }
  LyingFileSystem& files() { return files_; }
  std::mt19937_64& random() { return random_; }
  PowerCutResult& result() { return *result_; }

 private:
  const std::string directory_;
  const uint64_t seed_;
  const Break broken_;
  PowerCutResult* const result_;
  std::mt19937_64 random_;
  LyingFileSystem files_;
};

// One store through many lives.
class Lives {
 public:
  virtual ~Lives() = default;
  // Opens the store, checks it, loads it, and ends it by a power cut or worse. False: a violation.
  virtual bool RunOne() = 0;
  // The last life, in which nothing fails. False: a violation.
  virtual bool EndInPeace() = 0;
};

// Makes `cuts` power cuts in fresh stores below `parent`, a directory.
using MakeLives = std::function<std::unique_ptr<Lives>(const std::string& directory, uint64_t seed,
                                                       PowerCutResult* result)>;
PowerCutResult CutPowerManyTimes(const std::string& parent, uint64_t cuts, uint64_t seed,
                                 const MakeLives& make);

}  // namespace crash
