// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// ResultPath: the result goes into the raw input by splicing its text: everything before the place,
// the result, everything after. AWS prints the merged document without white space, so an input
// that has some is made compact first; numbers and the order of keys stay as they are.
#include <fmt/format.h>

#include <algorithm>

#include "asl/dataflow.h"

namespace asl {
namespace {

// The bytes [begin, end) of the input give way to before + result + after.
struct Splice {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string before;
  std::string after;
};

bool AllNames(const std::vector<ReferenceStep>& steps, size_t from) {
  return std::all_of(
      steps.begin() + static_cast<std::ptrdiff_t>(from), steps.end(),
      [](const ReferenceStep& step) { return std::holds_alternative<std::string>(step); });
}

// The object lacks the member that step `at` names: it is appended, and objects are made for the
// steps after it.
Splice AppendMember(const Json& object, const std::vector<ReferenceStep>& steps, size_t at) {
  uint32_t brace = object.span().end - 1;
  Splice splice{.begin = brace, .end = brace};
  if (object.size() > 0) splice.before += ',';
  for (size_t i = at; i < steps.size(); ++i) {
    if (i > at) splice.before += '{';
    AppendJsonString(std::get<std::string>(steps[i]), &splice.before);
    splice.before += ':';
    if (i > at) splice.after += '}';
  }
  return splice;
}

// nullopt: a step on the way meets something that is no object, or no array long enough.
std::optional<Splice> FindSplice(const Json& input, const std::vector<ReferenceStep>& steps) {
  Json here = input;
  for (size_t i = 0; i < steps.size(); ++i) {
    std::optional<Json> next;
    if (const auto* name = std::get_if<std::string>(&steps[i])) {
      if (!here.is_object()) return std::nullopt;
      next = here.Find(*name);
      if (!next)
        return AllNames(steps, i) ? std::optional(AppendMember(here, steps, i)) : std::nullopt;
    } else {
      next = here.At(static_cast<size_t>(std::get<int64_t>(steps[i])));
      if (!next) return std::nullopt;
    }
    here = *next;
  }
  return Splice{.begin = here.span().begin, .end = here.span().end};
}

bool HasNegativeIndex(const std::vector<ReferenceStep>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const ReferenceStep& step) {
    const auto* index = std::get_if<int64_t>(&step);
    return index != nullptr && *index < 0;
  });
}

}  // namespace

absl::StatusOr<ResultPathField> CompileResultPath(const Json& value) {
  using Kind = ResultPathField::Kind;
  if (value.is_null()) return ResultPathField{.kind = Kind::kDiscard, .path = std::nullopt};
  if (!value.is_string()) return absl::InvalidArgumentError("Expected a reference path or null");
  absl::StatusOr<Path> path = Path::Compile(value.as_string());
  if (!path.ok()) return path.status();
  if (path->root() != PathRoot::kInput || !path->is_reference() ||
      HasNegativeIndex(path->reference_steps())) {
    return absl::InvalidArgumentError("Expected a reference path that starts with '$'");
  }
  if (path->is_root()) return ResultPathField{};
  return ResultPathField{.kind = Kind::kMerge, .path = *std::move(path)};
}

OrError<Lazy> ApplyResultPath(const ResultPathField& field, const Lazy& raw_input,
                              const Lazy& result) {
  if (field.kind == ResultPathField::Kind::kReplace) return result;
  if (field.kind == ResultPathField::Kind::kDiscard) return raw_input;
  OrError<const Json*> input = raw_input.Parsed();
  if (!input.ok()) return input.error();
  OrError<const Json*> value = result.Parsed();
  if (!value.ok()) return value.error();
  Json whole = **input;
  if (!whole.is_compact()) whole = *ParseJson(whole.Compact()).value;
  std::optional<Splice> splice = FindSplice(whole, field.path->reference_steps());
  if (!splice) {
    return Error{"States.ResultPathMatchFailure",
                 fmt::format("Unable to apply ReferencePath {} to input {}", field.path->text(),
                             raw_input.view())};
  }
  std::string_view text = *whole.text();
  std::string out;
  out.reserve(whole.span().size() + splice->before.size() + result.view().size() +
              splice->after.size());
  out += text.substr(whole.span().begin, splice->begin - whole.span().begin);
  out += splice->before;
  (*value)->AppendCompact(&out);
  out += splice->after;
  out += text.substr(splice->end, whole.span().end - splice->end);
  return Lazy::FromText(std::move(out));
}

}  // namespace asl
