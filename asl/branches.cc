// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/branches.h"

#include <algorithm>

#include "asl/array_cursor.h"
#include "asl/query.h"
#include "asl/states/failure.h"
#include "asl/states/leave.h"
#include "asl/states/task_events.h"

namespace asl {
namespace {

// Null when the history is full.
HistoryEvent* AppendIteration(Step& step, EventId previous, EventType type, const State& map,
                              uint32_t index, Lazy* input = nullptr) {
  HistoryEvent* event = step.AppendBeside(previous, type, input);
  if (event == nullptr) return nullptr;
  event->name = map.name;
  event->index = index;
  return event;
}

// --- Beginning

// The next item, as the iteration's input unless an ItemSelector makes another one. nullopt when
// the step cannot go on.
std::optional<Lazy> TakeItem(Step& step) {
  Branches& branches = *step.frame().branches;
  if (!step.Loaded(Lazy(branches.items))) return std::nullopt;
  const JsonSpan span = NextItem(branches.items.view(), branches.offset);
  branches.offset = span.end;
  Payload item = branches.items;
  item.ref.offset += span.begin;
  item.ref.length = span.size();
  return Lazy(std::move(item));
}

// False when the step cannot go on.
bool KnowInput(Step& step) {
  Branches& branches = *step.frame().branches;
  if (branches.input == nullptr) {
    std::optional<Json> parsed = step.Parse(step.input());
    if (!parsed) return false;
    branches.input = std::make_shared<const Json>(*std::move(parsed));
  }
  step.KnowInput(*branches.input);
  return true;
}

std::optional<Lazy> InputOf(Step& step, const MapState& map, const Lazy& item, uint32_t index) {
  if (!map.item_selector && !map.item_selector_query) {
    const std::optional<Json> value = step.Parse(item);
    if (!value) return std::nullopt;
    return value->is_compact() ? Lazy(item.payload(), *value) : Lazy::FromText(value->Compact());
  }
  if (!KnowInput(step)) return std::nullopt;
  const std::optional<Lazy> input = step.Apply(map.input_path, step.input());
  if (!input) return std::nullopt;
  step.ShowItem(MapItem{index, item.payload()});
  std::optional<Lazy> selected = map.item_selector_query ? Evaluate(step, map.item_selector_query)
                                                         : step.Apply(map.item_selector, *input);
  step.ShowItem(std::nullopt);
  if (!selected || !step.Fits(selected->payload().ref.length)) return std::nullopt;
  return selected;
}

// False when the step cannot go on.
bool BeginIteration(Step& step, const MapState& map, EventId previous) {
  Frame& frame = step.frame();
  const uint32_t index = frame.branches->next;
  const std::optional<Lazy> item = TakeItem(step);
  if (!item) return false;
  std::optional<Lazy> input = InputOf(step, map, *item, index);
  if (!input) return false;
  const HistoryEvent* started =
      AppendIteration(step, previous, EventType::kMapIterationStarted, step.state(), index,
                      input->fresh() ? &*input : nullptr);
  if (started == nullptr) return false;
  const EventId began = started->id;
  ++frame.branches->next;
  Frame child;
  child.id = ChildFrame(began, 0);
  child.parent = frame.id;
  child.index = index;
  child.state = map.start_at;
  child.last_event = began;
  child.input = input->payload();
  child.item = frame.item;
  if (map.item_visible) child.item = MapItem{index, item->payload()};
  step.Ready(step.frames().Add(std::move(child)).id);
  return true;
}

// --- Ending well

// What all branches answered, each as it stands (recorded: AWS keeps its white space), as an array.
// nullopt when the step cannot go on.
std::optional<Lazy> GatherResults(Step& step) {
  const Frame& frame = step.frame();
  const uint32_t total = frame.branches->total;
  const std::vector<const Payload*> results = step.Results(frame.id, total);
  uint64_t bytes = 2 + (total > 0 ? total - 1 : 0);  // brackets, commas
  for (const Payload* result : results) bytes += result->ref.length;
  if (!step.Fits(bytes)) return std::nullopt;
  bool loaded = true;
  for (const Payload* result : results) {
    if (!step.Loaded(Lazy(*result))) loaded = false;
  }
  if (!loaded) return std::nullopt;
  std::string array = "[";
  array.reserve(bytes);
  for (const Payload* result : results) {
    if (array.size() > 1) array += ',';
    array += result->view();
  }
  array += ']';
  return Lazy::FromText(std::move(array));
}

template <class StateType>
void Succeed(Step& step, const StateType& state, EventType succeeded) {
  Frame& frame = step.frame();
  if (step.AppendBeside(frame.last_event, succeeded) == nullptr) return;
  const std::optional<Lazy> result = GatherResults(step);
  if (!result) return;
  step.DropResults(frame.id);
  frame.branches.reset();
  LeaveWithResult(step, state, *result);
}

void EndIteration(Step& step, const MapState& map, uint32_t index, EventId last) {
  Frame& frame = step.frame();
  const HistoryEvent* event =
      AppendIteration(step, last, EventType::kMapIterationSucceeded, step.state(), index);
  if (event == nullptr) return;
  const EventId succeeded = event->id;
  if (frame.branches->next < frame.branches->total) {
    BeginIteration(step, map, last);
  } else if (frame.branches->done == frame.branches->total) {
    frame.last_event = succeeded;
    Succeed(step, map, EventType::kMapStateSucceeded);
  }
}

void FinishBranch(Step& step, const Lazy& output) {
  const FrameId parent = step.frame().parent;
  const uint32_t index = step.frame().index;
  const EventId last = step.frame().last_event;
  step.CloseFrame(step.frame().id);
  step.Resume(parent);
  Frame& frame = step.frame();
  step.SetResult({frame.id, index}, output.payload());
  ++frame.branches->done;
  if (const auto* map = std::get_if<MapState>(&step.state().body)) {
    return EndIteration(step, *map, index, last);
  }
  if (frame.branches->done < frame.branches->total) return;
  frame.last_event = last;
  Succeed(step, std::get<ParallelState>(step.state().body), EventType::kParallelStateSucceeded);
}

// --- Ending badly

EventType AbortedEvent(const StateBody& body) {
  if (std::holds_alternative<TaskState>(body)) return EventType::kTaskStateAborted;
  if (std::holds_alternative<WaitState>(body)) return EventType::kWaitStateAborted;
  if (std::holds_alternative<MapState>(body)) return EventType::kMapStateAborted;
  if (std::holds_alternative<ParallelState>(body)) return EventType::kParallelStateAborted;
  return EventType::kUnknown;  // such states do not wait
}

void AbortChildren(Step& step, FrameId parent, EventId failing);

// `failed`: it is the frame that failed. A Map or Parallel in it has said so already.
void AbortFrame(Step& step, FrameId id, EventId failing, bool failed) {
  const Frame& frame = step.frames().Look(id);
  const EventType type = AbortedEvent(step.StateOf(frame).body);
  const bool said = failed && type != EventType::kTaskStateAborted;
  if (frame.entered != EventId::kNone && type != EventType::kUnknown && !said) {
    step.AppendBeside(failing, type);
  }
  AbortChildren(step, id, failing);
  if (!step.ended()) step.CloseFrame(id);
}

void AbortSibling(Step& step, const State& parent, FrameId id, EventId failing) {
  if (std::holds_alternative<MapState>(parent.body)) {
    AppendIteration(step, failing, EventType::kMapIterationAborted, parent,
                    step.frames().Look(id).index);
  }
  if (!step.ended()) AbortFrame(step, id, failing, false);
}

void AbortChildren(Step& step, FrameId parent, EventId failing) {
  if (step.ended() || !step.frames().Look(parent).branches) return;
  const State& state = step.StateOf(step.frames().Look(parent));
  for (const FrameId child : step.frames().ChildrenOf(parent)) {
    if (step.ended()) return;
    AbortSibling(step, state, child, failing);
  }
  if (!step.ended()) step.DropResults(parent);
}

// Tasks whose own time is over too are recorded as timed out before the failure is acted upon
// (recorded: four iterations that began together).
void TimeOutOverdue(Step& step, FrameId parent) {
  for (const FrameId child : step.frames().ChildrenOf(parent)) {
    const Frame& frame = step.frames().Look(child);
    if (frame.task && std::min(frame.timeout_due, frame.heartbeat_due) <= step.now()) {
      const auto& task = std::get<TaskState>(step.StateOf(frame).body);
      HistoryEvent* event =
          step.AppendBeside(frame.last_event, TaskEventType(task.target, TaskPhase::kTimedOut));
      if (event == nullptr) return;
      event->state = frame.state;
      event->error = TimeoutError();
    }
    if (step.ended()) return;
    TimeOutOverdue(step, child);
    if (step.ended()) return;
  }
}

void FailBranch(Step& step, const Failure& failure) {
  const FrameId failed = step.frame().id;
  const uint32_t index = step.frame().index;
  const EventId failing = step.frame().last_event;
  step.Resume(step.frame().parent);
  Frame& frame = step.frame();
  TimeOutOverdue(step, frame.id);
  if (step.ended()) return;
  const auto* map = std::get_if<MapState>(&step.state().body);
  if (map != nullptr) {
    AppendIteration(step, failing, EventType::kMapIterationFailed, step.state(), index);
  }
  if (!step.ended()) AbortFrame(step, failed, failing, true);
  AbortChildren(step, frame.id, failing);
  if (step.ended()) return;
  frame.branches.reset();
  frame.last_event = failing;
  if (map != nullptr) {
    HandleFailure(step, map->handlers, failure, EventType::kMapStateFailed);
  } else {
    HandleFailure(step, std::get<ParallelState>(step.state().body).handlers, failure,
                  EventType::kParallelStateFailed);
  }
}

}  // namespace

void BeginBranches(Step& step, const ParallelState& parallel, Lazy input) {
  Frame& frame = step.frame();
  if (step.Append(EventType::kParallelStateStarted, input.fresh() ? &input : nullptr) == nullptr)
    return;
  const auto total = static_cast<uint32_t>(parallel.branches.size());
  frame.waiting = Waiting::kBranches;
  frame.branches = Branches{.started = frame.last_event, .total = total, .next = total};
  for (uint32_t i = 0; i < total; ++i) {
    Frame child;
    child.id = ChildFrame(frame.last_event, i);
    child.parent = frame.id;
    child.index = i;
    child.state = parallel.branches[i];
    child.last_event = frame.last_event;
    child.input = input.payload();
    child.item = frame.item;
    step.Ready(step.frames().Add(std::move(child)).id);
  }
}

void BeginIterations(Step& step, const MapState& map, Lazy items, uint32_t total, uint32_t limit) {
  Frame& frame = step.frame();
  HistoryEvent* started =
      step.Append(EventType::kMapStateStarted, items.fresh() ? &items : nullptr);
  if (started == nullptr) return;
  started->length = total;
  frame.waiting = Waiting::kBranches;
  frame.branches = Branches{
      .started = frame.last_event, .total = total, .limit = limit, .items = items.payload()};
  if (total == 0) return Succeed(step, map, EventType::kMapStateSucceeded);
  for (uint32_t i = 0; i < std::min(total, limit); ++i) {
    if (!BeginIteration(step, map, frame.branches->started)) return;
  }
}

void AbortIterations(Step& step) {
  Frame& frame = step.frame();
  AbortChildren(step, frame.id, frame.last_event);
  if (!step.ended()) frame.branches.reset();
}

void EndBranch(Step& step, Step::BranchEnd end) {
  if (const auto* failure = std::get_if<Failure>(&end)) return FailBranch(step, *failure);
  FinishBranch(step, std::get<Lazy>(end));
}

}  // namespace asl
