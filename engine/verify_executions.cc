// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One execution at a time: its row, then its history (which leaves behind where texts are), then
// its frames, whose references point there.
#include <map>

#include "engine/verify_pass.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {
namespace {

asl::ExecutionStatus StatusAfter(asl::EventType end) {
  switch (end) {
    case asl::EventType::kExecutionSucceeded:
      return asl::ExecutionStatus::kSucceeded;
    case asl::EventType::kExecutionAborted:
      return asl::ExecutionStatus::kAborted;
    case asl::EventType::kExecutionTimedOut:
      return asl::ExecutionStatus::kTimedOut;
    default:
      return asl::ExecutionStatus::kFailed;
  }
}

}  // namespace

void VerifyPass::CheckExecutions() {
  context_.Each(kExecutions, prefix_, [&](std::string_view key, std::string_view value) {
    storage::KeyReader reader(key);
    reader.U16();
    const ExecutionNumber number{reader.U64()};
    if (!reader.ok() || ExecutionKey(number) != key) {
      return context_.Fail(kExecutions, key, "has an odd key");
    }
    const absl::StatusOr<ExecutionRow> row = Read(number, value);
    if (!row.ok()) return context_.Fail(kExecutions, key, "cannot be read");
    CheckExecution(key, number, *row);
  });
}

void VerifyPass::CheckExecution(std::string_view key, ExecutionNumber number,
                                const ExecutionRow& row) {
  const bool open = row.status == asl::ExecutionStatus::kRunning;
  ++executions_;
  ++(open ? context_.report.executions_open : context_.report.executions_ended);
  if (!open && row.stopped < row.started) {
    context_.Fail(kExecutions, key, "stopped before it started");
  }
  if (!open && !context_.Get(kEnded, EndedKey(row.stopped, number))) {
    context_.Fail(kExecutions, key, "has ended and is not in the index of ends");
  }
  CheckName(key, number, row);
  CheckHistory(number, row);
  if (texts_.size() > 1 &&
      (texts_[1].field != asl::PayloadField::kInput || texts_[1].length != row.input_length)) {
    context_.Fail(kExecutions, key, "its first event does not hold its input");
  }
  CheckFrames(key, number, row);
}

void VerifyPass::CheckName(std::string_view key, ExecutionNumber number, const ExecutionRow& row) {
  const std::optional<std::string> id = Word(kExecutions, key, WordKind::kRevision, row.revision);
  if (!id) return;
  const Revision* revision = context_.FindRevision(*id);
  if (revision == nullptr) {
    return context_.Fail(kExecutions, key,
                         fmt::format("its revision {} is missing or cannot be run", *id));
  }
  if (!context_.Get(kListing, ListingKey(number, revision->number, row.status))) {
    context_.Fail(kExecutions, key, "is not listed under its machine and status");
  }
  if (row.alias_word != 0) Word(kExecutions, key, WordKind::kAlias, row.alias_word);
  const Hash128 hash = HashName(revision->machine, row.name);
  if (OwnerOf(hash, context_.partitions) != partition_) {
    return context_.Fail(kExecutions, key, "its name belongs to another partition");
  }
  const std::optional<std::string> bytes = context_.Get(kNames, NameKey(partition_, hash));
  const auto name = bytes ? ReadName(*bytes) : absl::NotFoundError("");
  if (!name.ok() || name->execution != number) {
    context_.Fail(kExecutions, key, fmt::format("its name '{}' has no row of it", row.name));
  }
}

void VerifyPass::CheckHistory(ExecutionNumber number, const ExecutionRow& row) {
  const std::string first = HistoryKey(number, asl::EventId{0});
  texts_.assign(1, {});
  std::optional<asl::HistoryEvent> last;
  bool ended = false, sound = true;
  uint64_t& count = context_.report.rows["history"];
  auto rows = context_.store.Scan(kHistory, first,
                                  HistoryKey(ExecutionNumber{ToInt(number) + 1}, asl::EventId{0}));
  for (; rows->Valid(); rows->Next()) {
    ++count;
    auto events = ReadHistory(nullptr, rows->key(), rows->value());
    if (!events.ok()) return context_.Fail(kHistory, rows->key(), "cannot be read");
    for (asl::HistoryEvent& event : *events) {
      ++context_.report.events;
      sound = sound && CheckEvent(rows->key(), event);
      if (!sound) return;
      if (ended) return context_.Fail(kHistory, rows->key(), "goes on after the end");
      ended = asl::IsTerminal(event.type);
      last = std::move(event);
    }
  }
  if (!rows->status().ok()) {
    return context_.Fail(kHistory, first, std::string(rows->status().message()));
  }
  if (!last) return context_.Fail(kExecutions, ExecutionKey(number), "has no history");
  CheckEnd(ExecutionKey(number), *last, row);
}

// False: what follows would only repeat it.
bool VerifyPass::CheckEvent(std::string_view key, const asl::HistoryEvent& event) {
  const auto expected = static_cast<int64_t>(texts_.size());
  const auto fail = [&](std::string what) {
    context_.Fail(kHistory, key, std::move(what));
    return false;
  };
  if (asl::ToInt(event.id) != expected) {
    return fail(
        fmt::format("holds event {} where {} should follow", asl::ToInt(event.id), expected));
  }
  if (event.previous >= event.id) {
    return fail(fmt::format("event {} follows on a later one", asl::ToInt(event.id)));
  }
  if ((event.type == asl::EventType::kExecutionStarted) != (expected == 1)) {
    return fail(fmt::format("event {} is {}", expected, asl::EventTypeName(event.type)));
  }
  texts_.emplace_back();
  if (event.payload.text != nullptr) {
    texts_.back() = {.field = event.payload.ref.field,
                     .length = static_cast<uint32_t>(event.payload.text->size())};
  }
  if (event.assigned != nullptr) {
    texts_.back().assigned_length = static_cast<uint32_t>(event.assigned->size());
  }
  if (event.payload.ref.event != asl::EventId::kNone && !Holds(event.payload.ref)) {
    return fail(fmt::format("the payload of event {} points at no text", expected));
  }
  return true;
}

void VerifyPass::CheckEnd(std::string_view key, const asl::HistoryEvent& last,
                          const ExecutionRow& row) {
  const bool open = row.status == asl::ExecutionStatus::kRunning;
  if (open && asl::IsTerminal(last.type)) {
    return context_.Fail(kExecutions, key, "its history has ended, but it is running");
  }
  if (open) return;
  if (!asl::IsTerminal(last.type) || StatusAfter(last.type) != row.status) {
    return context_.Fail(kExecutions, key,
                         fmt::format("is {}, but its history ends with {}",
                                     asl::StatusName(row.status), asl::EventTypeName(last.type)));
  }
  if (last.id != row.last_event) {
    context_.Fail(kExecutions, key,
                  fmt::format("says that event {} is its last, and {} is",
                              asl::ToInt(row.last_event), asl::ToInt(last.id)));
  }
}

bool VerifyPass::Holds(const asl::PayloadRef& ref) const {
  const auto event = static_cast<size_t>(asl::ToInt(ref.event));
  if (asl::ToInt(ref.event) < 1 || event >= texts_.size()) return false;
  const Introduced& text = texts_[event];
  const uint64_t end = uint64_t{ref.offset} + ref.length;
  if (ref.field == asl::PayloadField::kAssigned) return end <= text.assigned_length;
  return text.field == ref.field && end <= text.length;
}

void VerifyPass::CheckFrames(std::string_view key, ExecutionNumber number,
                             const ExecutionRow& row) {
  const bool open = row.status == asl::ExecutionStatus::kRunning;
  std::map<asl::FrameId, asl::Frame> frames;
  context_.Each(kFrames, FramePrefix(number), [&](std::string_view at, std::string_view value) {
    const absl::StatusOr<FrameRow> frame = ReadFrame(at, value);
    if (!frame.ok()) return context_.Fail(kFrames, at, "cannot be read");
    if (open) CheckFrame(at, *frame);
    frames.emplace(frame->frame.id, std::move(frame->frame));
  });
  if (open && !frames.contains(asl::FrameId::kRoot)) {
    context_.Fail(kExecutions, key, "is running and has no root frame");
  }
  if (!open && !frames.empty()) context_.Fail(kExecutions, key, "has ended and still has frames");
  CheckBranches(number, frames);
}

// A frame that waits for branches counts them: those that run have frames, and those that are done
// left results.
void VerifyPass::CheckBranches(ExecutionNumber number,
                               const std::map<asl::FrameId, asl::Frame>& frames) {
  std::map<asl::FrameId, uint32_t> children, results;
  for (const auto& [id, frame] : frames) {
    if (id != asl::FrameId::kRoot) ++children[frame.parent];
  }
  context_.Each(kResults, ResultPrefix(number), [&](std::string_view key, std::string_view value) {
    const std::optional<asl::ResultKey> result = DecodeResultKey(key);
    const auto refs = ReadResults(value);
    if (!result || !refs.ok()) return context_.Fail(kResults, key, "cannot be read");
    results[result->frame] += static_cast<uint32_t>(refs->size());
    for (const asl::PayloadRef& ref : *refs) {
      if (!Holds(ref)) context_.Fail(kResults, key, "points at no text");
    }
  });
  const auto take = [](std::map<asl::FrameId, uint32_t>& counts, asl::FrameId id) {
    auto count = counts.extract(id);
    return count.empty() ? 0u : count.mapped();
  };
  for (const auto& [id, frame] : frames) {
    const std::string key = FrameKey(number, id);
    const uint32_t running = take(children, id), done = take(results, id);
    const asl::Branches counted = frame.branches.value_or(asl::Branches{});
    if (running != counted.next - counted.done) {
      context_.Fail(kFrames, key,
                    fmt::format("{} branches of it run, and {} have frames",
                                counted.next - counted.done, running));
    }
    if (done != counted.done) {
      context_.Fail(
          kFrames, key,
          fmt::format("{} branches of it are done, and {} have results", counted.done, done));
    }
    if (counted.items.ref.event != asl::EventId::kNone && !Holds(counted.items.ref)) {
      context_.Fail(kFrames, key, "the array of its Map points at no text");
    }
  }
  for (const auto& [parent, count] : children) {
    context_.Fail(kFrames, FrameKey(number, parent),
                  "its frame is missing, and branches have it as their parent");
  }
  for (const auto& [parent, count] : results) {
    context_.Fail(kFrames, FrameKey(number, parent),
                  "its frame is missing, and branches left results for it");
  }
}

void VerifyPass::CheckFrame(std::string_view key, const FrameRow& row) {
  const asl::Frame& frame = row.frame;
  if (frame.last_event < frame.entered ||
      static_cast<size_t>(asl::ToInt(frame.last_event)) >= texts_.size()) {
    context_.Fail(kFrames, key, "names events that its history does not have");
  }
  if (frame.input.ref.event != asl::EventId::kNone && !Holds(frame.input.ref)) {
    context_.Fail(kFrames, key, "its input points at no text");
  }
  if (frame.item && frame.item->value.ref.event != asl::EventId::kNone &&
      !Holds(frame.item->value.ref)) {
    context_.Fail(kFrames, key, "its item points at no text");
  }
  for (const asl::Variable& variable : frame.variables) {
    if (Holds(variable.value.ref)) continue;
    context_.Fail(kFrames, key, fmt::format("its variable '{}' points at no text", variable.name));
  }
  if (frame.waiting == asl::Waiting::kBranches && !frame.branches) {
    context_.Fail(kFrames, key, "waits for branches and counts none");
  }
  if (frame.waiting == asl::Waiting::kTask) CheckTaskOf(key, row);
  CheckTimersOf(key, row);
}

void VerifyPass::CheckTaskOf(std::string_view key, const FrameRow& row) {
  if (!row.frame.task) return context_.Fail(kFrames, key, "waits for a task and tells of none");
  const auto queue = Word(kFrames, key, WordKind::kQueue, row.words.queue);
  if (!queue) return;
  const std::string place = TaskKey(partition_, *queue, row.frame.task->queue_number);
  const std::optional<std::string> bytes = context_.Get(kTasks, place);
  const auto task =
      bytes ? ReadTask(*queue, row.frame.task->queue_number, *bytes) : absl::NotFoundError("");
  const bool waits = task.ok() && task->id == TaskId{row.execution, row.frame.task->scheduled};
  const bool assigned = context_.Get(kAssigned, std::string(key)).has_value();
  if (row.frame.task->submitted != asl::EventId::kNone) {
    if (waits || assigned)
      context_.Fail(kFrames, key, "its task is submitted, and has a row still");
    return;
  }
  if (!waits && !assigned) {
    return context_.Fail(kFrames, key, "waits for a task that has no row, waiting or assigned");
  }
  if (waits && assigned) return context_.Fail(kFrames, key, "its task waits and is assigned, too");
  if (waits && !Holds(task->input)) {
    context_.Fail(kTasks, place, "its input points at no text");
  }
  if (!assigned) return;
  if (!row.assigned) return context_.Fail(kFrames, key, "does not tell which worker has its task");
  if (!Holds(row.assigned->input)) {
    context_.Fail(kFrames, key, "its task's input points at no text");
  }
  Word(kFrames, key, WordKind::kWorker, row.words.worker);
}

void VerifyPass::CheckTimersOf(std::string_view key, const FrameRow& row) {
  const auto has = [&](asl::TimerKind kind, asl::Millis due) {
    return context_
        .Get(kTimers,
             EncodeTimerKey(
                 partition_,
                 {.due = due, .execution = row.execution, .frame = row.frame.id, .kind = kind}))
        .has_value();
  };
  const asl::Frame& frame = row.frame;
  const bool delays =
      frame.waiting == asl::Waiting::kDelay || frame.waiting == asl::Waiting::kRetry;
  if (delays && !has(asl::TimerKind::kDelay, frame.delay_due)) {
    context_.Fail(kFrames, key, "waits for a time and has no timer");
  }
  if (frame.timeout_due != asl::kNever && !has(asl::TimerKind::kTaskTimeout, frame.timeout_due)) {
    context_.Fail(kFrames, key, "its task's timeout has no timer");
  }
  if (frame.heartbeat_due != asl::kNever &&
      !has(asl::TimerKind::kCallbackHeartbeat, frame.heartbeat_due)) {
    context_.Fail(kFrames, key, "its task's heartbeat has no timer");
  }
}

}  // namespace engine
