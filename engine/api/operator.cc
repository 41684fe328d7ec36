// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/api/operator.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "engine/disk_space.h"
#include "engine/reads.h"
#include "engine/tables.h"
#include "engine/words.h"
#include "storage/key.h"

namespace engine::api {
namespace {

constexpr size_t kStuckMax = 10;
// Queues whose heads are read for one status; a row each per partition.
constexpr size_t kQueuesReadMax = 64;

uint64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");  // total and resident, in pages
  uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

absl::StatusOr<std::string> ArnOf(const Engine& engine, const Registry& registry,
                                  const storage::Reader& view, ExecutionNumber number) {
  const absl::StatusOr<ExecutionRow> row = ReadStatus(view, number);
  if (!row.ok()) return row.status();
  const absl::StatusOr<std::string> id =
      ReadWord(view, PartitionOf(number), WordKind::kRevision, row->revision);
  if (!id.ok()) return id.status();
  const RevisionPtr revision = registry.FindRevision(*id);
  if (revision == nullptr) return absl::DataLossError("an execution's revision is missing");
  return ExecutionArn(engine.scope(), revision->machine, row->name);
}

// All events of a transition have its time, so the record's is the event's.
absl::StatusOr<asl::Millis> TimeOfEvent(const storage::Reader& view, ExecutionNumber execution,
                                        asl::EventId event) {
  auto record = view.Scan(kHistory, HistoryKey(execution, asl::EventId{0}),
                          HistoryKey(execution, event + 1), storage::Direction::kBackward);
  if (!record->Valid()) return absl::DataLossError("the history record of a task is missing");
  const auto events = ReadHistory(nullptr, record->key(), record->value());
  if (!events.ok()) return events.status();
  return events->front().time;
}

// The oldest waiting tasks of a queue, at most `count` of each partition.
absl::StatusOr<std::vector<std::pair<asl::Millis, ExecutionNumber>>> Heads(
    const storage::Reader& view, uint32_t partitions, const std::string& queue, size_t count) {
  std::vector<std::pair<asl::Millis, ExecutionNumber>> heads;
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    const std::string prefix = TaskQueuePrefix(partition, queue);
    auto rows = view.Scan(kTasks, prefix, storage::PrefixEnd(prefix));
    for (size_t taken = 0; taken < count && rows->Valid(); ++taken, rows->Next()) {
      const std::optional<TaskKeyParts> key = DecodeTaskKey(rows->key());
      if (!key) return absl::DataLossError("a key of table 'tasks' is malformed");
      const absl::StatusOr<Task> task = ReadTask(queue, key->number, rows->value());
      if (!task.ok()) return task.status();
      const auto since = TimeOfEvent(view, task->id.execution, task->id.scheduled);
      if (!since.ok()) return since.status();
      heads.emplace_back(*since, task->id.execution);
    }
    if (!rows->status().ok()) return rows->status();
  }
  std::sort(heads.begin(), heads.end());
  return heads;
}

}  // namespace

ServerStatus GetStatus(Engine& engine) {
  ServerStatus status{.now = engine.clock().Now(),
                      .moment = engine.moment(),
                      .disk_free = FreeBytes(engine.data_dir()).value_or(0),
                      .disk_min_free = engine.disk_min_free(),
                      .refusing_starts = !engine.CheckDiskSpace().ok(),
                      .resident_bytes = ResidentBytes(),
                      .workers = engine.pool().connected(),
                      .sources = engine.source_board().List()};
  std::map<std::string, QueueStatus> queues;
  for (const auto& [name, gauges] : status.moment.partitions.queues) queues[name].gauges = gauges;
  for (const auto& [name, serving] : engine.pool().serving()) queues[name].serving = serving;
  for (const auto& [name, calls] : engine.services().answered()) queues[name].calls = calls;
  for (auto& [name, queue] : queues) {
    queue.name = name;
    status.queues.push_back(std::move(queue));
  }
  return status;
}

absl::Status AddWaits(Engine& engine, ServerStatus& status) {
  const storage::View view = engine.durable_view();
  size_t read = 0;
  std::vector<std::tuple<asl::Millis, ExecutionNumber, std::string>> stuck;
  for (QueueStatus& queue : status.queues) {
    if (queue.gauges.waiting == 0 || ++read > kQueuesReadMax) continue;
    const bool served = queue.serving.workers > 0;
    const auto heads = Heads(*view, engine.partitions(), queue.name, served ? 1 : kStuckMax);
    if (!heads.ok()) return heads.status();
    if (!heads->empty()) queue.oldest = heads->front().first;
    if (served) continue;
    for (const auto& [since, execution] : *heads) stuck.emplace_back(since, execution, queue.name);
  }
  std::sort(stuck.begin(), stuck.end());
  if (stuck.size() > kStuckMax) stuck.resize(kStuckMax);
  for (const auto& [since, execution, queue] : stuck) {
    absl::StatusOr<std::string> arn = ArnOf(engine, engine.registry(), *view, execution);
    if (!arn.ok()) return arn.status();
    status.stuck.push_back({.arn = *std::move(arn), .queue = queue, .since = since});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ParkedExecution>> ListParked(Engine& engine) {
  const storage::View view = engine.durable_view();
  std::vector<ParkedExecution> parked;
  auto rows = view->Scan(kCrashes, "", "");
  for (; rows->Valid(); rows->Next()) {
    const std::optional<uint64_t> crashes = ReadU64(rows->value());
    storage::KeyReader key(rows->key());
    key.U16();
    const ExecutionNumber execution{key.U64()};
    if (!crashes || !key.ok()) return absl::DataLossError("a row of table 'crashes' is malformed");
    if (*crashes < kCrashesToPark) continue;
    absl::StatusOr<std::string> arn = ArnOf(engine, engine.registry(), *view, execution);
    if (!arn.ok()) return arn.status();
    parked.push_back({.arn = *std::move(arn), .crashes = *crashes});
  }
  if (!rows->status().ok()) return rows->status();
  return parked;
}

void ReleaseParked(Engine& engine, const std::string& arn, Reply<uint64_t> reply) {
  const absl::StatusOr<ExecutionNumber> number =
      FindExecution(*engine.durable_view(), engine.scope(), engine.partitions(), arn);
  if (!number.ok()) return reply(number.status());
  auto go_on = [&engine, execution = *number,
                reply = std::move(reply)](absl::StatusOr<uint64_t> crashes) {
    if (crashes.ok()) {
      engine.Post(
          PartitionOf(execution),
          engine::ReleaseParked{.execution = execution, .forgotten = true, .reply = nullptr});
    }
    reply(std::move(crashes));
  };
  engine.Post(
      PartitionOf(*number),
      engine::ReleaseParked{.execution = *number, .forgotten = false, .reply = std::move(go_on)});
}

}  // namespace engine::api
