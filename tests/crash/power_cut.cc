// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/power_cut.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "storage/log_testing.h"

namespace crash {
namespace {

constexpr uint64_t kCutsPerStore = 20;

}  // namespace

std::string PowerCutResult::Summary() const {
  std::string text = fmt::format(
      "{} power cuts; lost {} unsynced bytes of {} files, {} pages inside them, {} with zeros "
      "behind them, {} directory "
      "entries; {} starts left out a tail behind a hole; {} bits flipped, {} refused\n",
      cuts, loss.unsynced_bytes, loss.files_torn, loss.pages_dropped, loss.runways_left,
      loss.entries_undone, tails_dropped, bits_flipped, bits_refused);
  for (const auto& [what, count] : load) text += fmt::format("{:8} {}\n", count, what);
  for (const auto& [what, count] : cuts_at) text += fmt::format("{:8} cut at: {}\n", count, what);
  for (const std::string& violation : violations) text += violation + "\n";
  return text;
}

Machine::Machine(std::string directory, uint64_t seed, Break broken, PowerCutResult* result)
    : directory_(std::move(directory)),
      seed_(seed),
      broken_(broken),
      result_(result),
      random_(seed),
      files_(seed + 1) {}

storage::RocksStoreOptions Machine::DrawOptions(std::vector<storage::TableSpec> tables) {
  storage::RocksStoreOptions options{
      .directory = directory_, .tables = std::move(tables), .file_system = files_.files()};
  options.block_cache_bytes = 1 << 20;
  const bool small = random_() % 2 == 0;
  options.write_buffer_bytes = small ? 64 << 10 : 8 << 20;
  options.log_bytes_max = small ? 128 << 10 : 8 << 20;
  options.log_runway_bytes = random_() % 2 == 0 ? 64 << 10 : 1 << 20;  // the large one: hardly ever
  if (broken_ == Break::kAcrossHoles) {
    options.log_recovery = storage::LogRecovery::kAcrossHoles;
  } else if (broken_ == Break::kUnchecked) {
    options.log_recovery = storage::LogRecovery::kUnchecked;
  }
  return options;
}

void Machine::EndByPowerCut() {
  files_.CutPower();
  ++result_->cuts;
  ++result_->cuts_at[files_.cut_at()];
  const Loss loss = files_.PowerOn(random_);
  result_->loss.unsynced_bytes += loss.unsynced_bytes;
  result_->loss.pages_dropped += loss.pages_dropped;
  result_->loss.runways_left += loss.runways_left;
  result_->loss.files_torn += loss.files_torn;
  result_->loss.entries_undone += loss.entries_undone;
}

// After an end in peace the log is whole, and DURABLE is exact.
bool Machine::EndByFlippedBit(std::vector<storage::TableSpec> tables,
                              const std::function<bool(const storage::RocksStore&)>& check) {
  const std::string log = storage::NewestLog(directory_).path;
  const FlippedBit bit = DrawBit(log, std::filesystem::file_size(log), random_);
  if (!bit.drawn()) return true;
  bit.Flip();
  ++result_->bits_flipped;
  auto store = storage::RocksStore::Open(DrawOptions(std::move(tables)));
  // A bit of the padding between two blocks of the log means nothing: then everything must be
  // there.
  if (store.ok()) return check(**store);
  const std::string refusal = store.status().ToString();
  if (refusal.find("are missing; the store is untouched") == std::string::npos) {
    return Violation(fmt::format("a flipped bit was answered with: {}", refusal));
  }
  ++result_->bits_refused;
  bit.Flip();
  return true;
}

bool Machine::Violation(const std::string& what) {
  result_->violations.push_back(
      fmt::format("seed {}, after {} cuts: {}", seed_, result_->cuts, what));
  return false;
}

PowerCutResult CutPowerManyTimes(const std::string& parent, uint64_t cuts, uint64_t seed,
                                 const MakeLives& make) {
  PowerCutResult result;
  for (uint64_t store = 0; result.cuts < cuts; ++store) {
    const std::string directory = fmt::format("{}/store-{}", parent, store);
    const uint64_t until = std::min(cuts, result.cuts + kCutsPerStore);
    const std::unique_ptr<Lives> lives = make(directory, seed + store, &result);
    while (result.cuts < until) {
      if (!lives->RunOne()) return result;
    }
    if (!lives->EndInPeace()) return result;
    std::filesystem::remove_all(directory);
    std::filesystem::remove_all(directory + ".aside");
  }
  return result;
}

}  // namespace crash
