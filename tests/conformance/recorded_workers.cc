// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/recorded_workers.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace conformance {
namespace {

using asl::ScheduleTask;
using asl::TestDriver;

constexpr int kStepsMax = 100'000;       // of one execution
constexpr int kWorkerStatesMax = 1'000;  // visited in an activity worker's definition

// Whether its worker has not answered, or nobody has sent its token.
bool IsOpen(const TestDriver& driver, asl::EventId scheduled) {
  return std::any_of(driver.frames().begin(), driver.frames().end(), [&](const auto& entry) {
    return entry.second.task && entry.second.task->scheduled == scheduled;
  });
}

// The driver's commands are about the oldest task: makes that one the oldest.
void MakeFirst(TestDriver* driver, asl::EventId scheduled) {
  while (driver->task()->scheduled != scheduled) driver->PostponeTask();
}

// An object somewhere in `tree` of which `wanted` holds; nullptr: none.
const OrderedJson* FindObject(const OrderedJson& tree,
                              const std::function<bool(const OrderedJson&)>& wanted) {
  if (tree.is_object() && wanted(tree)) return &tree;
  if (!tree.is_structured()) return nullptr;
  for (const OrderedJson& member : tree) {
    if (const OrderedJson* found = FindObject(member, wanted)) return found;
  }
  return nullptr;
}

}  // namespace

std::string RecordedWorkers::Serve(TestDriver* driver) {
  for (int steps = 0; !Done(*driver) && problem_.empty(); ++steps) {
    if (steps == kStepsMax) return fmt::format("does not end within {} steps", kStepsMax);
    MakePlans(*driver);
    if (!Act(driver) && !driver->FireNext()) return "stands still: no task and no timer is open";
  }
  return problem_;
}

// Some executions were recorded while they ran: then there is no status.
bool RecordedWorkers::Done(const TestDriver& driver) const {
  if (driver.ended() || expected_.contains("status")) return driver.ended();
  return expected_.contains("history") && driver.events().size() >= expected_["history"].size();
}

void RecordedWorkers::MakePlans(const TestDriver& driver) {
  for (auto plan = plans_.begin(); plan != plans_.end();) {
    plan = IsOpen(driver, plan->first) ? std::next(plan) : plans_.erase(plan);
  }
  for (const ScheduleTask& task : driver.tasks()) {
    if (plans_.count(task.scheduled) != 0) continue;
    plans_[task.scheduled] = {ActionsFor(task, driver.TaskInput(task)), driver.now(), task.frame};
  }
}

// The earliest action, unless a timer is due first. False: there is none, or a timer.
bool RecordedWorkers::Act(TestDriver* driver) {
  auto first = plans_.end();
  for (auto plan = plans_.begin(); plan != plans_.end(); ++plan) {
    if (plan->second.actions.empty()) continue;
    if (first == plans_.end() || plan->second.due < first->second.due) first = plan;
  }
  if (first == plans_.end()) return false;
  Plan& plan = first->second;
  const std::optional<asl::Millis> timer = driver->NextTimer();
  if (timer && plan.due > driver->now() && *timer <= plan.due) return false;
  driver->Sleep(plan.due - driver->now());
  const Action action = plan.actions.front();
  plan.actions.pop_front();
  Perform(action, first->first, &plan, driver);
  return true;
}

void RecordedWorkers::Perform(const Action& action, asl::EventId scheduled, Plan* plan,
                              TestDriver* driver) {
  using Kind = Action::Kind;
  const bool other = action.by_token || action.http != nullptr;
  if (!other) MakeFirst(driver, scheduled);
  switch (action.kind) {
    case Kind::kReceive:
      driver->Receive(action.text);
      break;
    case Kind::kSleep:
      plan->due = driver->now() + action.ms;
      break;
    case Kind::kHeartbeat:
      if (other) {
        driver->Offer(asl::TaskHeartbeat{plan->frame, scheduled});
      } else if (driver->task()->heartbeat_s) {
        driver->Heartbeat();
      }
      break;
    case Kind::kSucceed:
      if (!other) return driver->Succeed(action.text);
      driver->Offer(asl::TaskSucceeded{.frame = plan->frame,
                                       .scheduled = scheduled,
                                       .output = std::make_shared<const std::string>(action.text),
                                       .worker_name = "",
                                       .by_token = action.by_token,
                                       .http = action.http});
      break;
    case Kind::kFail:
      if (!other) return driver->Fail(action.error.name, action.error.cause);
      driver->Offer(asl::TaskFailed{.frame = plan->frame,
                                    .scheduled = scheduled,
                                    .error = action.error,
                                    .worker_name = "",
                                    .by_token = true});
      break;
  }
}

std::deque<RecordedWorkers::Action> RecordedWorkers::ActionsFor(const ScheduleTask& task,
                                                                const std::string& input) {
  if (task.target->kind == asl::TaskKind::kActivity) return ActivityActions(input);
  std::deque<Action> actions =
      task.target->kind == asl::TaskKind::kService
          ? queues_.ActionsFor(OrderedJson::parse(input), task.target->callback, &problem_)
          : FunctionActions(task, input);
  actions.push_front({.kind = Action::Kind::kReceive});
  return actions;
}

// --- Functions

std::deque<RecordedWorkers::Action> RecordedWorkers::FunctionActions(const ScheduleTask& task,
                                                                     const std::string& input) {
  using Kind = Action::Kind;
  const OrderedJson* function = case_.Find("lambda", task.target->name);
  if (function == nullptr) {
    const std::string cause = fmt::format(
        "Function not found: {}:$LATEST (Service: AWSLambda; Status Code: 404; Error "
        "Code: ResourceNotFoundException; Request ID: 1; Proxy: null)",
        RecordedCase::FunctionArn(task.target->name));
    return {{.kind = Kind::kFail, .error = {"Lambda.ResourceNotFoundException", cause}}};
  }
  const std::string behaviour = function->value("behaviour", "");
  const auto answer = [](std::string output) {
    return std::deque<Action>{{.kind = Kind::kSucceed, .text = std::move(output)}};
  };
  if (behaviour == "echo") return answer(PythonText(OrderedJson::parse(input)));
  if (behaviour == "constant") return answer((*function)["value"].get<std::string>());  // bytes
  if (behaviour == "constant_repeat") {
    const auto count = (*function)["count"].get<size_t>();
    return answer("\"" + std::string(count, function->value("char", "x")[0]) + "\"");
  }
  if (behaviour == "return_decorated_input") {  // Python's str()
    std::string text = PythonText(OrderedJson::parse(input));
    std::replace(text.begin(), text.end(), '"', '\'');
    return answer("\"input-event-" + text + "\"");
  }
  if (behaviour == "sleep_echo") {
    return {{.kind = Kind::kSleep, .ms = function->value("seconds", int64_t{0}) * 1000},
            {.kind = Kind::kSucceed, .text = input}};
  }
  if (behaviour == "raise") {
    return {Raise(*function, task.target->kind == asl::TaskKind::kLambdaInvoke)};
  }
  problem_ = fmt::format("the runner knows no function behaviour {}", behaviour);
  return {};
}

// Lambda answers lambda:invoke without white space, and a bare function ARN with Python's.
RecordedWorkers::Action RecordedWorkers::Raise(const OrderedJson& function, bool invoke) {
  const std::string type = function.value("errorType", "");
  const OrderedJson cause = {
      {"errorMessage", function.value("errorMessage", "")},
      {"errorType", type},
      {"requestId", fmt::format("33b1e0a4-28be-4a3c-8a5a-{:012x}", ++requests_)},
      {"stackTrace", StackTrace(function)}};
  return {.kind = Action::Kind::kFail, .error = {type, invoke ? cause.dump() : PythonText(cause)}};
}

// The function's source is not in the corpus, so its line numbers are those that were recorded.
OrderedJson RecordedWorkers::StackTrace(const OrderedJson& function) const {
  const OrderedJson* recorded = FindObject(expected_, [&](const OrderedJson& object) {
    return object.contains("stackTrace") && object.contains("errorType") &&
           object["errorType"] == function.value("errorType", "");
  });
  return recorded != nullptr ? (*recorded)["stackTrace"] : OrderedJson::array();
}

// --- Activities

// The worker is itself a state machine in the corpus: waits, a poll, a heartbeat, an answer. A case
// without one has nobody who polls.
std::deque<RecordedWorkers::Action> RecordedWorkers::ActivityActions(
    const std::string& input) const {
  using Kind = Action::Kind;
  std::deque<Action> actions;
  const OrderedJson none = OrderedJson::object();
  const OrderedJson workers = case_.json().value("resources", none).value("workers", none);
  if (workers.empty()) return actions;
  const OrderedJson machine = workers[0].value("params", none).value("template", none);
  std::string name = machine.value("StartAt", "");
  for (int visited = 0; !name.empty() && visited < kWorkerStatesMax; ++visited) {
    const OrderedJson state = machine["States"].value(name, none);
    const OrderedJson parameters = state.value("Parameters", none);
    const std::string resource = state.value("Resource", "");
    name = state.value("Next", "");
    if (resource.ends_with(":getActivityTask")) {
      actions.push_back({.kind = Kind::kReceive, .text = parameters.value("WorkerName", "")});
    } else if (resource.ends_with(":sendTaskHeartbeat")) {
      actions.push_back({.kind = Kind::kHeartbeat});
    } else if (resource.ends_with(":sendTaskSuccess")) {
      actions.push_back({.kind = Kind::kSucceed, .text = input});
    } else if (resource.ends_with(":sendTaskFailure")) {
      actions.push_back({.kind = Kind::kFail, .error = {parameters.value("Error", ""), input}});
    } else if (state.value("Type", "") == "Wait") {
      actions.push_back({.kind = Kind::kSleep, .ms = state.value("Seconds", 0) * int64_t{1000}});
    } else if (state.value("Type", "") == "Choice") {  // whether a task was got
      name = state["Choices"][0].value("Next", "");
    }
  }
  return actions;
}

}  // namespace conformance
