// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How a compiled definition looks inside: one struct per state type, paths, templates and expressions
// compiled, names of states resolved to indexes. A state is written in one language: what belongs to
// the other one is absent. Made by Compile (parse*.cc), read by states/*.cc; immutable,
// any thread.
#pragma once

#include <cassert>
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
#include "asl/expression.h"
#include "asl/jsonata_field.h"
#include "asl/path/path.h"
#include "asl/retry.h"
#include "asl/template.h"

namespace asl {

using Next = std::optional<StateIndex>;  // nullopt: End

// A number, the path to one (TimeoutSecondsPath and its like), or an expression; none: no such limit.
struct NumberField {
  std::optional<int64_t> literal;
  std::optional<Path> path;
  JsonataField query;
};

// What a state, a rule of a Choice or a Catcher makes when the state is left by it.
struct Exit {
  std::optional<Template> assign;  // JSONPath
  JsonataField assign_query;       // JSONata
  JsonataField output;  // JSONata; absent: what came in, or what the state's work answered
};

struct Catcher {
  std::vector<std::string> error_equals;
  StateIndex next{};
  ResultPathField result_path;
  Exit exit;
};

// What a failure meets: the state's Retry and Catch.
struct Handlers {
  std::vector<Retrier> retriers;
  std::vector<Catcher> catchers;
};

struct PassState {
  PathField input_path;
  std::optional<Template> parameters;
  Text result;  // compact; null: no Result
  ResultPathField result_path;
  PathField output_path;
  Exit exit;
  Next next;
};

struct TaskState {
  TaskTarget target;  // kLambdaInvoke: without the name, which the parameters give
  PathField input_path;
  std::optional<Template> parameters;
  JsonataField arguments;
  std::optional<Template> credentials;  // in one of the two languages
  JsonataField credentials_query;
  std::optional<Template> result_selector;
  ResultPathField result_path;
  PathField output_path;
  Exit exit;
  NumberField timeout;
  NumberField heartbeat;
  Handlers handlers;
  Next next;
};

struct ParallelState {
  PathField input_path;
  std::optional<Template> parameters;
  JsonataField arguments;
  std::vector<StateIndex> branches;  // where each starts
  std::optional<Template> result_selector;
  ResultPathField result_path;
  PathField output_path;
  Exit exit;
  Handlers handlers;
  Next next;
};

// Inline Map. The ItemSelector (or Parameters, as older definitions call it) sees the Map's input.
// What a Distributed Map tolerates is evaluated, and has no effect here.
struct MapState {
  PathField input_path;
  PathField items_path;
  JsonataField items;
  std::optional<Template> item_selector;
  JsonataField item_selector_query;
  NumberField concurrency;  // MaxConcurrency; 0 or absent: as many as allowed
  JsonataField tolerated_count;
  JsonataField tolerated_percentage;
  StateIndex start_at{};      // of an iteration
  bool item_visible = false;  // its states read the Context Object, and so perhaps Map.Item
  std::optional<Template> result_selector;
  ResultPathField result_path;
  PathField output_path;
  Exit exit;
  Handlers handlers;
  Next next;
};

struct ChoiceRule {
  std::optional<Condition> condition;  // JSONPath
  JsonataField query;                  // JSONata: Condition
  Exit exit;
  StateIndex next{};
};

struct ChoiceState {
  PathField input_path;
  std::vector<ChoiceRule> rules;
  Next fallback;  // Default
  PathField output_path;
  Exit exit;  // by Default
};

// Exactly one of the six is set.
struct WaitState {
  PathField input_path;
  NumberField seconds;
  std::optional<Millis> timestamp;  // whole seconds: AWS cuts the fraction off
  std::optional<Path> timestamp_path;
  JsonataField timestamp_query;
  PathField output_path;
  Exit exit;
  Next next;
};

struct SucceedState {
  PathField input_path;
  PathField output_path;
  Exit exit;
};

struct FailState {
  Error error;
  std::optional<Expression> error_path;
  std::optional<Expression> cause_path;
  JsonataField error_query;
  JsonataField cause_query;
};

using StateBody = std::variant<PassState, TaskState, ChoiceState, WaitState, SucceedState,
                               FailState, ParallelState, MapState>;

struct State {
  std::string name;
  StateBody body;
  bool jsonata = false;  // its language; else JSONPath
};

class Program {
 public:
  Program(std::vector<State> states, StateIndex start_at, std::optional<int64_t> timeout_s)
      : states_(std::move(states)), start_at_(start_at), timeout_s_(timeout_s) {}

  // The machine's states in the definition's order, then those of its branches, and so on.
  // REQUIRES: the index came from this program.
  const State& state(StateIndex index) const {
    const auto i = static_cast<size_t>(index);
    assert(i < states_.size());
    return states_[i];
  }
  size_t size() const { return states_.size(); }
  StateIndex start_at() const { return start_at_; }
  std::optional<int64_t> timeout_s() const { return timeout_s_; }  // the machine's TimeoutSeconds

 private:
  std::vector<State> states_;
  StateIndex start_at_;
  std::optional<int64_t> timeout_s_;
};

}  // namespace asl
