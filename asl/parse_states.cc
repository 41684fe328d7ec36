// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/parse_states.h"

#include <fmt/format.h>

#include <cassert>
#include <cstdlib>
#include <memory>
#include <string>

#include "asl/parse_scope.h"
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
  pass.exit = ParseExit(place);
  pass.next = ParseNext(place);
  return pass;
}

TaskState ParseTask(const Place& place) {
  TaskState task;
  task.target = ParseTaskTarget(place);
  task.input_path = ParsePathField(place, "InputPath");
  task.parameters = ParseTemplate(place, "Parameters");
  task.result_selector = ParseTemplate(place, "ResultSelector");
  task.result_path = ParseResultPath(place);
  task.output_path = ParsePathField(place, "OutputPath");
  task.arguments = ParseJsonata(place, "Arguments");
  task.credentials_query = ParseJsonata(place, "Credentials");
  if (!place.jsonata) task.credentials = ParseTemplate(place, "Credentials");
  task.exit = ParseExit(place);
  task.timeout = ParseNumber(place, "TimeoutSeconds");
  task.heartbeat = ParseNumber(place, "HeartbeatSeconds");
  task.handlers = ParseHandlers(place);
  task.next = ParseNext(place);
  return task;
}

ParallelState ParseParallel(const Place& place) {
  ParallelState parallel;
  parallel.input_path = ParsePathField(place, "InputPath");
  parallel.parameters = ParseTemplate(place, "Parameters");
  parallel.result_selector = ParseTemplate(place, "ResultSelector");
  parallel.result_path = ParseResultPath(place);
  parallel.output_path = ParsePathField(place, "OutputPath");
  parallel.arguments = ParseJsonata(place, "Arguments");
  parallel.exit = ParseExit(place);
  parallel.handlers = ParseHandlers(place);
  parallel.next = ParseNext(place);
  for (const Json branch : place.object.Find("Branches")->items()) {
    parallel.branches.push_back(place.scopes->Add(branch));
  }
  return parallel;
}

MapState ParseMap(const Place& place) {
  MapState map;
  map.input_path = ParsePathField(place, "InputPath");
  map.items_path = ParsePathField(place, "ItemsPath");
  map.items = ParseJsonata(place, "Items");
  const bool older = place.object.Find("Parameters").has_value();
  map.item_selector_query = ParseJsonata(place, "ItemSelector");
  if (!place.jsonata) {
    map.item_selector = ParseTemplate(place, older ? "Parameters" : "ItemSelector");
  }
  map.concurrency = ParseNumber(place, "MaxConcurrency");
  map.tolerated_count = ParseQuery(place, "ToleratedFailureCount");
  map.tolerated_percentage = ParseQuery(place, "ToleratedFailurePercentage");
  map.result_selector = ParseTemplate(place, "ResultSelector");
  map.result_path = ParseResultPath(place);
  map.output_path = ParsePathField(place, "OutputPath");
  map.exit = ParseExit(place);
  map.handlers = ParseHandlers(place);
  map.next = ParseNext(place);
  for (const std::string_view field : {"ItemProcessor", "Iterator"}) {
    const std::optional<Json> processor = place.object.Find(field);
    if (!processor) continue;
    map.start_at = place.scopes->Add(*processor);
    const std::string text = processor->Compact();
    map.item_visible = text.find("$$") != std::string::npos || text.find("$states") != text.npos;
  }
  return map;
}

ChoiceState ParseChoice(const Place& place) {
  ChoiceState choice;
  choice.input_path = ParsePathField(place, "InputPath");
  choice.output_path = ParsePathField(place, "OutputPath");
  if (place.object.Find("Default")) {
    choice.fallback = ParseTarget(place.object, "Default", place.names);
  }
  choice.exit = ParseExit(place);
  for (const Json object : place.object.Find("Choices")->items()) {
    const Place at{object, place.names, place.scopes, place.jsonata,
                   fmt::format("Choices[{}]/", choice.rules.size())};
    ChoiceRule& rule = choice.rules.emplace_back();
    rule.exit = ParseExit(at);
    rule.next = ParseTarget(object, "Next", place.names);
    rule.query = ParseJsonata(at, "Condition");
    if (place.jsonata) continue;
    Condition::Compiled condition = Condition::Compile(object);
    assert(condition.value);
    rule.condition = std::move(condition.value);
  }
  return choice;
}

WaitState ParseWait(const Place& place) {
  WaitState wait;
  wait.input_path = ParsePathField(place, "InputPath");
  wait.output_path = ParsePathField(place, "OutputPath");
  wait.exit = ParseExit(place);
  wait.seconds = ParseNumber(place, "Seconds");
  wait.timestamp_query = ParseQuery(place, "Timestamp");
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
  fail.error_path = ParseExpression(place, "ErrorPath");
  fail.cause_path = ParseExpression(place, "CausePath");
  fail.error_query = ParseQuery(place, "Error");
  fail.cause_query = ParseQuery(place, "Cause");
  return fail;
}

}  // namespace

StateBody ParseState(const Place& place) {
  switch (ScopeOfType(StringField(place.object, "Type").value_or("")).value_or(kMachine)) {
    case kPass:
      return ParsePass(place);
    case kTask:
      return ParseTask(place);
    case kChoice:
      return ParseChoice(place);
    case kWait:
      return ParseWait(place);
    case kSucceed:
      return SucceedState{ParsePathField(place, "InputPath"), ParsePathField(place, "OutputPath"),
                          ParseExit(place)};
    case kFail:
      return ParseFail(place);
    case kParallel:
      return ParseParallel(place);
    case kMap:
      return ParseMap(place);
    default:
      break;
  }
  assert(false);
  std::abort();
}

}  // namespace asl
