// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/parse_fields.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>
#include <vector>

#include "asl/arn.h"
#include "asl/jsonata_text.h"
#include "asl/rules.h"

namespace asl {
namespace {

// What a validated value compiles to.
template <class T>
T Sound(absl::StatusOr<T> compiled) {
  assert(compiled.ok());
  return *std::move(compiled);
}

std::vector<std::string> ParseErrorNames(const Json& owner) {
  std::vector<std::string> names;
  for (const Json name : owner.Find("ErrorEquals")->items()) names.emplace_back(name.as_string());
  return names;
}

Retrier ParseRetrier(const Json& object) {
  Retrier retrier;
  retrier.error_equals = ParseErrorNames(object);
  retrier.interval_s = IntField(object, "IntervalSeconds").value_or(retrier.interval_s);
  retrier.attempts_max = IntField(object, "MaxAttempts").value_or(retrier.attempts_max);
  retrier.delay_s_max = IntField(object, "MaxDelaySeconds");
  const std::optional<Json> rate = object.Find("BackoffRate");
  if (rate) retrier.backoff_rate = rate->as_double();
  if (StringField(object, "JitterStrategy") == "FULL") retrier.jitter = Jitter::kFull;
  return retrier;
}

Catcher ParseCatcher(const Place& place) {
  return {ParseErrorNames(place.object), ParseTarget(place.object, "Next", place.names),
          ParseResultPath(place), ParseExit(place)};
}

}  // namespace

PathField ParsePathField(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  return value ? Sound(CompilePathField(*value)) : PathField();
}

ResultPathField ParseResultPath(const Place& place) {
  const std::optional<Json> value = place.object.Find("ResultPath");
  return value ? Sound(CompileResultPath(*value)) : ResultPathField();
}

std::optional<Template> ParseTemplate(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  if (!value) return std::nullopt;
  Template::Compiled compiled = Template::Compile(*value);
  assert(compiled.value);
  return std::move(compiled.value);
}

std::optional<Path> ParseReferencePath(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  if (!value) return std::nullopt;
  return Sound(Path::Compile(value->as_string()));
}

std::optional<Expression> ParseExpression(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  if (!value) return std::nullopt;
  return Sound(Expression::Compile(value->as_string()));
}

NumberField ParseNumber(const Place& place, std::string_view field) {
  return {IntField(place.object, field), ParseReferencePath(place, fmt::format("{}Path", field)),
          ParseQuery(place, field)};
}

JsonataField ParseJsonata(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  if (!value || !place.jsonata) return {};
  return JsonataField::Compile(*value, fmt::format("{}{}", place.at, field));
}

JsonataField ParseQuery(const Place& place, std::string_view field) {
  const std::optional<Json> value = place.object.Find(field);
  return value && JsonataIn(*value) ? ParseJsonata(place, field) : JsonataField();
}

Exit ParseExit(const Place& place) {
  Exit exit;
  if (!place.jsonata) {
    exit.assign = ParseTemplate(place, "Assign");
    return exit;
  }
  exit.assign_query = ParseJsonata(place, "Assign");
  exit.output = ParseJsonata(place, "Output");
  return exit;
}

StateIndex ParseTarget(const Json& owner, std::string_view field, const StateNames& names) {
  return names.at(StringField(owner, field).value_or(""));
}

Next ParseNext(const Place& place) {
  if (!place.object.Find("Next")) return std::nullopt;
  return ParseTarget(place.object, "Next", place.names);
}

TaskTarget ParseTaskTarget(const Place& place) {
  Resource resource = ParseResource(StringField(place.object, "Resource").value_or(""));
  assert(resource.target);
  return *std::move(resource.target);
}

Handlers ParseHandlers(const Place& place) {
  Handlers handlers;
  if (const std::optional<Json> retry = place.object.Find("Retry")) {
    for (const Json object : retry->items()) handlers.retriers.push_back(ParseRetrier(object));
  }
  if (const std::optional<Json> catchers = place.object.Find("Catch")) {
    for (const Json object : catchers->items()) {
      handlers.catchers.push_back(
          ParseCatcher({object, place.names, place.scopes, place.jsonata,
                        fmt::format("Catch[{}]/", handlers.catchers.size())}));
    }
  }
  return handlers;
}

}  // namespace asl
