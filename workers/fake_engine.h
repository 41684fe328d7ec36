// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For tests of this room: an engine that only remembers what it heard, as one line of text per
// event, and a session that remembers what it was sent. Any thread; Wait… blocks until it has
// happened, with a limit that only a broken build reaches.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workers/pool.h"

namespace workers {

class FakeEngine : public Events {
 public:
  void OnConnected(const Slot& worker, std::vector<Held> held) override {
    std::string line = "connected " + worker.instance + " as " + worker.worker_name;
    for (const Held& task : held) {
      line +=
          task.finished ? " finished:" + task.token + Text(*task.finished) : " runs:" + task.token;
    }
    std::lock_guard lock(mutex_);
    sessions_.push_back(worker.session);
    Add(line);
  }
  void OnAnswers(SessionId, std::vector<Answer> answers) override {
    std::lock_guard lock(mutex_);
    for (const Answer& answer : answers) Add(Name(answer.kind) + " " + answer.token + Text(answer));
  }
  void OnLost(const Slot& worker) override {
    std::lock_guard lock(mutex_);
    Add("lost " + worker.instance);
  }
  void OnSlot(uint32_t partition, const std::string& queue, Slot slot) override {
    std::lock_guard lock(mutex_);
    slots_.push_back(slot);
    Add("slot p" + std::to_string(partition) + " " + queue + " " + slot.instance);
  }

  // What was heard since the last call.
  std::vector<std::string> Take() {
    std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }
  // Blocks until `line` is heard; what was heard before and with it is taken.
  bool WaitFor(const std::string& line) {
    return WaitForLine([&](const std::string& heard) { return heard == line; }).has_value();
  }
  // Blocks until a line that begins so is heard, and answers with it; what was heard before and
  // with it is taken.
  std::string WaitForPrefix(const std::string& prefix) {
    return WaitForLine([&](const std::string& heard) { return heard.starts_with(prefix); })
        .value_or("");
  }
  SessionId last_session() {
    std::lock_guard lock(mutex_);
    return sessions_.empty() ? 0 : sessions_.back();
  }
  std::vector<Slot> slots() {
    std::lock_guard lock(mutex_);
    return slots_;
  }

 private:
  static std::string Name(AnswerKind kind) {
    switch (kind) {
      case AnswerKind::kReceived:
        return "received";
      case AnswerKind::kHeartbeat:
        return "heartbeat";
      case AnswerKind::kSuccess:
        return "success";
      case AnswerKind::kFailure:
        return "failure";
    }
    return "?";
  }
  static std::string Text(const Answer& answer) {
    if (answer.output) return "=" + *answer.output;
    if (answer.error || answer.cause)
      return "=" + answer.error.value_or("-") + "/" + answer.cause.value_or("-");
    return "";
  }
  void Add(const std::string& line) {  // REQUIRES: mutex_ is held
    lines_.push_back(line);
    changed_.notify_all();
  }
  std::optional<std::string> WaitForLine(const std::function<bool(const std::string&)>& wanted) {
    std::unique_lock lock(mutex_);
    std::optional<std::string> found;
    changed_.wait_for(lock, std::chrono::seconds(60), [&] {
      auto it = std::find_if(lines_.begin(), lines_.end(), wanted);
      if (it == lines_.end()) return false;
      found = *it;
      lines_.erase(lines_.begin(), it + 1);
      return true;
    });
    return found;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<SessionId> sessions_;
  std::vector<Slot> slots_;
};

class FakeSession : public Session {
 public:
  void Send(Outgoing outgoing) override {
    std::lock_guard lock(mutex_);
    for (const TaskRequest& task : outgoing.tasks) lines_.push_back("task " + task.token);
    for (const Acknowledgement& ack : outgoing.acknowledgements)
      lines_.push_back("ack " + ack.token);
    for (const std::string& token : outgoing.withdrawn) lines_.push_back("withdrawn " + token);
  }
  void Drained() override {
    std::lock_guard lock(mutex_);
    lines_.push_back("drained");
  }
  void Close(std::string_view reason) override {
    std::lock_guard lock(mutex_);
    lines_.push_back("close " + std::string(reason));
  }
  std::vector<std::string> Take() {
    std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace workers
