// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/engine_power_cut.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "engine/engine.h"
#include "engine/tables.h"
#include "tests/crash/engine_power_cut_load.h"
#include "tests/crash/engine_power_cut_outside.h"
#include "tests/crash/engine_power_cut_worker.h"
#include "tests/crash/unsynced_store.h"

namespace crash {
namespace {

constexpr uint32_t kPartitions = 8;
constexpr uint64_t kOrdersPerLife = 150;
constexpr uint64_t kCutWithinOperations = 200;
constexpr uint64_t kFaultWithin = 60;  // syncs or appends of logs
constexpr std::chrono::milliseconds kFastSync(1), kSlowSync(6);
// Short, so that tasks of workers that died go on within a test.
constexpr int64_t kLeaseMs = 200;
constexpr size_t kWriteBufferBytes = 8 << 20;
// Holds a few executions: others are loaded again when something wakes them.
constexpr size_t kCacheBytes = 256 << 10;

class EngineLives : public Lives {
 public:
  EngineLives(const std::string& directory, uint64_t seed, Break broken, PowerCutResult* result)
      : machine_(directory, seed, broken, result),
        outside_(kPartitions),
        survivor_("survivor", PowerCutWorker::Fate::kSurvives, seed + 2, &outside_),
        mortal_("mortal", PowerCutWorker::Fate::kDies, seed + 3, &outside_) {}

  ~EngineLives() override { CountTotals(); }

  bool RunOne() override;
  bool EndInPeace() override;

 private:
  enum class End : uint8_t { kCut, kFlippedBit, kFailedSync, kFullDisk };

  End DrawEnd();
  // nullptr: it does not open, and that is right or a violation that was noted.
  std::unique_ptr<engine::Engine> Open(Gate& gate, End end);
  bool Check(const storage::RocksStore& store);
  // All that runs between opening and the end.
  void Live(engine::Engine& engine, Gate& gate, End end);
  bool CheckFailure(const Gate& gate, End end);
  void CountTotals();
  bool violated() { return !machine_.result().violations.empty(); }

  Machine machine_;
  Outside outside_;
  PowerCutWorker survivor_, mortal_;
  uint64_t certain_seq_ = 0;  // said to be durable by an engine whose store failed
};

EngineLives::End EngineLives::DrawEnd() {
  std::mt19937_64& random = machine_.random();
  switch (random() % 10) {
    case 0:
      return End::kFlippedBit;
    case 1:
      machine_.files().FailLogSync(1 + random() % kFaultWithin);
      return End::kFailedSync;
    case 2:
      machine_.files().FailLogAppend(1 + random() % kFaultWithin);
      return End::kFullDisk;
    default:
      machine_.files().CutPowerAt(1 + random() % kCutWithinOperations);
      return End::kCut;
  }
}

bool EngineLives::Check(const storage::RocksStore& store) {
  if (store.written_seq() < certain_seq_) {
    return machine_.Violation(
        fmt::format("the engine said that commit {} was durable, there are {}", certain_seq_,
                    store.written_seq()));
  }
  engine::Registry registry;
  const auto machines = engine::ReadMachines(store);
  if (!machines.ok()) return machine_.Violation(machines.status().ToString());
  for (const engine::RevisionPtr& machine : *machines) registry.Publish(machine);
  const std::string bad = outside_.Contradiction(store, registry);
  return bad.empty() || machine_.Violation(bad);
}

std::unique_ptr<engine::Engine> EngineLives::Open(Gate& gate, End end) {
  const auto fail = [&](const absl::Status& status) {
    // A fault may strike the opening itself.
    const bool right =
        machine_.files().power_is_off() || end == End::kFailedSync || end == End::kFullDisk;
    if (!right) machine_.Violation(fmt::format("refused to open: {}", status.ToString()));
    return nullptr;
  };
  storage::RocksStoreOptions options = machine_.DrawOptions(engine::AllTables());
  // Tables are written because logs grow, never because memory is full: when several families are
  // full at once and the power goes as RocksDB 7.8 begins a log for them, it forgets that it holds
  // them, and asserts when it is closed. asld does not close a store that failed; this test must.
  options.write_buffer_bytes = kWriteBufferBytes;
  auto store = storage::RocksStore::Open(options);
  if (!store.ok()) return fail(store.status());
  if ((*store)->open_report().tail_dropped) ++machine_.result().tails_dropped;
  if (!Check(**store)) return nullptr;
  std::unique_ptr<storage::Store> under = *std::move(store);
  if (machine_.broken() == Break::kNoSync)
    under = std::make_unique<UnsyncedStore>(std::move(under));
  auto engine = engine::Engine::Open(
      {.partitions = kPartitions,
       .loops = kPartitions,
       .lease_ms = kLeaseMs,
       .cache_bytes = kCacheBytes,
       .on_store_failed = [&gate](const absl::Status& s, uint64_t seq) { gate.Shut(s, seq); }},
      std::move(under));
  if (!engine.ok()) return fail(engine.status());
  return *std::move(engine);
}

// Unless it ends in peace, the power goes at the latest when the clients have had every answer.
void EngineLives::Live(engine::Engine& engine, Gate& gate, End end) {
  survivor_.Connect(engine.pool(), /*prompt=*/false);
  mortal_.Connect(engine.pool(), /*prompt=*/false);
  RunClients(engine, gate, outside_, machine_.random()(), kOrdersPerLife);
  if (end != End::kFlippedBit && !gate.shut()) machine_.files().CutPower();
  survivor_.Leave();
  mortal_.Leave();
  engine.Stop();
}

bool EngineLives::CheckFailure(const Gate& gate, End end) {
  if (gate.overdue()) return machine_.Violation("a client waited in vain");
  if (gate.failures() > 1) return machine_.Violation("the engine reported its failure twice");
  if (gate.failures() == 0) return true;
  certain_seq_ = std::max(certain_seq_, gate.last_durable_seq());
  const std::string text = gate.failure().ToString();
  if (end == End::kFlippedBit) return machine_.Violation("failed without a fault: " + text);
  const auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
  if (end == End::kFailedSync && says("cannot sync") && says("Input/output error")) {
    ++machine_.result().load["syncs failed"];
  } else if (end == End::kFullDisk && says("cannot append") && says("No space left on device")) {
    ++machine_.result().load["disks full"];
  } else if (!machine_.files().power_is_off() || !says("the power is off")) {
    return machine_.Violation("the engine reported: " + text);
  }
  return true;
}

bool EngineLives::RunOne() {
  const End end = DrawEnd();
  // A slow disk leaves more to lose.
  machine_.files().MakeSyncsLast(machine_.random()() % 2 == 0 ? kFastSync : kSlowSync);
  Gate gate;
  if (std::unique_ptr<engine::Engine> engine = Open(gate, end)) Live(*engine, gate, end);
  if (violated() || !CheckFailure(gate, end)) return false;
  if (end == End::kFlippedBit) {
    return machine_.EndByFlippedBit(engine::AllTables(),
                                    [this](const storage::RocksStore& s) { return Check(s); });
  }
  // After a fault the process alone may end, and the machine go on.
  const bool fault = end != End::kCut && !machine_.files().power_is_off();
  if (!fault || machine_.random()() % 2 == 0) machine_.EndByPowerCut();
  return true;
}

bool EngineLives::EndInPeace() {
  Gate gate;
  const std::unique_ptr<engine::Engine> engine = Open(gate, End::kFlippedBit);
  if (engine == nullptr) return false;
  survivor_.Connect(engine->pool(), /*prompt=*/true);
  mortal_.Connect(engine->pool(), /*prompt=*/true);
  RunClients(*engine, gate, outside_, machine_.random()(), /*fresh=*/0);
  const bool ended = AwaitEnds(*engine, gate, outside_);
  survivor_.Leave();
  mortal_.Leave();
  const std::string bad =
      outside_.Contradiction(*engine->durable_view(), engine->registry(), /*ended=*/true);
  if (!bad.empty()) return machine_.Violation("in the end " + bad);
  if (!ended) return machine_.Violation("not everything ended");
  return true;
}

void EngineLives::CountTotals() {
  const Outside::Totals totals = outside_.totals();
  std::map<std::string, uint64_t>& load = machine_.result().load;
  load["starts acknowledged"] += totals.starts;
  load["stops acknowledged"] += totals.stops;
  load["events shown"] += totals.events;
  load["tasks handed out"] += totals.handed_out;
  load["results accepted"] += totals.accepted;
}

}  // namespace

PowerCutResult CutPowerOfEngine(const std::string& parent, uint64_t cuts, uint64_t seed,
                                Break broken) {
  return CutPowerManyTimes(parent, cuts, seed,
                           [broken](const std::string& directory, uint64_t s, PowerCutResult* r) {
                             return std::make_unique<EngineLives>(directory, s, broken, r);
                           });
}

}  // namespace crash
