// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Each state is run to its end, and answers when that is. Branches are run one after the other, each
// on a clock of its own; which of them failed first, their clocks tell.
#include "tests/naive/naive.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <queue>
#include <vector>

namespace asl::naive {
namespace {

constexpr size_t kConcurrencyMax = 40;  // of an inline Map

// How a state or a scope ended.
struct Over {
  int64_t at = 0;  // ms since the execution began
  Maybe result;
  std::string next;  // "": none
  // The failure is one of the data flow, which the state's own Retry and Catch do not see.
  bool own = false;
  Value assigned = Value::object();  // variables that it assigned
};

struct Surroundings {
  const Value* item = nullptr;  // Map.Item
  Value variables =
      Value::object();  // of the scopes around; a copy, as nothing inside changes them
};

class Interpreter {
 public:
  Interpreter(const Value& input, const Worker& worker) : input_(input), worker_(worker) {}

  Over RunScope(const Value& scope, Value input, int64_t now, const Surroundings& around) {
    std::string name = scope["StartAt"];
    Surroundings here = around;
    while (true) {
      Over over = RunState(name, scope["States"][name], input, now, here);
      if (!Ok(over.result) || over.next.empty()) return over;
      here.variables.update(over.assigned);
      input = std::get<Value>(over.result);
      now = over.at;
      name = over.next;
    }
  }

  bool ambiguous = false;
  size_t states = 0;

 private:
  // One visit of a state.
  struct Visit {
    const std::string& name;
    const Value& state;
    const Value& raw;
    const Surroundings& around;
    int64_t retries = 0;
    std::map<size_t, int64_t> used = {};  // by Retrier
  };

  Scene SceneOf(const Visit& visit, const Value& input) const {
    Value context;
    context["Execution"] = {{"Input", input_}, {"Name", "exec"}};
    context["State"] = {{"Name", visit.name}};
    if (visit.state["Type"] == "Task") context["State"]["RetryCount"] = visit.retries;
    if (visit.around.item != nullptr) context["Map"]["Item"] = *visit.around.item;
    return {input, context, visit.around.variables};
  }

  static bool IsJsonata(const Value& state) {
    return state.value("QueryLanguage", "") == "JSONata";
  }

  // --- JSONata

  // A failed evaluation is the state's own affair, unless nothing of it can be tried again or caught.
  static Over EvaluationFailure(const Visit& visit, int64_t now, const Failed& failed) {
    Over over = DataFailure(visit, now, failed);
    over.own = false;
    return over;
  }

  // Assign and Output of a state, rule or Catcher.
  static Over LeaveByQuery(const Visit& visit, const Value& owner, const std::string& at,
                           const Scene& scene, const Value& otherwise, int64_t now,
                           std::string next) {
    Over over{now, otherwise, std::move(next), false};
    if (owner.contains("Assign")) {
      const Maybe assigned = Query(owner["Assign"], at + "Assign", scene);
      if (!Ok(assigned)) return EvaluationFailure(visit, now, std::get<Failed>(assigned));
      over.assigned = std::get<Value>(assigned);
    }
    if (owner.contains("Output")) over.result = Query(owner["Output"], at + "Output", scene);
    if (!Ok(over.result)) return EvaluationFailure(visit, now, std::get<Failed>(over.result));
    return over;
  }

  Over SimpleByQuery(const Visit& visit, const std::string& type, int64_t now) {
    const Scene scene = SceneOf(visit, visit.raw);
    if (type == "Choice") return ChooseByQuery(visit, scene, now);
    if (type == "Wait") {
      const Value& field = visit.state["Seconds"];
      const Maybe seconds = Query(field, "Seconds", scene);
      if (!Ok(seconds)) return EvaluationFailure(visit, now, std::get<Failed>(seconds));
      const Value& value = std::get<Value>(seconds);
      if (!value.is_number()) {
        return EvaluationFailure(visit, now, WrongType(field, "Seconds", "number", value));
      }
      if (!value.is_number_integer() || value.get<int64_t>() < 0) {
        return EvaluationFailure(
            visit, now,
            {"States.QueryEvaluationError",
             fmt::format("The value of the field 'Seconds' must be an integer between 0 and "
                         "99999999, but was: {}",
                         value.dump())});
      }
      now += value.get<int64_t>() * 1000;
    }
    return LeaveByQuery(visit, visit.state, "", scene, visit.raw, now, NextOf(visit.state));
  }

  Over ChooseByQuery(const Visit& visit, const Scene& scene, int64_t now) {
    for (size_t i = 0; i < visit.state["Choices"].size(); ++i) {
      const Value& rule = visit.state["Choices"][i];
      const std::string at = fmt::format("Choices[{}]/", i);
      const Maybe holds = Query(rule["Condition"], at + "Condition", scene);
      if (!Ok(holds)) return EvaluationFailure(visit, now, std::get<Failed>(holds));
      const Value& value = std::get<Value>(holds);
      if (!value.is_boolean()) {
        return EvaluationFailure(visit, now,
                                 WrongType(rule["Condition"], at + "Condition", "boolean", value));
      }
      if (value.get<bool>()) {
        return LeaveByQuery(visit, rule, at, scene, visit.raw, now, rule["Next"]);
      }
    }
    return LeaveByQuery(visit, visit.state, "", scene, visit.raw, now, visit.state["Default"]);
  }

  // JSONPath's Assign sees `from` as `$`.
  Over Assigning(const Visit& visit, const Value& owner, const Value& from, Over over) {
    if (!owner.contains("Assign") || !Ok(over.result)) return over;
    const Maybe assigned = Fill(owner["Assign"], SceneOf(visit, from));
    if (!Ok(assigned)) return DataFailure(visit, over.at, std::get<Failed>(assigned));
    over.assigned = std::get<Value>(assigned);
    return over;
  }

  // What a worker or branches get.
  Maybe Parameters(const Visit& visit) {
    if (IsJsonata(visit.state)) {
      if (!visit.state.contains("Arguments")) return visit.raw;
      return Query(visit.state["Arguments"], "Arguments", SceneOf(visit, visit.raw));
    }
    const Maybe input = ApplyPath(visit.state, "InputPath", SceneOf(visit, visit.raw));
    if (!Ok(input)) return input;
    return ApplyTemplate(visit.state, "Parameters", SceneOf(visit, std::get<Value>(input)));
  }

  static Over Failure(const Visit& visit, int64_t now, const Failed& failed) {
    return IsJsonata(visit.state) ? EvaluationFailure(visit, now, failed)
                                  : DataFailure(visit, now, failed);
  }

  static Over DataFailure(const Visit& visit, int64_t now, const Failed& failed) {
    Failed whole = failed;
    if (failed.error == "States.ReferencePathConflict") return {now, whole, "", true};
    whole.cause = fmt::format(
        "An error occurred while executing the state '{}' (entered at the event id #0). {}",
        visit.name, failed.cause.value_or(""));
    return {now, whole, "", true};
  }

  static Over Runtime(const Visit& visit, int64_t now, std::string cause) {
    return DataFailure(visit, now, {"States.Runtime", std::move(cause)});
  }

  static std::string NextOf(const Value& owner) { return owner.value("Next", ""); }

  Over RunState(const std::string& name, const Value& state, const Value& raw, int64_t now,
                const Surroundings& around) {
    ++states;
    Visit visit{name, state, raw, around};
    const std::string type = state["Type"];
    if (type == "Fail") return Fail(visit, now);
    if (type != "Task" && type != "Parallel" && type != "Map") return Simple(visit, type, now);
    while (true) {
      Over over = type == "Task"       ? Task(visit, now)
                  : type == "Parallel" ? Parallel(visit, now)
                                       : Map(visit, now);
      if (over.own) return over;
      if (Ok(over.result)) {
        over = Finish(visit, over);
        // A JSONata state's Output and Assign are tried again with its work.
        if (Ok(over.result) || over.own) return over;
      }
      const std::optional<int64_t> delay = Retry(visit, std::get<Failed>(over.result));
      if (!delay) return Catch(visit, over);
      now = over.at + *delay;
      ++visit.retries;
    }
  }

  Over Fail(const Visit& visit, int64_t now) {
    Failed failed;
    for (const auto& [field, text] :
         {std::pair{"Error", &failed.error}, std::pair{"Cause", &failed.cause}}) {
      if (visit.state.contains(field)) *text = visit.state[field].get<std::string>();
      const std::string path_field = std::string(field) + "Path";
      if (!visit.state.contains(path_field)) continue;
      const std::string path = visit.state[path_field];
      const auto found = Look(path, SceneOf(visit, visit.raw));
      if (found.index() == 1) {
        return Runtime(visit, now,
                       fmt::format("The JSONPath '{}' specified for the field '{}' could not be "
                                   "found in the input '{}'",
                                   path, path_field, visit.raw.dump()));
      }
      const Value& value = std::get<Value>(found);
      if (!value.is_string()) {
        return Runtime(visit, now,
                       fmt::format("The value of the field '{}' must be a string, but '{}' is: {}",
                                   path_field, path, value.dump()));
      }
      *text = value.get<std::string>();
    }
    return {now, failed, "", false};
  }

  // Pass, Choice, Wait, Succeed.
  Over Simple(const Visit& visit, const std::string& type, int64_t now) {
    if (IsJsonata(visit.state)) return SimpleByQuery(visit, type, now);
    const Maybe input = ApplyPath(visit.state, "InputPath", SceneOf(visit, visit.raw));
    if (!Ok(input)) return DataFailure(visit, now, std::get<Failed>(input));
    Value output = std::get<Value>(input);
    Value assign_from = output;
    const Value* exit = &visit.state;  // whose Assign counts
    std::string next = NextOf(visit.state);
    if (type == "Pass") {
      const Maybe result = PassResult(visit, output, &assign_from);
      if (!Ok(result)) return DataFailure(visit, now, std::get<Failed>(result));
      output = std::get<Value>(result);
    } else if (type == "Choice") {
      const Maybe target = Choose(visit, output, &exit);
      if (!Ok(target)) return DataFailure(visit, now, std::get<Failed>(target));
      next = std::get<Value>(target);
    } else if (type == "Wait") {
      const Maybe seconds = Seconds(visit, output);
      if (!Ok(seconds)) return DataFailure(visit, now, std::get<Failed>(seconds));
      now += std::get<Value>(seconds).get<int64_t>() * 1000;
    }
    const Maybe last = ApplyPath(visit.state, "OutputPath", SceneOf(visit, output));
    if (!Ok(last)) return DataFailure(visit, now, std::get<Failed>(last));
    return Assigning(visit, *exit, assign_from, {now, last, next, false});
  }

  Maybe PassResult(const Visit& visit, const Value& input, Value* assign_from) {
    Maybe result = ApplyTemplate(visit.state, "Parameters", SceneOf(visit, input));
    if (!Ok(result)) return result;
    if (visit.state.contains("Result")) result = visit.state["Result"];
    *assign_from = std::get<Value>(result);
    return ApplyResultPath(visit.state, visit.raw, std::get<Value>(result));
  }

  Maybe Choose(const Visit& visit, const Value& input, const Value** exit) {
    for (const Value& rule : visit.state["Choices"]) {
      const auto holds = Holds(rule, SceneOf(visit, input));
      if (holds.index() == 1) return std::get<Failed>(holds);
      if (!std::get<bool>(holds)) continue;
      *exit = &rule;
      return rule["Next"];
    }
    if (visit.state.contains("Default")) return visit.state["Default"];
    return Failed{"States.Runtime",
                  "Failed to transition out of the state. The state does not point to a next "
                  "state."};
  }

  Maybe Seconds(const Visit& visit, const Value& input) {
    if (visit.state.contains("Seconds")) return visit.state["Seconds"];
    const std::string path = visit.state["SecondsPath"];
    const auto found = Look(path, SceneOf(visit, input));
    const auto wrong = [&](std::string text) {
      return Failed{"States.Runtime", fmt::format("The SecondsPath parameter {}", text)};
    };
    if (found.index() == 1) {
      return wrong(fmt::format("does not reference an input value: {}", path));
    }
    const Value& value = std::get<Value>(found);
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    if (!value.is_number_integer()) {
      return wrong(fmt::format("cannot be parsed as a long value: {} == {}", path, shown));
    }
    if (value.get<int64_t>() >= 0) return value;
    return wrong(fmt::format("references a negative value: {} == {}", path, shown));
  }

  // --- Task, Parallel, Map: one attempt each, which answers the result before ResultSelector

  Over Task(const Visit& visit, int64_t now) {
    const Maybe parameters = Parameters(visit);
    if (!Ok(parameters)) return Failure(visit, now, std::get<Failed>(parameters));
    const Answer answer = worker_(visit.name, std::get<Value>(parameters).dump(), now);
    const int64_t timeout = visit.state.value("TimeoutSeconds", int64_t{1} << 40) * 1000;
    const int64_t heartbeat = visit.state.value("HeartbeatSeconds", int64_t{1} << 40) * 1000;
    const int64_t limit = std::min(timeout, heartbeat);
    assert(answer.ms != limit);
    if (answer.ms < limit) return {now + answer.ms, Result(visit, answer), "", false};
    return {now + limit, Failed{"States.Timeout", std::nullopt, heartbeat < timeout}, "", false};
  }

  static Maybe Result(const Visit& visit, const Answer& answer) {
    if (answer.result.index() == 0) return std::get<Value>(answer.result);
    const auto& failed = std::get<Failed>(answer.result);
    const std::string resource = visit.state["Resource"];
    if (failed.error || resource.find(":function:") == std::string::npos) return failed;
    return Failed{"Lambda.Unknown",
                  fmt::format("The cause could not be determined because Lambda did not return an "
                              "error type. Returned payload: {}",
                              failed.cause.value_or("null"))};
  }

  Over Parallel(const Visit& visit, int64_t now) {
    const Maybe parameters = Parameters(visit);
    if (!Ok(parameters)) return Failure(visit, now, std::get<Failed>(parameters));
    std::vector<Over> overs;
    for (const Value& branch : visit.state["Branches"]) {
      overs.push_back(RunScope(branch, std::get<Value>(parameters), now, visit.around));
      overs.back().own = false;
    }
    return Together(overs, now);
  }

  // The first failure ends all; else the results in order, when the last is there.
  Over Together(const std::vector<Over>& overs, int64_t now) {
    Value results = Value::array();
    const Over* failed = nullptr;
    for (const Over& over : overs) {
      now = std::max(now, over.at);
      if (Ok(over.result)) {
        results.push_back(std::get<Value>(over.result));
        continue;
      }
      if (failed != nullptr && failed->at == over.at && !Same(*failed, over)) ambiguous = true;
      if (failed == nullptr || over.at < failed->at) failed = &over;
    }
    if (failed != nullptr) return *failed;
    return {now, results, "", false};
  }

  static bool Same(const Over& a, const Over& b) {
    const auto& x = std::get<Failed>(a.result);
    const auto& y = std::get<Failed>(b.result);
    return a.own == b.own && x.error == y.error && x.cause == y.cause;
  }

  Over Map(const Visit& visit, int64_t now) {
    const Maybe input = ApplyPath(visit.state, "InputPath", SceneOf(visit, visit.raw));
    if (!Ok(input)) return DataFailure(visit, now, std::get<Failed>(input));
    const Maybe items = ApplyItemsPath(visit.state, SceneOf(visit, std::get<Value>(input)));
    if (!Ok(items)) return DataFailure(visit, now, std::get<Failed>(items));
    if (!std::get<Value>(items).is_array()) {
      const std::string path = visit.state.value("ItemsPath", "$");
      return Runtime(visit, now, fmt::format("Reference path \"{}\" must point to array.", path));
    }
    return Iterate(visit, std::get<Value>(input), std::get<Value>(items), now);
  }

  // An iteration begins when one of the MaxConcurrency places is free. A failure that comes first
  // hinders those that would have begun later.
  Over Iterate(const Visit& visit, const Value& input, const Value& items, int64_t now) {
    size_t places = visit.state.value("MaxConcurrency", size_t{0});
    if (places == 0) places = kConcurrencyMax;
    std::priority_queue<int64_t, std::vector<int64_t>, std::greater<>> free;
    for (size_t i = 0; i < std::min(places, kConcurrencyMax); ++i) free.push(now);
    std::vector<Over> overs;
    int64_t failed_at = INT64_MAX;
    for (size_t i = 0; i < items.size() && !free.empty(); ++i) {
      const int64_t begin = free.top();
      if (begin == failed_at) ambiguous = true;
      if (begin > failed_at) break;
      free.pop();
      overs.push_back(Iteration(visit, input, items[i], i, begin));
      if (Ok(overs.back().result)) {
        free.push(overs.back().at);
      } else {
        failed_at = std::min(failed_at, overs.back().at);
      }
    }
    return Together(overs, now);
  }

  Over Iteration(const Visit& visit, const Value& input, const Value& item, size_t index,
                 int64_t now) {
    const Value shown = {{"Index", index}, {"Value", item}};
    const Surroundings inside{&shown, visit.around.variables};
    Maybe selected = item;
    if (visit.state.contains("ItemSelector")) {
      const Visit as_item{visit.name, visit.state, visit.raw, inside};
      selected = Fill(visit.state["ItemSelector"], SceneOf(as_item, input));
    }
    if (!Ok(selected)) return DataFailure(visit, now, std::get<Failed>(selected));
    Over over = RunScope(visit.state["ItemProcessor"], std::get<Value>(selected), now, inside);
    over.own = false;
    return over;
  }

  // --- What comes after an attempt

  Over Finish(const Visit& visit, const Over& attempt) {
    const auto& raw_result = std::get<Value>(attempt.result);
    if (IsJsonata(visit.state)) {
      Scene scene = SceneOf(visit, visit.raw);
      scene.result = raw_result;
      return LeaveByQuery(visit, visit.state, "", scene, raw_result, attempt.at,
                          NextOf(visit.state));
    }
    const Maybe selected = ApplyTemplate(visit.state, "ResultSelector", SceneOf(visit, raw_result));
    if (!Ok(selected)) return DataFailure(visit, attempt.at, std::get<Failed>(selected));
    const Maybe merged = ApplyResultPath(visit.state, visit.raw, std::get<Value>(selected));
    if (!Ok(merged)) return DataFailure(visit, attempt.at, std::get<Failed>(merged));
    const Maybe output =
        ApplyPath(visit.state, "OutputPath", SceneOf(visit, std::get<Value>(merged)));
    if (!Ok(output)) return DataFailure(visit, attempt.at, std::get<Failed>(output));
    return Assigning(visit, visit.state, raw_result,
                     {attempt.at, output, NextOf(visit.state), false});
  }

  static bool Matches(const Value& owner, const Failed& failed) {
    const std::string name = failed.error.value_or("");
    if (name == "States.Runtime") return false;
    for (const std::string wanted : owner["ErrorEquals"]) {
      if (wanted == "States.ALL") return true;
      if (wanted == "States.TaskFailed" && name != "States.Timeout") return true;
      if (wanted == "States.HeartbeatTimeout" && failed.heartbeat) return true;
      if (failed.error && wanted == name) return true;
    }
    return false;
  }

  // ms to wait; nullopt: no more attempts.
  static std::optional<int64_t> Retry(Visit& visit, const Failed& failed) {
    if (!visit.state.contains("Retry")) return std::nullopt;
    for (size_t i = 0; i < visit.state["Retry"].size(); ++i) {
      const Value& retrier = visit.state["Retry"][i];
      if (!Matches(retrier, failed)) continue;
      if (visit.used[i] >= retrier.value("MaxAttempts", 3)) return std::nullopt;
      double seconds = retrier.value("IntervalSeconds", 1.0) *
                       std::pow(retrier.value("BackoffRate", 2.0), visit.used[i]++);
      if (retrier.contains("MaxDelaySeconds")) {
        seconds = std::min(seconds, retrier["MaxDelaySeconds"].get<double>());
      }
      if (retrier.value("JitterStrategy", "NONE") == "FULL") seconds *= 0.5;  // the draw
      return std::llround(seconds * 1000);
    }
    return std::nullopt;
  }

  Over Catch(const Visit& visit, const Over& attempt) {
    const auto& failed = std::get<Failed>(attempt.result);
    size_t number = 0;
    for (const Value& catcher : visit.state.value("Catch", Value::array())) {
      const std::string at = fmt::format("Catch[{}]/", number++);
      if (!Matches(catcher, failed)) continue;
      Value output;
      output["Error"] = failed.error ? Value(*failed.error) : Value();
      output["Cause"] = failed.cause ? Value(*failed.cause) : Value();
      if (failed.error == "States.Timeout" && !failed.cause) output["Cause"] = "";
      if (IsJsonata(visit.state)) {
        Scene scene = SceneOf(visit, visit.raw);
        scene.error_output = output;
        return LeaveByQuery(visit, catcher, at, scene, output, attempt.at, catcher["Next"]);
      }
      const Maybe merged = ApplyResultPath(catcher, visit.raw, output);
      if (!Ok(merged)) return DataFailure(visit, attempt.at, std::get<Failed>(merged));
      return Assigning(visit, catcher, output, {attempt.at, merged, catcher["Next"], false});
    }
    return {attempt.at, failed, "", false};
  }

  const Value& input_;
  const Worker& worker_;
};

}  // namespace

Ending RunNaive(const Value& definition, const Value& input, const Worker& worker) {
  Interpreter interpreter(input, worker);
  const Over over = interpreter.RunScope(definition, input, 0, {});
  Ending ending;
  ending.ambiguous = interpreter.ambiguous;
  ending.states = interpreter.states;
  const int64_t deadline = definition.value("TimeoutSeconds", int64_t{1} << 40) * 1000;
  if (over.at >= deadline) {
    ending.status = "TIMED_OUT";
    ending.ambiguous = ending.ambiguous || over.at == deadline;
  } else if (Ok(over.result)) {
    ending.status = "SUCCEEDED";
    ending.output = std::get<Value>(over.result);
  } else {
    ending.status = "FAILED";
    ending.failed = std::get<Failed>(over.result);
  }
  return ending;
}

}  // namespace asl::naive
