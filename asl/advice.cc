// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Sources: AWS guide "Best practices for Step Functions" (timeouts, transient Lambda errors, limits
// of payloads and histories) and "Handling errors in Step Functions workflows". Each rule is one
// function over one state; they speak only where the definition alone shows that something will go
// wrong, or very likely will.
#include "asl/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "asl/arn.h"
#include "asl/errors.h"
#include "asl/json.h"
#include "asl/jsonata_text.h"
#include "asl/limits.h"
#include "asl/problems.h"
#include "asl/rules.h"
#include "asl/variable_references.h"
#include "asl/variable_scope.h"

namespace asl {
namespace {

struct Place {
  const Json& state;
  std::string location;
  JsonSpan where;        // of its name
  bool jsonata = false;  // its query language
  // Some state around this one tries again whatever fails inside.
  bool retried_outside = false;
};

bool HasName(const Json& names, std::string_view wanted) {
  for (const Json name : names.items()) {
    if (name.is_string() && name.as_string() == wanted) return true;
  }
  return false;
}

// Whether some entry of a list of Retriers or Catchers, of the first `count`, takes that error.
bool Takes(const Json& list, size_t count, std::string_view error) {
  const bool timeout = error == kStatesTimeout || error == kStatesHeartbeatTimeout;
  for (const Json entry : list.items()) {
    if (count-- == 0) break;
    const std::optional<Json> names = entry.Find("ErrorEquals");
    if (!names) continue;
    if (HasName(*names, error) || HasName(*names, kStatesAll)) return true;
    const bool any = !timeout && error != kStatesAll && HasName(*names, kStatesTaskFailed);
    if (any) return true;
  }
  return false;
}

bool RetriesAnything(const Json& state) {
  const std::optional<Json> retry = state.Find("Retry");
  return retry && Takes(*retry, retry->size(), "Lambda.ServiceException");
}

void AdviseTimeout(const Place& place, const Resource& resource, Problems* problems) {
  if (resource.form != Resource::Form::kIntegration || resource.pattern != kCallback) return;
  for (const std::string_view field :
       {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"}) {
    if (place.state.Find(field)) return;
  }
  problems->Warn("CALLBACK_WITHOUT_TIMEOUT",
                 "The Task waits for its task token for up to a year; give it TimeoutSeconds or "
                 "HeartbeatSeconds",
                 place.location, place.where);
}

void AdviseLambdaRetry(const Place& place, const Resource& resource, Problems* problems) {
  const bool lambda = resource.form == Resource::Form::kFunction || resource.service == "lambda";
  if (!lambda || place.retried_outside) return;
  constexpr std::array<std::string_view, 4> kTransient = {
      "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
      "Lambda.TooManyRequestsException"};
  const std::optional<Json> retry = place.state.Find("Retry");
  std::vector<std::string_view> missing;
  for (const std::string_view error : kTransient) {
    if (!retry || !Takes(*retry, retry->size(), error)) missing.push_back(error);
  }
  if (missing.empty()) return;
  problems->Warn(
      "LAMBDA_WITHOUT_RETRY",
      fmt::format("The Task does not try again after transient errors of Lambda; give it "
                  "a Retry for {}",
                  fmt::join(missing, ", ")),
      place.location, place.where);
}

// Names that begin like the language's own and are none of them.
bool IsUnknownReservedName(std::string_view name) {
  constexpr std::array<std::string_view, 17> kNames = {kStatesAll,
                                                       "States.BranchFailed",
                                                       kStatesDataLimitExceeded,
                                                       "States.ExceedToleratedFailureThreshold",
                                                       kStatesHeartbeatTimeout,
                                                       "States.Http.Socket",
                                                       kStatesIntrinsicFailure,
                                                       "States.ItemReaderFailed",
                                                       kStatesNoChoiceMatched,
                                                       "States.ParameterPathFailure",
                                                       "States.Permissions",
                                                       "States.QueryEvaluationError",
                                                       "States.ResultPathMatchFailure",
                                                       "States.ResultWriterFailed",
                                                       kStatesRuntime,
                                                       kStatesTaskFailed,
                                                       kStatesTimeout};
  if (name.starts_with("State.")) return true;
  if (!name.starts_with("States.") || name.starts_with("States.Http.StatusCode.")) return false;
  return std::find(kNames.begin(), kNames.end(), name) == kNames.end();
}

// Why the entry with this number will never take an error of that name; "" when it may.
std::string NeverBecause(const Json& list, size_t number, std::string_view name) {
  if (name == kStatesRuntime) return fmt::format("'{}' is never retried nor caught", name);
  if (IsUnknownReservedName(name)) {
    return fmt::format("there is no error of the name '{}'", name);
  }
  if (!Takes(list, number, name)) return "";
  return fmt::format("an entry before takes '{}'", name);
}

void AdviseErrorNames(const Place& place, std::string_view field, Problems* problems) {
  const std::optional<Json> list = place.state.Find(field);
  if (!list) return;
  size_t number = 0;
  for (const Json entry : list->items()) {
    const size_t i = number++;
    const std::optional<Json> names = entry.Find("ErrorEquals");
    if (!names || names->size() == 0) continue;
    std::string why;
    bool may_match = false;
    for (const Json name : names->items()) {
      const std::string reason = name.is_string() ? NeverBecause(*list, i, name.as_string()) : "";
      if (reason.empty()) may_match = true;
      if (why.empty()) why = reason;
    }
    if (may_match) continue;
    problems->Warn("NEVER_MATCHES", fmt::format("Nothing will ever come here: {}", why),
                   fmt::format("{}/{}[{}]", place.location, field, i), entry.span());
  }
}

// What a state is given by the definition itself counts towards the limit.
void AdvisePayload(const Place& place, Problems* problems) {
  for (const std::string_view field :
       {"Result", "Parameters", "Arguments", "Output", "ItemSelector", "ResultSelector"}) {
    const std::optional<Json> value = place.state.Find(field);
    if (!value || value->source().size() <= kPayloadBytesMax) continue;
    if (value->Compact().size() <= kPayloadBytesMax) continue;
    problems->Warn("PAYLOAD_TOO_LARGE",
                   fmt::format("The field '{}' makes more than the {} bytes that a state may be "
                               "given or answer",
                               field, kPayloadBytesMax),
                   fmt::format("{}/{}", place.location, field), value->span());
  }
}

bool IsDistributed(const Json& map) {
  for (const std::string_view field : {"ItemProcessor", "Iterator"}) {
    const std::optional<Json> processor = map.Find(field);
    const std::optional<Json> config =
        processor ? processor->Find("ProcessorConfig") : std::nullopt;
    if (config && StringField(*config, "Mode") == "DISTRIBUTED") return true;
  }
  return false;
}

// A Map is thought to have as many items.
constexpr int64_t kItemsAssumed = 100;

int64_t EventsOfScope(const std::optional<Json>& machine);

// Of one visit that goes well. Recursion is bounded by the parser's depth limit; the numbers stop
// growing where they are far beyond any limit.
int64_t EventsOfState(const Json& state) {
  constexpr int64_t kFar = 1'000'000'000;
  const std::string_view type = StringField(state, "Type").value_or("");
  if (type == "Task") return 5;
  int64_t events = 2;
  if (type == "Parallel") {
    if (const std::optional<Json> branches = state.Find("Branches")) {
      for (const Json branch : branches->items()) events += EventsOfScope(branch);
    }
  } else if (type == "Map" && !IsDistributed(state)) {
    const int64_t one =
        2 + EventsOfScope(state.Find("ItemProcessor")) + EventsOfScope(state.Find("Iterator"));
    events += 2 + std::min(one, kFar) * kItemsAssumed;
  }
  return std::min(events, kFar);
}

// Every state once: what Choices leave out is made up for by what is tried again.
int64_t EventsOfScope(const std::optional<Json>& machine) {
  const std::optional<Json> states = machine ? machine->Find("States") : std::nullopt;
  int64_t events = 0;
  if (!states) return events;
  for (const JsonMember state : states->members()) events += EventsOfState(state.value);
  return events;
}

void AdviseHistory(const Place& place, Problems* problems) {
  const int64_t events = EventsOfState(place.state);
  if (events <= kHistoryEventsMax) return;
  problems->Warn("HISTORY_TOO_LONG",
                 fmt::format("With {} items in each Map this would write about {} events, and a "
                             "history ends at {}; a Map in mode DISTRIBUTED gives each item a "
                             "history of its own",
                             kItemsAssumed, events, kHistoryEventsMax),
                 place.location, place.where);
}

// What is read and never assigned fails when it is read.
void AdviseUnknownVariables(const Place& place, const VariableScope& variables,
                            Problems* problems) {
  for (const VariableUse& use : VariablesReadBy(place.state, place.jsonata, place.location)) {
    if (use.function || variables.Sees(use.name)) continue;
    problems->Warn(
        "UNKNOWN_VARIABLE",
        fmt::format("No state that could have come before assigns the variable '{}'", use.name),
        use.location, use.where);
  }
}

// Names as AWS's guide "Passing data between states with variables" wants them. Letters beyond ASCII
// are taken for letters.
void AdviseVariableNames(const Place& place, Problems* problems) {
  const auto is_letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
  };
  const auto check = [&](const Json& assign, const std::string& location) {
    for (const JsonMember member : assign.members()) {
      const std::string_view name = VariableOf(member.key);
      const bool good = !name.empty() && is_letter(name[0]) &&
                        std::all_of(name.begin(), name.end(),
                                    [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
      if (good) continue;
      problems->Warn("UNREADABLE_VARIABLE",
                     fmt::format("Nothing can read a variable of the name '{}'; give it letters, "
                                 "digits and _, and no digit first",
                                 name),
                     location, member.key_span);
    }
  };
  ForEachAssign(place.state, place.location, check);
}

// What was written for the other query language is data here. Recursion is bounded by the parser's
// depth limit.
void AdviseOtherLanguage(const Json& value, bool jsonata, const std::string& location,
                         Problems* problems) {
  size_t i = 0;
  for (const Json item : value.items()) {
    AdviseOtherLanguage(item, jsonata, fmt::format("{}[{}]", location, i++), problems);
  }
  for (const JsonMember member : value.members()) {
    const std::string at = fmt::format("{}/{}", location, member.key);
    if (jsonata && member.key.ends_with(".$")) {
      problems->Warn("OTHER_LANGUAGE",
                     fmt::format("The key '{}' is one of JSONPath; in JSONata its value would be "
                                 "an expression in {{% %}}, and the key without .$",
                                 member.key),
                     at, member.key_span);
    }
    AdviseOtherLanguage(member.value, jsonata, at, problems);
  }
  if (jsonata || !JsonataIn(value)) return;
  problems->Warn("OTHER_LANGUAGE",
                 "The text looks like an expression of JSONata, but the state's QueryLanguage is "
                 "'JSONPath'",
                 location, value.span());
}

void AdviseOtherLanguage(const Place& place, Problems* problems) {
  for (const std::string_view field : {"Arguments", "Output", "Items", "ItemSelector", "Parameters",
                                       "Result", "ResultSelector", "Assign", "Error", "Cause"}) {
    if (const std::optional<Json> value = place.state.Find(field)) {
      AdviseOtherLanguage(*value, place.jsonata, fmt::format("{}/{}", place.location, field),
                          problems);
    }
  }
}

class Walk {
 public:
  Walk(bool jsonata, Problems* problems) : jsonata_(jsonata), problems_(problems) {}

  // `told`: of a Map around that its history may be too long. `outer`: the variables that the scope
  // sees of the one around it.
  void Scope(const Json& machine, const std::string& location, bool retried, bool told,
             const VariableScope* outer) {
    const std::optional<Json> states = machine.Find("States");
    if (!states) return;
    const VariableScope variables(*states, outer, "");
    for (const JsonMember member : states->members()) {
      const std::string language(StringField(member.value, "QueryLanguage").value_or(""));
      State({member.value, fmt::format("{}/States/{}", location, member.key), member.key_span,
             language.empty() ? jsonata_ : language == "JSONata", retried},
            told, variables);
    }
  }

 private:
  void State(const Place& place, bool told, const VariableScope& variables) {
    const Json& state = place.state;
    const std::string_view type = StringField(state, "Type").value_or("");
    if (type == "Task") {
      const Resource resource = ParseResource(StringField(state, "Resource").value_or(""));
      AdviseTimeout(place, resource, problems_);
      AdviseLambdaRetry(place, resource, problems_);
    }
    AdvisePayload(place, problems_);
    AdviseUnknownVariables(place, variables, problems_);
    AdviseVariableNames(place, problems_);
    AdviseOtherLanguage(place, problems_);
    AdviseErrorNames(place, "Retry", problems_);
    AdviseErrorNames(place, "Catch", problems_);
    const bool map = type == "Map" && !IsDistributed(state);
    if (map && !told) AdviseHistory(place, problems_);
    const bool retried = place.retried_outside || RetriesAnything(state);
    size_t i = 0;
    if (const std::optional<Json> branches = state.Find("Branches")) {
      for (const Json branch : branches->items()) {
        Scope(branch, fmt::format("{}/Branches[{}]", place.location, i++), retried, told,
              &variables);
      }
    }
    for (const std::string_view field : {"ItemProcessor", "Iterator"}) {
      const std::optional<Json> processor = state.Find(field);
      if (!processor) continue;
      Scope(*processor, fmt::format("{}/{}", place.location, field), retried, told || map,
            IsDistributed(state) ? nullptr : &variables);
    }
  }

  const bool jsonata_;  // the machine's language
  Problems* const problems_;
};

}  // namespace

std::vector<Problem> Advise(std::string_view definition) {
  if (definition.size() > kDefinitionBytesMax) return {};
  const JsonParse parsed = ParseJson(std::string(definition));
  if (!parsed.ok() || !parsed.duplicate_keys.empty()) return {};
  Problems problems;
  const bool jsonata = StringField(*parsed.value, "QueryLanguage") == "JSONata";
  Walk(jsonata, &problems).Scope(*parsed.value, "", false, false, nullptr);
  return problems.Take(definition);
}

}  // namespace asl
