// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/parse_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/arn.h"
#include "asl/rules.h"

namespace asl {
namespace {

constexpr std::string_view kVariables = "Variables are not supported yet";

bool IsIntrinsic(std::string_view text) { return text.starts_with("States."); }

void AddNotServed(const Place& place, std::string_view field, std::string_view message,
                  const Json& value) {
  place.problems->Add(kNotSupportedYet, std::string(message), place.At(field), value.span());
}

// Jayway's reasons are for the reader of a log; AWS tells that the value is no path.
void AddInvalidPath(const Place& place, std::string_view field, std::string_view kind,
                    const absl::Status& status, const Json& value) {
  place.problems->Add(kSchema,
                      fmt::format("Value is not a {}: {}", kind, std::string(status.message())),
                      place.At(field), value.span());
}

// `a` and `a.$` in one object would make the same key twice.
void CheckConflicts(const Place& place, std::string_view field, const Json& value) {
  for (const Json item : value.items()) CheckConflicts(place, field, item);
  for (const JsonMember member : value.members()) {
    CheckConflicts(place, field, member.value);
    if (!member.key.ends_with(".$")) continue;
    const std::string_view plain = member.key.substr(0, member.key.size() - 2);
    if (!value.Find(plain)) continue;
    place.problems->Add(
        kSchema, fmt::format("The fields '{}' and '{}' make the same key", plain, member.key),
        place.At(field), member.key_span);
  }
}

void CheckWildcard(const std::vector<std::string>& names, bool last, const Json& value,
                   const std::string& location, Problems* problems) {
  if (std::find(names.begin(), names.end(), kStatesAll) == names.end()) return;
  if (names.size() > 1) {
    problems->Add(kSchema, "'States.ALL' must be alone in 'ErrorEquals'", location, value.span());
  } else if (!last) {
    problems->Add(kSchema, "'States.ALL' is allowed in the last element only", location,
                  value.span());
  }
}

std::vector<std::string> ParseErrorNames(const Json& owner) {
  std::vector<std::string> names;
  const std::optional<Json> list = owner.Find("ErrorEquals");
  if (!list) return names;
  for (const Json name : list->items()) {
    if (name.is_string()) names.emplace_back(name.as_string());
  }
  return names;
}

Retrier ParseRetrier(const Json& object) {
  Retrier retrier;
  retrier.error_equals = ParseErrorNames(object);
  retrier.interval_s = IntField(object, "IntervalSeconds").value_or(retrier.interval_s);
  retrier.attempts_max = IntField(object, "MaxAttempts").value_or(retrier.attempts_max);
  retrier.delay_s_max = IntField(object, "MaxDelaySeconds");
  const std::optional<Json> rate = object.Find("BackoffRate");
  if (rate && rate->is_number()) retrier.backoff_rate = rate->as_double();
  if (StringField(object, "JitterStrategy") == "FULL") retrier.jitter = Jitter::kFull;
  return retrier;
}

// Calls `parse(element, location)` for each object of the list `field`, after checking its fields.
template <class Parse>
void ForEachObject(const Place& place, std::string_view field, Scope scope, const Parse& parse) {
  const std::optional<Json> list = place.object.Find(field);
  if (!list) return;
  size_t i = 0;
  for (const Json element : list->items()) {
    const std::string location = fmt::format("{}[{}]", place.At(field), i++);
    if (!element.is_object()) {
      place.problems->Add(kSchema, "Expected value of type [OBJECT]", location, element.span());
      continue;
    }
    CheckFields(scope, element, location, place.problems);
    CheckWildcard(ParseErrorNames(element), i == list->size(), element, location + "/ErrorEquals",
                  place.problems);
    parse(element, location);
  }
}

}  // namespace

std::string Place::At(std::string_view field) const {
  return fmt::format("{}/{}", location, field);
}

PathField ParsePathField(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  if (!value || !(value->is_string() || value->is_null())) return {};
  absl::StatusOr<PathField> compiled = CompilePathField(*value);
  if (!compiled.ok()) {
    AddInvalidPath(place, field, "valid JSONPath", compiled.status(), *value);
    return {};
  }
  if (compiled->path && compiled->path->root() == PathRoot::kVariable) {
    AddNotServed(place, field, kVariables, *value);
  }
  return *std::move(compiled);
}

ResultPathField ParseResultPath(const Place& place) {
  const std::optional<Json> value = place.object.Find("ResultPath");
  if (!value || !(value->is_string() || value->is_null())) return {};
  absl::StatusOr<ResultPathField> compiled = CompileResultPath(*value);
  if (compiled.ok()) return *std::move(compiled);
  AddInvalidPath(place, "ResultPath", "Reference Path", compiled.status(), *value);
  return {};
}

std::optional<Template> ParseTemplate(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  if (!value) return std::nullopt;
  CheckConflicts(place, field, *value);
  Template::Compiled compiled = Template::Compile(*value);
  for (const TemplateProblem& problem : compiled.problems) {
    const bool later = problem.kind == TemplateProblem::Kind::kNotServedYet;
    place.problems->Add(later ? kNotSupportedYet : kSchema, problem.message, place.At(field),
                        problem.span);
  }
  return std::move(compiled.value);
}

std::optional<Path> ParseReferencePath(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  if (!value || !value->is_string()) return std::nullopt;
  if (IsIntrinsic(value->as_string())) {
    AddNotServed(place, field, "Intrinsic functions are not supported yet", *value);
    return std::nullopt;
  }
  absl::StatusOr<Path> path = Path::Compile(value->as_string());
  if (!path.ok() || !path->definite()) {
    AddInvalidPath(
        place, field, "Reference Path",
        path.ok() ? absl::InvalidArgumentError("it may name more than one value") : path.status(),
        *value);
    return std::nullopt;
  }
  if (path->root() == PathRoot::kVariable) AddNotServed(place, field, kVariables, *value);
  return *std::move(path);
}

SecondsField ParseSeconds(const Place& place, std::string_view field) {
  return {IntField(place.object, field), ParseReferencePath(place, fmt::format("{}Path", field))};
}

StateIndex ParseTarget(const Json& owner, std::string_view field, const StateNames& names) {
  const auto found = names.find(StringField(owner, field).value_or(""));
  return found == names.end() ? StateIndex{} : found->second;
}

Next ParseNext(const Place& place) {
  if (!place.object.Find("Next")) return std::nullopt;
  return ParseTarget(place.object, "Next", place.names);
}

TaskTarget ParseTarget(const Place& place) {
  const std::optional<Json> value = place.object.Find("Resource");
  if (!value || !value->is_string()) return {};
  Resource resource = ParseResource(value->as_string());
  if (resource.target) return *std::move(resource.target);
  if (resource.not_served.empty()) {
    place.problems->Add(kSchema, "Value is not a valid resource ARN", place.At("Resource"),
                        value->span());
  } else {
    AddNotServed(place, "Resource", fmt::format("Not supported yet: {}", resource.not_served),
                 *value);
  }
  return {};
}

std::vector<Retrier> ParseRetry(const Place& place) {
  std::vector<Retrier> retriers;
  ForEachObject(place, "Retry", kRetrier, [&](const Json& object, const std::string& location) {
    const Retrier& retrier = retriers.emplace_back(ParseRetrier(object));
    if (retrier.delay_s_max && *retrier.delay_s_max <= retrier.interval_s) {
      place.problems->Add(kSchema, "'MaxDelaySeconds' must be greater than 'IntervalSeconds'",
                          location + "/MaxDelaySeconds", object.span());
    }
  });
  return retriers;
}

std::vector<Catcher> ParseCatch(const Place& place) {
  std::vector<Catcher> catchers;
  ForEachObject(place, "Catch", kCatcher, [&](const Json& object, const std::string& location) {
    const Place here{object, location, place.names, place.problems};
    catchers.push_back(
        {ParseErrorNames(object), ParseTarget(object, "Next", place.names), ParseResultPath(here)});
  });
  return catchers;
}

}  // namespace asl
