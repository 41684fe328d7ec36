// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How a compiled definition looks inside: one struct per state type, paths and templates compiled,
// names of states resolved to indexes. Made by Compile (parse*.cc), read by states/*.cc; immutable,
// any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "asl/choice.h"
#include "asl/dataflow.h"
#include "asl/definition.h"
#include "asl/path/path.h"
#include "asl/retry.h"
#include "asl/template.h"

namespace asl {

using Next = std::optional<StateIndex>;  // nullopt: End

// TimeoutSeconds or TimeoutSecondsPath and their like; neither: no such limit.
struct SecondsField {
  std::optional<int64_t> literal;
  std::optional<Path> path;
};

struct Catcher {
  std::vector<std::string> error_equals;
  StateIndex next{};
  ResultPathField result_path;
};

struct PassState {
  PathField input_path;
  std::optional<Template> parameters;
  Text result;  // compact; null: no Result
  ResultPathField result_path;
  PathField output_path;
  Next next;
};

struct TaskState {
  TaskTarget target;  // kLambdaInvoke: without the name, which the parameters give
  PathField input_path;
  std::optional<Template> parameters;
  std::optional<Template> result_selector;
  ResultPathField result_path;
  PathField output_path;
  SecondsField timeout;
  SecondsField heartbeat;
  std::vector<Retrier> retriers;
  std::vector<Catcher> catchers;
  Next next;
};

struct ChoiceRule {
  Condition condition;
  StateIndex next{};
};

struct ChoiceState {
  PathField input_path;
  std::vector<ChoiceRule> rules;
  Next fallback;  // Default
  PathField output_path;
};

// Exactly one of the four is set.
struct WaitState {
  PathField input_path;
  std::optional<int64_t> seconds;
  std::optional<Millis> timestamp;  // whole seconds: AWS cuts the fraction off
  std::optional<Path> seconds_path;
  std::optional<Path> timestamp_path;
  PathField output_path;
  Next next;
};

struct SucceedState {
  PathField input_path;
  PathField output_path;
};

struct FailState {
  Error error;
  std::optional<Path> error_path;
  std::optional<Path> cause_path;
};

using StateBody =
    std::variant<PassState, TaskState, ChoiceState, WaitState, SucceedState, FailState>;

struct State {
  std::string name;
  StateBody body;
};

class Program {
 public:
  Program(std::vector<State> states, StateIndex start_at, std::optional<int64_t> timeout_s)
      : states_(std::move(states)), start_at_(start_at), timeout_s_(timeout_s) {}

  // In the definition's order. REQUIRES: the index came from this program.
  const State& state(StateIndex index) const;
  size_t size() const { return states_.size(); }
  StateIndex start_at() const { return start_at_; }
  std::optional<int64_t> timeout_s() const { return timeout_s_; }  // the machine's TimeoutSeconds

 private:
  std::vector<State> states_;
  StateIndex start_at_;
  std::optional<int64_t> timeout_s_;
};

}  // namespace asl
