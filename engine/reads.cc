// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/reads.h"

#include <algorithm>
#include <functional>
#include <map>

#include "engine/tables.h"
#include "engine/words.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {
namespace {

constexpr size_t kPageBytesMax = 1u << 20;
constexpr size_t kRecordEvents = 16;  // most records have fewer; a page ends within one

// Texts of an execution's payloads, each read once.
class PayloadReader {
 public:
  PayloadReader(const storage::Reader& view, ExecutionNumber number)
      : view_(view), number_(number) {}

  void Remember(const asl::HistoryEvent& event) {
    for (const asl::PayloadField field :
         {asl::PayloadFieldOf(event.type), asl::PayloadField::kAssigned}) {
      if (asl::Text text = asl::TextIn(event, field)) texts_[{event.id, field}] = std::move(text);
    }
  }

  absl::Status Fill(asl::Payload& payload) {
    if (payload.ref.event == asl::EventId::kNone || payload.text != nullptr)
      return absl::OkStatus();
    const std::pair place(payload.ref.event, payload.ref.field);
    auto it = texts_.find(place);
    if (it == texts_.end()) {
      auto record =
          view_.Scan(kHistory, HistoryKey(number_, asl::EventId{0}),
                     HistoryKey(number_, payload.ref.event + 1), storage::Direction::kBackward);
      if (!record->Valid())
        return absl::DataLossError("the history record of a payload is missing");
      auto events = ReadHistory(nullptr, record->key(), record->value());
      if (!events.ok()) return events.status();
      for (const asl::HistoryEvent& event : *events) Remember(event);
      it = texts_.find(place);
      if (it == texts_.end())
        return absl::DataLossError("an event does not hold the payload that is referred to");
    }
    payload.text = it->second;
    return absl::OkStatus();
  }

 private:
  const storage::Reader& view_;
  const ExecutionNumber number_;
  std::map<std::pair<asl::EventId, asl::PayloadField>, asl::Text> texts_;
};

absl::StatusOr<std::vector<PendingTask>> ReadPending(const storage::Reader& view,
                                                     const asl::Program& program,
                                                     ExecutionNumber number) {
  std::vector<PendingTask> pending;
  const PartitionId partition = PartitionOf(number);
  const std::string prefix = FramePrefix(number);
  auto rows = view.Scan(kFrames, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    const absl::StatusOr<FrameRow> row = ReadFrame(rows->key(), rows->value());
    if (!row.ok()) return row.status();
    if (!row->frame.task) continue;
    absl::StatusOr<std::string> queue =
        ReadWord(view, partition, WordKind::kQueue, row->words.queue);
    if (!queue.ok()) return queue.status();
    PendingTask task{.state_name = std::string(asl::StateName(program, row->frame.state)),
                     .queue = *std::move(queue),
                     .attempt = row->frame.task->attempt,
                     .instance = ""};
    auto assigned = view.Get(kAssigned, rows->key());
    if (!assigned.ok()) return assigned.status();
    if (*assigned) {
      absl::StatusOr<std::string> worker =
          ReadWord(view, partition, WordKind::kWorker, row->words.worker);
      if (!worker.ok()) return worker.status();
      task.instance = *std::move(worker);
    }
    pending.push_back(std::move(task));
  }
  if (!rows->status().ok()) return rows->status();
  return pending;
}

}  // namespace

absl::StatusOr<ExecutionNumber> FindExecution(const storage::Reader& view, const ArnScope& scope,
                                              uint32_t partitions, const std::string& arn) {
  const std::optional<ExecutionName> name = ParseExecutionArn(arn);
  if (!name)
    return absl::InvalidArgumentError(fmt::format("Invalid Arn: 'Invalid ARN prefix: {}'", arn));
  const absl::Status missing =
      absl::NotFoundError(fmt::format("Execution Does Not Exist: '{}'", arn));
  if (ExecutionArn(scope, name->machine, name->name) != arn) return missing;
  const Hash128 hash = HashName(name->machine, name->name);
  auto row = view.Get(kNames, NameKey(OwnerOf(hash, partitions), hash));
  if (!row.ok()) return row.status();
  if (!*row) return missing;
  absl::StatusOr<NameRow> found = ReadName(**row);
  if (!found.ok()) return found.status();
  // The name outlives the execution.
  auto execution = view.Get(kExecutions, ExecutionKey(found->execution));
  if (!execution.ok()) return execution.status();
  if (!*execution) return missing;
  return found->execution;
}

absl::StatusOr<ExecutionRow> ReadStatus(const storage::Reader& view, ExecutionNumber number) {
  auto row = view.Get(kExecutions, ExecutionKey(number));
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("Execution Does Not Exist");
  auto outcome = view.Get(kOutcomes, ExecutionKey(number));
  if (!outcome.ok()) return outcome.status();
  absl::StatusOr<ExecutionRow> execution = ReadExecution(number, **row, *outcome);
  if (execution.ok() && execution->alias_word != 0) {
    absl::StatusOr<std::string> alias =
        ReadWord(view, PartitionOf(number), WordKind::kAlias, execution->alias_word);
    if (!alias.ok()) return alias.status();
    execution->alias = *std::move(alias);
  }
  return execution;
}

absl::StatusOr<RevisionPtr> RevisionOf(const storage::Reader& view, const Registry& registry,
                                       ExecutionNumber number, const ExecutionRow& row) {
  absl::StatusOr<std::string> id =
      ReadWord(view, PartitionOf(number), WordKind::kRevision, row.revision);
  if (!id.ok()) return id.status();
  RevisionPtr revision = registry.FindRevision(*id);
  if (revision == nullptr) return absl::DataLossError("the execution's revision is missing");
  return revision;
}

absl::StatusOr<ExecutionDescription> Describe(const storage::Reader& view, const Registry& registry,
                                              ExecutionNumber number) {
  absl::StatusOr<ExecutionRow> row = ReadStatus(view, number);
  if (!row.ok()) return row.status();
  absl::StatusOr<RevisionPtr> revision = RevisionOf(view, registry, number, *row);
  if (!revision.ok()) return revision.status();
  ExecutionDescription description{
      .number = number, .row = *std::move(row), .revision = *std::move(revision)};
  PayloadReader payloads(view, number);
  asl::Payload input{.ref = {.event = asl::EventId{1},
                             .field = asl::PayloadField::kInput,
                             .offset = 0,
                             .length = description.row.input_length}};
  if (absl::Status s = payloads.Fill(input); !s.ok()) return s;
  description.input = std::string(input.view());
  if (description.row.status == asl::ExecutionStatus::kRunning) {
    absl::StatusOr<std::vector<PendingTask>> pending =
        ReadPending(view, *description.revision->program, number);
    if (!pending.ok()) return pending.status();
    description.pending = *std::move(pending);
    auto crashes = view.Get(kCrashes, CrashKey(number));
    if (!crashes.ok()) return crashes.status();
    description.parked = *crashes && ReadU64(**crashes).value_or(0) >= kCrashesToPark;
    return description;
  }
  absl::StatusOr<HistoryPage> last = ReadPage(view, registry, number, description.row.last_event, 1,
                                              storage::Direction::kBackward);
  if (!last.ok()) return last.status();
  asl::HistoryEvent& end = last->events.front();
  if (end.type == asl::EventType::kExecutionSucceeded)
    description.output = std::string(end.payload.view());
  // AWS's DescribeExecution shows no error for a timeout of the execution.
  if (end.type != asl::EventType::kExecutionTimedOut) description.error = std::move(end.error);
  return description;
}

absl::StatusOr<HistoryPage> ReadPage(const storage::Reader& view, const Registry& registry,
                                     ExecutionNumber number, asl::EventId from, size_t count,
                                     storage::Direction direction) {
  const absl::StatusOr<ExecutionRow> row = ReadStatus(view, number);
  if (!row.ok()) return row.status();
  const absl::StatusOr<RevisionPtr> revision = RevisionOf(view, registry, number, *row);
  if (!revision.ok()) return revision.status();
  const bool forward = direction == storage::Direction::kForward;
  const std::string end_of_all = HistoryKey(ExecutionNumber{ToInt(number) + 1}, asl::EventId{0});
  std::string begin = HistoryKey(number, asl::EventId{0});
  std::string end = end_of_all;
  if (from != asl::EventId::kNone && forward) {
    // The record that holds `from` starts at or before it.
    auto record =
        view.Scan(kHistory, begin, HistoryKey(number, from + 1), storage::Direction::kBackward);
    if (record->Valid()) begin = std::string(record->key());
  } else if (from != asl::EventId::kNone) {
    end = HistoryKey(number, from + 1);
  }
  const auto wanted = [from, forward](const asl::HistoryEvent& event) {
    return from == asl::EventId::kNone || (forward ? event.id >= from : event.id <= from);
  };
  PayloadReader payloads(view, number);
  HistoryPage page{.machine = (*revision)->machine, .version = row->version, .alias = row->alias};
  std::vector<asl::HistoryEvent>& events = page.events;
  events.reserve(count + kRecordEvents);
  size_t bytes = 0;
  for (auto rows = view.Scan(kHistory, begin, end, direction);; rows->Next()) {
    if (!rows->Valid()) {
      if (!rows->status().ok()) return rows->status();
      return page;
    }
    const auto before = static_cast<ptrdiff_t>(events.size());
    if (absl::Status s = AppendHistory(revision->get(), rows->key(), rows->value(), events);
        !s.ok()) {
      return s;
    }
    std::for_each(events.begin() + before, events.end(),
                  [&](const asl::HistoryEvent& event) { payloads.Remember(event); });
    if (!forward) std::reverse(events.begin() + before, events.end());
    events.erase(std::remove_if(events.begin() + before, events.end(), std::not_fn(wanted)),
                 events.end());
    for (auto event = events.begin() + before; event != events.end(); ++event) {
      const auto taken = static_cast<size_t>(event - events.begin());
      if (taken == count || (bytes >= kPageBytesMax && taken > 0)) {
        page.next = event->id;
        events.erase(event, events.end());
        return page;
      }
      if (!asl::ShowsPayload(event->type)) event->payload = {};
      if (absl::Status s = payloads.Fill(event->payload); !s.ok()) return s;
      bytes += event->payload.ref.length;
      if (event->assigned != nullptr) bytes += event->assigned->size();
    }
  }
}

}  // namespace engine
