// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Jayway's functions: the aggregates, length, keys, first, last, index-free as AWS's users know
// them. Whether Step Functions serves them is not documented; the ones that build new documents
// (concat, append) are left out.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "asl/json_document.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

absl::Status Nothing() {
  return absl::InvalidArgumentError(
      "Aggregation function attempted to calculate value using empty array");
}

Json Length(const Json& value) {
  if (!value.is_array() && !value.is_object()) return Json();
  return ParseBuiltJson(std::to_string(value.size()));
}

Json Keys(const Json& value) {
  if (!value.is_object()) return Json();
  JsonWriter keys;
  keys.BeginArray();
  for (const JsonMember& member : value.members()) keys.String(member.key);
  return ParseBuiltJson(keys.EndArray().Take());
}

absl::StatusOr<Json> Number(double value) {
  if (!std::isfinite(value)) return absl::InvalidArgumentError("The result is not a number");
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";  // Java prints a double so
  return ParseBuiltJson(std::move(text));
}

double Aggregate(std::string_view name, const std::vector<double>& numbers) {
  double sum = 0;
  double squares = 0;
  double least = numbers[0];
  double greatest = numbers[0];
  for (double n : numbers) {
    sum += n;
    squares += n * n;
    least = std::min(least, n);
    greatest = std::max(greatest, n);
  }
  auto count = static_cast<double>(numbers.size());
  if (name == "sum") return sum;
  if (name == "min") return least;
  if (name == "max") return greatest;
  if (name == "avg") return sum / count;
  return std::sqrt(squares / count - (sum / count) * (sum / count));
}

}  // namespace

absl::StatusOr<Json> CallFunction(const PathToken& token, const Json& value, PathVisit* visit) {
  const std::string& name = token.names[0];
  if (token.foreign_arguments) {
    return absl::InvalidArgumentError(
        fmt::format("Function {} with arguments is not served", name));
  }
  Json of = value;
  if (token.argument != nullptr) {
    absl::StatusOr<PathValue> argument =
        EvaluateTokens(*token.argument, *visit->root, MissingProperty::kPassedOver, visit);
    if (!argument.ok()) return argument.status();
    of = argument->value();
  }
  if (name == "length" || name == "size") return Length(of);
  if (name == "keys") return Keys(of);
  if (name == "first" || name == "last") {
    if (of.size() == 0 || !of.is_array()) return Nothing();
    return *of.At(name == "first" ? 0 : of.size() - 1);
  }
  if (name == "sum" || name == "min" || name == "max" || name == "avg" || name == "stddev") {
    std::vector<double> numbers;
    for (Json item : of.items()) {
      if (item.is_number()) numbers.push_back(item.as_double());
    }
    return numbers.empty() ? absl::StatusOr<Json>(Nothing()) : Number(Aggregate(name, numbers));
  }
  return absl::InvalidArgumentError(fmt::format("Function with name: {} does not exist.", name));
}

}  // namespace asl
