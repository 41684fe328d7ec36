// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/kill/load.h"

#include "fmt/format.h"

namespace kill_test {
namespace {

constexpr int kClients = 96;  // executions open at a time
constexpr std::chrono::milliseconds kStopLimit{2'000};
constexpr uint64_t kReadEach = 3;  // acknowledgements between two reads of a history
constexpr std::chrono::milliseconds kReadLimit{1'000};

// Every way to wait: for a worker, for a wait, for a retry, for an activity.
constexpr char kOrder[] = R"({
  "StartAt": "Price",
  "States": {
    "Price": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:price",
              "ResultPath": "$.price", "Next": "Pause"},
    "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Charge"},
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
               "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "ResultPath": "$.charge",
               "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2}], "Next": "Which"},
    "Which": {"Type": "Choice", "Choices": [{"Variable": "$.ship", "BooleanEquals": true, "Next": "Ship"}],
              "Default": "Mail"},
    "Ship": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:ship", "End": true},
    "Mail": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:mail", "End": true}
  }
})";

// Branches that wait, of which one may fail and take the others with it; and iterations.
constexpr char kParcel[] = R"({
  "StartAt": "Pieces",
  "States": {
    "Pieces": {"Type": "Map", "ItemsPath": "$.pieces", "MaxConcurrency": 2,
               "ItemSelector": {"piece.$": "$$.Map.Item.Value", "n.$": "$.n"},
               "ItemProcessor": {"StartAt": "Pick", "States": {
                 "Pick": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:price",
                          "Next": "Carry"},
                 "Carry": {"Type": "Wait", "Seconds": 1, "End": true}}},
               "ResultPath": "$.picked", "Next": "Both"},
    "Both": {"Type": "Parallel", "Branches": [
               {"StartAt": "Post", "States": {"Post": {"Type": "Task",
                 "Resource": "arn:aws:states:::lambda:invoke",
                 "Parameters": {"FunctionName": "mail", "Payload.$": "$"}, "End": true}}},
               {"StartAt": "Gift", "States": {"Gift": {"Type": "Task",
                 "Resource": "arn:aws:lambda:us-east-1:123456789012:function:gift", "End": true}}},
               {"StartAt": "Dry", "States": {"Dry": {"Type": "Wait", "Seconds": 1, "End": true}}}],
             "Catch": [{"ErrorEquals": ["NoGift"], "ResultPath": "$.failure", "Next": "Plain"}],
             "ResultPath": "$.both", "End": true},
    "Plain": {"Type": "Pass", "End": true}
  }
})";

// Ends only by being stopped.
constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";

}  // namespace

Load::Load(EngineCalls* calls, Acknowledgements* acknowledgements, Report* report)
    : calls_(calls), acknowledgements_(acknowledgements), report_(report) {}

Load::~Load() { End(); }

absl::Status Load::CreateStateMachines() {
  if (absl::Status s = calls_->Create("order", kOrder); !s.ok()) return s;
  if (absl::Status s = calls_->Create("parcel", kParcel); !s.ok()) return s;
  return calls_->Create("sleeper", kSleeper);
}

void Load::Begin() {
  for (int i = 0; i < kClients; ++i) threads_.emplace_back([this] { Client(); });
  threads_.emplace_back([this] { Watcher(); });
}

void Load::End() {
  ending_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::vector<Seen> Load::TakeSeen() {
  std::lock_guard lock(mutex_);
  return std::move(seen_);
}

void Load::Client() {
  while (!ending_) {
    const uint64_t number = next_++;
    switch (number % 12) {
      case 0:
        Stopped("sleeper", number, 0, "ABORTED");
        break;
      case 5:
        Stopped("parcel", number, number % 90, kAnyEnd);
        break;
      case 2:
      case 3:
      case 7:
      case 10:
        ToItsEnd("parcel", number);
        break;
      default:
        ToItsEnd("order", number);
    }
  }
}

std::optional<size_t> Load::Start(const std::string& machine, uint64_t number,
                                  const std::string& wanted_status) {
  const std::string name = fmt::format("e-{}", number);
  const std::string input =
      fmt::format(R"({{"n": {}, "ship": {}, "pieces": [1, 2, 3]}})", number, number % 2 == 1);
  absl::StatusOr<std::string> arn = calls_->Start(machine, name, input);
  if (!arn.ok()) {
    Fail(fmt::format("start of {}", name), arn.status());
    return std::nullopt;
  }
  size_t at = 0;
  {
    std::lock_guard lock(mutex_);
    at = seen_.size();
    seen_.push_back({.name = name, .arn = *std::move(arn), .wanted_status = wanted_status});
  }
  acknowledgements_->Count();
  return at;
}

void Load::ToItsEnd(const std::string& machine, uint64_t number) {
  const std::optional<size_t> at = Start(machine, number, "SUCCEEDED");
  if (!at) return;
  std::unique_lock lock(mutex_);
  const std::string arn = seen_[*at].arn;
  lock.unlock();
  absl::StatusOr<asld::v1::Execution> end = calls_->Wait(arn);
  if (!end.ok()) return Fail(fmt::format("wait for {}", arn), end.status());
  lock.lock();
  seen_[*at].end = *std::move(end);
  lock.unlock();
  acknowledgements_->Count();
}

// Stops it after so many acknowledgements of whatever goes on.
void Load::Stopped(const std::string& machine, uint64_t number, uint64_t after,
                   const std::string& wanted_status) {
  const std::optional<size_t> at = Start(machine, number, wanted_status);
  if (!at) return;
  if (after > 0) acknowledgements_->WaitFor(acknowledgements_->count() + after, kStopLimit);
  std::unique_lock lock(mutex_);
  const std::string arn = seen_[*at].arn;
  lock.unlock();
  if (absl::Status s = calls_->Stop(arn); !s.ok()) return Fail(fmt::format("stop of {}", arn), s);
  lock.lock();
  seen_[*at].stopped = true;
  lock.unlock();
  acknowledgements_->Count();
}

// Reads histories of executions under way: what it was shown must stay.
void Load::Watcher() {
  size_t next = 0;
  while (!ending_) {
    acknowledgements_->WaitFor(acknowledgements_->count() + kReadEach, kReadLimit);
    std::string arn;
    size_t at = 0;
    {
      std::lock_guard lock(mutex_);
      if (seen_.empty()) continue;
      // The newest clients' executions are the ones under way.
      const size_t open = std::min<size_t>(kClients, seen_.size());
      at = seen_.size() - 1 - next++ % open;
      arn = seen_[at].arn;
    }
    absl::StatusOr<std::vector<asld::v1::HistoryEvent>> history = calls_->History(arn);
    if (!history.ok()) {
      Fail(fmt::format("history of {}", arn), history.status());
      continue;
    }
    std::lock_guard lock(mutex_);
    seen_[at].history = *std::move(history);
  }
}

void Load::Fail(const std::string& what, const absl::Status& status) {
  const Finding finding = absl::IsNotFound(status)           ? Finding::kLost
                          : absl::IsDeadlineExceeded(status) ? Finding::kHangs
                                                             : Finding::kRefused;
  report_->Add(finding, fmt::format("{}: {}", what, status.ToString()));
}

}  // namespace kill_test
