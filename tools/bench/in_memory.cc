// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/in_memory.h"

#include <algorithm>
#include <utility>

namespace bench {

InMemory::InMemory(std::shared_ptr<const asl::Program> program)
    : program_(std::move(program)),
      info_{.arn = "arn:aws:states:us-east-1:123456789012:execution:m:e",
            .name = "e",
            .role_arn = "arn:aws:iam::123456789012:role/r",
            .state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m",
            .state_machine_name = "m",
            .region = "us-east-1",
            .started_at = {}} {}

absl::Status InMemory::Run(const asl::Text& input) {
  input_ = {{asl::EventId{1}, asl::PayloadField::kInput, 0, static_cast<uint32_t>(input->size())},
            input};
  frames_.clear();
  results_.clear();
  transitions_ = 0;
  next_event_ = asl::EventId{1};
  tasks_.clear();
  end_.reset();
  if (absl::Status s = Offer(asl::Start{}); !s.ok()) return s;
  for (size_t number = 0; !end_; ++number) {
    if (tasks_.empty()) return absl::InternalError("the execution waits for more than a Task");
    const Task task = tasks_.back();
    tasks_.pop_back();
    absl::Status s =
        Offer(asl::TaskSucceeded{task.frame, task.scheduled, ResultOfTask(number), "worker"});
    if (!s.ok()) return s;
  }
  if (*end_ == asl::ExecutionStatus::kSucceeded) return absl::OkStatus();
  return absl::InternalError("the execution did not succeed");
}

const asl::Text& InMemory::ResultOfTask(size_t number) {
  while (results_of_tasks_.size() <= number) {
    results_of_tasks_.push_back(
        std::make_shared<const std::string>(std::to_string(results_of_tasks_.size())));
  }
  return results_of_tasks_[number];
}

absl::Status InMemory::Offer(const asl::Signal& signal) {
  for (;;) {
    const asl::ExecutionView view{info_, input_, next_event_, frames_, results_};
    if (transitions_ == history_.size()) history_.emplace_back();
    asl::Outcome& spare = history_[transitions_];
    spare.Clear();
    asl::Advanced advanced =
        asl::Advance(*program_, view, signal, asl::Millis{}, draw_, std::move(spare));
    if (const auto* need = std::get_if<asl::Need>(&advanced)) {
      Load(*need);
      continue;
    }
    auto& outcome = std::get<asl::Outcome>(advanced);
    if (outcome.more) return absl::InternalError("too long an execution for this benchmark");
    Apply(outcome);
    history_[transitions_++] = std::move(outcome);
    return absl::OkStatus();
  }
}

void InMemory::Apply(asl::Outcome& outcome) {
  next_event_ = next_event_ + static_cast<int64_t>(outcome.events.size());
  for (asl::FrameChange& change : outcome.frames) {
    if (change.frame) {
      frames_[change.id] = *std::move(change.frame);
    } else {
      frames_.erase(change.id);
    }
  }
  for (asl::ResultChange& change : outcome.results) {
    if (change.result) {
      results_[change.key] = *std::move(change.result);
    } else {
      results_.erase(change.key);
    }
  }
  for (asl::Effect& effect : outcome.effects) {
    if (const auto* task = std::get_if<asl::ScheduleTask>(&effect)) {
      tasks_.push_back({task->frame, task->scheduled});
    }
    if (const auto* end = std::get_if<asl::EndExecution>(&effect)) end_ = end->status;
  }
}

// The texts of what came before are those of the events.
void InMemory::Load(const asl::Need& need) {
  for (const asl::PayloadRef& ref : need.payloads) {
    const auto after = std::upper_bound(
        history_.begin(), history_.begin() + static_cast<std::ptrdiff_t>(transitions_), ref.event,
        [](asl::EventId id, const auto& outcome) { return id < outcome.events.front().id; });
    const std::vector<asl::HistoryEvent>& events = std::prev(after)->events;
    const auto at = static_cast<size_t>(asl::ToInt(ref.event) - asl::ToInt(events.front().id));
    const asl::Text& text = events[at].payload.text;
    const auto fill = [&](asl::Payload& payload) {
      if (payload.ref.event == ref.event && payload.ref.field == ref.field) payload.text = text;
    };
    for (auto& [id, frame] : frames_) {
      fill(frame.input);
      if (frame.branches) fill(frame.branches->items);
      if (frame.item) fill(frame.item->value);
    }
    for (auto& [key, result] : results_) fill(result);
  }
}

}  // namespace bench
