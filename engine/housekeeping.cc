// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/housekeeping.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "engine/log.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr std::chrono::milliseconds kPause{60'000};
constexpr std::chrono::milliseconds kPauseWhenBusy{200};
constexpr std::chrono::milliseconds kLookEvery{2'000};  // for a quiet moment

}  // namespace

struct Housekeeping::Shared {
  std::mutex mutex;
  std::condition_variable wake;
  // Guarded by mutex:
  bool stopping = false;
  bool nudged = true;
  uint32_t missing = 0;  // answers to the barrier
  SweepSurroundings::Clocks clocks;
};

Housekeeping::Housekeeping(SweepSurroundings surroundings, HistorySweep history, Tables tables)
    : surroundings_(std::move(surroundings)),
      history_(std::move(history)),
      tables_(std::move(tables)),
      shared_(std::make_shared<Shared>()) {
  surroundings_.barrier = [this] { return Barrier(); };
  thread_ = std::thread([this] { Run(); });
}

Housekeeping::~Housekeeping() { Stop(); }

void Housekeeping::Nudge() {
  {
    std::lock_guard lock(shared_->mutex);
    shared_->nudged = true;
  }
  shared_->wake.notify_one();
}

void Housekeeping::Stop() {
  {
    std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->wake.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Housekeeping::Run() {
  std::chrono::milliseconds left{0};  // until the next pass
  for (;;) {
    const std::chrono::milliseconds pause = std::min(left, kLookEvery);
    {
      std::unique_lock lock(shared_->mutex);
      const bool called = shared_->wake.wait_for(
          lock, pause, [this] { return shared_->stopping || shared_->nudged; });
      if (shared_->stopping) return;
      shared_->nudged = false;
      left = called ? std::chrono::milliseconds{0} : left - pause;
    }
    if (pause == kLookEvery) LookForQuiet();
    if (left.count() == 0) left = Pass() ? kPauseWhenBusy : kPause;
  }
}

void Housekeeping::LookForQuiet() {
  if (!tables_.write || !quiet_.Look(tables_.bytes_written())) return;
  // What could not be written is in the log still; a store that fails says so where it is written.
  if (absl::Status s = tables_.write(); !s.ok()) {
    Log(LogLevel::kWarning, {}, fmt::format("housekeeping: {}", std::string(s.message())));
  }
}

// A store that cannot be read stops the process by the loops' own reads; here it only means that
// nothing is tidied.
bool Housekeeping::Pass() {
  const absl::StatusOr<bool> revisions = SweepRevisions(surroundings_);
  const absl::StatusOr<bool> history = history_.Sweep(surroundings_);
  for (const auto* busy : {&revisions, &history}) {
    if (!busy->ok()) {
      Log(LogLevel::kError, {},
          fmt::format("housekeeping: {}", std::string(busy->status().message())));
    }
  }
  return revisions.value_or(false) || history.value_or(false);
}

std::optional<SweepSurroundings::Clocks> Housekeeping::Barrier() {
  {
    std::lock_guard lock(shared_->mutex);
    shared_->missing = surroundings_.partitions;
    shared_->clocks = {.earliest = asl::kNever, .latest = asl::Millis{}, .retired = 0};
  }
  for (PartitionId id = 0; id < surroundings_.partitions; ++id) {
    surroundings_.post(id,
                       engine::Barrier{[shared = shared_](absl::StatusOr<BarrierPassed> passed) {
                         std::lock_guard lock(shared->mutex);
                         shared->clocks.earliest = std::min(shared->clocks.earliest, passed->clock);
                         shared->clocks.latest = std::max(shared->clocks.latest, passed->clock);
                         shared->clocks.retired += passed->retired;
                         if (--shared->missing == 0) shared->wake.notify_one();
                       }});
  }
  std::unique_lock lock(shared_->mutex);
  shared_->wake.wait(lock, [this] { return shared_->stopping || shared_->missing == 0; });
  if (shared_->missing > 0) return std::nullopt;
  return shared_->clocks;
}

}  // namespace engine
