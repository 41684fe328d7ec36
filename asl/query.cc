// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The texts about wrong types are as recorded; those about numbers that are out of range are ours.
#include "asl/query.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace asl {
namespace {

using Members = std::vector<std::pair<std::string, Json>>;

// One evaluation, with what may be asked of it.
class Query {
 public:
  Query(Step& step, const JsonataField& field, const Told& told)
      : step_(step), field_(field), told_(told) {}

  std::optional<Lazy> Run() {
    jsonata::Environment environment{
        .variables = [this](std::string_view name) { return Variable(name); },
        .now_ms = step_.now().value,
        .draw = step_.draw()};
    if (!Prepare()) return std::nullopt;
    JsonataField::Answer answer = field_.Evaluate(environment);
    if (!step_.ContextWasComplete()) return std::nullopt;
    if (const auto* failure = std::get_if<JsonataFailure>(&answer)) {
      step_.FailEvaluation(failure->cause, failure->location, told_.when());
      return std::nullopt;
    }
    if (Text* text = std::get_if<Text>(&answer)) return Lazy::FromText(std::move(*text));
    return Placed(std::get<Json>(answer));
  }

 private:
  // What is read is parsed once, before the evaluation: what is not in memory ends the step.
  bool Prepare() {
    const StatesRead& reads = field_.reads();
    return Know("input", &step_.input(), reads.input) &&
           Know("result", told_.result, reads.result) &&
           Know("errorOutput", told_.error_output, reads.error_output);
  }

  bool Know(const char* member, const Lazy* value, bool read) {
    if (!read || value == nullptr) return true;
    const std::optional<Json> parsed = step_.Parse(*value);
    if (!parsed) return false;
    states_.emplace_back(member, *parsed);
    sources_.push_back(value);
    return true;
  }

  std::optional<jsonata::Variable> Variable(std::string_view name) {
    if (name == "states") {
      const StatesRead& reads = field_.reads();
      Members members = states_;
      if (reads.context) {
        members.emplace_back("context", step_.context().Value(reads.execution_input));
      }
      return jsonata::Variable(std::move(members));
    }
    const Lazy* value = step_.context().Variable(name);
    if (value == nullptr) return std::nullopt;
    const OrError<const Json*> parsed = value->Parsed();
    if (!parsed.ok()) return std::nullopt;  // it was parsed when it was assigned
    sources_.push_back(value);
    return jsonata::Variable(**parsed);
  }

  Lazy Placed(const Json& value) const {
    for (const Lazy* source : sources_) {
      if (value.is_compact() && IsStoredIn(*source, value)) return Slice(source->payload(), value);
    }
    if (!value.is_compact() || value.span().size() != value.text()->size()) {
      return Lazy::FromText(value.Compact());
    }
    Lazy whole = Lazy::FromText(value.text());
    return Lazy(whole.payload(), value);
  }

  Step& step_;
  const JsonataField& field_;
  const Told& told_;
  Members states_;
  std::vector<const Lazy*> sources_;
};

// The value in its parsed form; a failure unless `fits`.
template <class Fits>
std::optional<Json> EvaluateAs(Step& step, const JsonataField& field, std::string_view type,
                               Fits fits) {
  const std::optional<Lazy> value = Evaluate(step, field);
  if (!value) return std::nullopt;
  std::optional<Json> parsed = step.Parse(*value);
  if (!parsed || fits(*parsed)) return parsed;
  const JsonataFailure failure = field.WrongType(type, *parsed);
  step.FailEvaluation(failure.cause, failure.location, Step::When::kBeforeWork);
  return std::nullopt;
}

void FailRange(Step& step, const JsonataField& field, const Json& value, const std::string& range) {
  step.FailEvaluation(fmt::format("The value of the field '{}' must be {}, but was: {}",
                                  field.location(), range, value.Compact()),
                      field.location(), Step::When::kBeforeWork);
}

bool IsNumber(const Json& value) { return value.is_number(); }

}  // namespace

std::optional<Lazy> Evaluate(Step& step, const JsonataField& field, const Told& told) {
  return Query(step, field, told).Run();
}

std::optional<bool> EvaluateBoolean(Step& step, const JsonataField& field) {
  const std::optional<Json> value =
      EvaluateAs(step, field, "boolean", [](const Json& json) { return json.is_bool(); });
  if (!value) return std::nullopt;
  return value->as_bool();
}

std::optional<std::string> EvaluateText(Step& step, const JsonataField& field) {
  const std::optional<Json> value =
      EvaluateAs(step, field, "string", [](const Json& json) { return json.is_string(); });
  if (!value) return std::nullopt;
  return std::string(value->as_string());
}

std::optional<int64_t> EvaluateInteger(Step& step, const JsonataField& field, int64_t min,
                                       int64_t max) {
  const std::optional<Json> value = EvaluateAs(step, field, "number", IsNumber);
  if (!value) return std::nullopt;
  const std::optional<int64_t> integer = value->as_int64();
  if (integer && *integer >= min && *integer <= max) return integer;
  FailRange(step, field, *value, fmt::format("an integer between {} and {}", min, max));
  return std::nullopt;
}

std::optional<double> EvaluateNumber(Step& step, const JsonataField& field, double min,
                                     double max) {
  const std::optional<Json> value = EvaluateAs(step, field, "number", IsNumber);
  if (!value) return std::nullopt;
  const double number = value->as_double();
  if (number >= min && number <= max) return number;
  FailRange(step, field, *value, fmt::format("a number between {} and {}", min, max));
  return std::nullopt;
}

std::optional<Lazy> EvaluateItems(Step& step, const JsonataField& field) {
  const std::optional<Lazy> value = Evaluate(step, field);
  if (!value) return std::nullopt;
  const std::optional<Json> parsed = step.Parse(*value);
  if (!parsed) return std::nullopt;
  if (parsed->is_array()) return Lazy(value->payload(), *parsed);
  const JsonataFailure failure = field.WrongType("array", *parsed);
  step.FailEvaluation(failure.cause, failure.location, Step::When::kBeforeWork);
  return std::nullopt;
}

}  // namespace asl
