// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/parse_states.h"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "asl/rules.h"
#include "asl/timestamp.h"

namespace asl {
namespace {

PassState ParsePass(const Place& place) {
  PassState pass;
  pass.input_path = ParsePathField(place, "InputPath");
  pass.parameters = ParseTemplate(place, "Parameters");
  if (const std::optional<Json> result = place.object.Find("Result")) {
    pass.result = std::make_shared<const std::string>(result->Compact());
  }
  pass.result_path = ParseResultPath(place);
  pass.output_path = ParsePathField(place, "OutputPath");
  pass.next = ParseNext(place);
  return pass;
}

// lambda:invoke's parameters as far as the definition itself shows them.
void CheckInvokeParameters(const Place& place) {
  const std::optional<Json> parameters = place.object.Find("Parameters");
  if (!parameters || !parameters->is_object()) return;
  const std::string at = place.At("Parameters");
  if (!parameters->Find("FunctionName") && !parameters->Find("FunctionName.$")) {
    place.problems->Add(kSchema, "The field 'FunctionName' is required but was missing", at,
                        parameters->span());
  }
  const std::optional<Json> type = parameters->Find("InvocationType");
  const bool waits = !type || (type->is_string() && type->as_string() == "RequestResponse");
  if (!waits || parameters->Find("InvocationType.$")) {
    place.problems->Add(kNotSupportedYet,
                        "Not supported yet: an 'InvocationType' other than 'RequestResponse'", at,
                        parameters->span());
  }
}

void CheckHeartbeat(const Place& place, const TaskState& task) {
  if (!task.heartbeat.literal || !task.timeout.literal) return;
  if (*task.heartbeat.literal < *task.timeout.literal) return;
  place.problems->Add(kSchema, "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
                      place.At("HeartbeatSeconds"), place.object.Find("HeartbeatSeconds")->span());
}

TaskState ParseTask(const Place& place) {
  TaskState task;
  task.target = ParseTarget(place);
  if (task.target.kind == TaskKind::kLambdaInvoke) CheckInvokeParameters(place);
  task.input_path = ParsePathField(place, "InputPath");
  task.parameters = ParseTemplate(place, "Parameters");
  task.result_selector = ParseTemplate(place, "ResultSelector");
  task.result_path = ParseResultPath(place);
  task.output_path = ParsePathField(place, "OutputPath");
  task.timeout = ParseSeconds(place, "TimeoutSeconds");
  task.heartbeat = ParseSeconds(place, "HeartbeatSeconds");
  CheckHeartbeat(place, task);
  task.retriers = ParseRetry(place);
  task.catchers = ParseCatch(place);
  task.next = ParseNext(place);
  return task;
}

void ParseRule(const Place& place, const Json& rule, const std::string& location,
               ChoiceState* choice) {
  if (!rule.is_object()) {
    place.problems->Add(kSchema, "Expected value of type [OBJECT]", location, rule.span());
    return;
  }
  const std::optional<Json> next = rule.Find("Next");
  if (!next) {
    place.problems->Add(kSchema, "These fields are required: [Next]", location, rule.span());
  } else if (!next->is_string()) {
    place.problems->Add(kSchema, "Expected value of type [STRING]", location + "/Next",
                        next->span());
  }
  if (const std::optional<Json> assign = rule.Find("Assign")) {
    place.problems->Add(kNotSupportedYet, "The field 'Assign' is not supported yet",
                        location + "/Assign", assign->span());
  }
  Condition::Compiled condition = Condition::Compile(rule);
  for (const ConditionProblem& problem : condition.problems) {
    place.problems->Add(problem.not_served_yet ? kNotSupportedYet : kSchema, problem.message,
                        location + problem.location, problem.span);
  }
  if (!condition.value) return;
  choice->rules.push_back({*std::move(condition.value), ParseTarget(rule, "Next", place.names)});
}

ChoiceState ParseChoice(const Place& place) {
  ChoiceState choice;
  choice.input_path = ParsePathField(place, "InputPath");
  choice.output_path = ParsePathField(place, "OutputPath");
  if (place.object.Find("Default")) {
    choice.fallback = ParseTarget(place.object, "Default", place.names);
  }
  const std::optional<Json> rules = place.object.Find("Choices");
  if (!rules) return choice;
  size_t i = 0;
  for (const Json rule : rules->items()) {
    ParseRule(place, rule, fmt::format("{}[{}]", place.At("Choices"), i++), &choice);
  }
  return choice;
}

WaitState ParseWait(const Place& place) {
  WaitState wait;
  wait.input_path = ParsePathField(place, "InputPath");
  wait.output_path = ParsePathField(place, "OutputPath");
  const SecondsField seconds = ParseSeconds(place, "Seconds");
  wait.seconds = seconds.literal;
  wait.seconds_path = seconds.path;
  if (const std::optional<std::string_view> text = StringField(place.object, "Timestamp")) {
    const std::optional<Instant> at = ParseInstant(*text);
    if (at) wait.timestamp = Millis{at->seconds * 1000};
  }
  wait.timestamp_path = ParseReferencePath(place, "TimestampPath");
  wait.next = ParseNext(place);
  return wait;
}

FailState ParseFail(const Place& place) {
  FailState fail;
  if (const auto name = StringField(place.object, "Error")) fail.error.name = std::string(*name);
  if (const auto cause = StringField(place.object, "Cause")) fail.error.cause = std::string(*cause);
  fail.error_path = ParseReferencePath(place, "ErrorPath");
  fail.cause_path = ParseReferencePath(place, "CausePath");
  return fail;
}

// The scope of the state's rules; reports a type that has none.
std::optional<Scope> FindScope(const Place& place) {
  const std::optional<Json> type = place.object.Find("Type");
  if (!type) {
    place.problems->Add(kSchema, "These fields are required: [Type]", place.location,
                        place.object.span());
    return std::nullopt;
  }
  const std::string_view name = type->is_string() ? type->as_string() : std::string_view();
  if (const std::optional<Scope> scope = ScopeOfType(name)) return scope;
  if (name == "Parallel" || name == "Map") {
    place.problems->Add(kNotSupportedYet,
                        fmt::format("States of type '{}' are not supported yet", name),
                        place.At("Type"), type->span());
  } else {
    place.problems->Add(kSchema,
                        "The field 'Type' should have one of these values: [Task, Wait, Pass, "
                        "Succeed, Fail, Choice, Parallel, Map]",
                        place.At("Type"), type->span());
  }
  return std::nullopt;
}

}  // namespace

std::optional<StateBody> ParseState(const Place& place) {
  const std::optional<Scope> scope = FindScope(place);
  if (!scope) return std::nullopt;
  CheckFields(*scope, place.object, place.location, place.problems);
  switch (*scope) {
    case kPass:
      return ParsePass(place);
    case kTask:
      return ParseTask(place);
    case kChoice:
      return ParseChoice(place);
    case kWait:
      return ParseWait(place);
    case kSucceed:
      return SucceedState{ParsePathField(place, "InputPath"), ParsePathField(place, "OutputPath")};
    case kFail:
      return ParseFail(place);
    case kMachine:
    case kRetrier:
    case kCatcher:
      break;
  }
  return std::nullopt;
}

}  // namespace asl
