// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/naive/real.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "asl/test_driver.h"

namespace asl::naive {
namespace {

constexpr std::string_view kEventId = "(entered at the event id #";

class RealRun {
 public:
  RealRun(std::shared_ptr<const Program> program, const Worker& worker, Texts texts)
      : driver_(std::move(program), {.forget = texts == Texts::kForgotten}), worker_(worker) {}

  // False: it stands still.
  bool Run(const Value& input) {
    driver_.Start(input.dump());
    while (!driver_.ended()) {
      Receive();
      const std::optional<TaskKey> first = FirstAnswer();
      const std::optional<Millis> timer = driver_.NextTimer();
      if (timer && (!first || *timer <= answers_.at(*first).first)) {
        driver_.FireNext();
      } else if (first) {
        GiveAnswer(*first);
      } else {
        return false;
      }
    }
    return true;
  }

  const TestDriver& driver() const { return driver_; }

 private:
  using TaskKey = std::pair<FrameId, EventId>;

  TaskKey Front() const { return {driver_.task()->frame, driver_.task()->scheduled}; }

  // Calls `visit` with each open task at the front.
  template <class Visit>
  void ForEachTask(const Visit& visit) {
    if (!driver_.task()) return;
    const TaskKey first = Front();
    do {
      visit(Front());
      driver_.PostponeTask();
    } while (Front() != first);
  }

  // Workers take up what is new at once.
  void Receive() {
    ForEachTask([this](const TaskKey& key) {
      if (answers_.count(key) != 0) return;
      const Millis now = driver_.now();
      Answer answer =
          worker_(std::string(driver_.task()->state_name), WithoutEventIds(driver_.TaskInput()),
                  now - TestDriver::Options().start);
      answers_.emplace(key, std::pair(now + answer.ms, std::move(answer)));
      driver_.Receive();
    });
  }

  std::optional<TaskKey> FirstAnswer() {
    std::optional<TaskKey> first;
    ForEachTask([&](const TaskKey& key) {
      if (!first || answers_.at(key).first < answers_.at(*first).first) first = key;
    });
    return first;
  }

  void GiveAnswer(const TaskKey& key) {
    while (Front() != key) driver_.PostponeTask();
    const auto& [at, answer] = answers_.at(key);
    driver_.Sleep(at - driver_.now());
    if (const auto* failed = std::get_if<Failed>(&answer.result)) {
      driver_.Fail(failed->error, failed->cause);
    } else {
      driver_.Succeed(std::get<Value>(answer.result).dump());
    }
  }

  TestDriver driver_;
  const Worker& worker_;
  std::map<TaskKey, std::pair<Millis, Answer>> answers_;
};

}  // namespace

std::string WithoutEventIds(std::string text) {
  for (size_t at = text.find(kEventId); at != std::string::npos; at = text.find(kEventId, at)) {
    at += kEventId.size();
    text.replace(at, text.find(')', at) - at, "0");
  }
  return text;
}

RealEnding RunReal(const Value& definition, const Value& input, const Worker& worker, Texts texts) {
  const Compiled compiled = Compile(definition.dump());
  RealEnding real;
  if (compiled.program == nullptr) {
    real.refused = RefusalText(compiled);
    return real;
  }
  RealRun run(compiled.program, worker, texts);
  if (!run.Run(input)) {
    real.refused = "stands still";
    return real;
  }
  const EndExecution& end = run.driver().end();
  real.ending.status = StatusName(end.status);
  if (end.status == ExecutionStatus::kSucceeded) {
    real.ending.output = Value::parse(WithoutEventIds(run.driver().Output()));
  }
  real.ending.failed.error = end.error.name;
  real.ending.failed.cause = end.error.cause;
  if (end.error.cause) real.ending.failed.cause = WithoutEventIds(*end.error.cause);
  return real;
}

}  // namespace asl::naive
