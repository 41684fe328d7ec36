// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What AWS has parsed it prints again without white space; what it did not look into stays as the
// user wrote it. So a path's answer is a slice of the text where that is compact already (the usual
// case), else new compact text.
#include "asl/dataflow.h"

#include <fmt/format.h>

#include <cassert>

namespace asl {
namespace {

// Only paths of plain names are looked at; the others are taken to reach everything.
bool MayReachExecutionInput(const Path& path) {
  if (!path.is_reference() || path.is_root()) return true;
  const std::vector<ReferenceStep>& steps = path.reference_steps();
  const auto differs = [&](size_t i, std::string_view name) {
    const auto* step = std::get_if<std::string>(&steps[i]);
    return step != nullptr && *step != name;
  };
  return !differs(0, "Execution") && (steps.size() == 1 || !differs(1, "Input"));
}

OrError<PathValue> MustFind(const Path& path, const Lazy& input, ContextObject& context) {
  OrError<absl::StatusOr<PathValue>> found = Find(path, input, context);
  if (!found.ok()) return found.error();
  if (!found->ok()) return RuntimeError(InvalidPathText(path, found->status()));
  return **std::move(found);
}

const Text& EmptyObject() {
  static const Text text = std::make_shared<const std::string>("{}");
  return text;
}

// Of a reference path that leads nowhere: the first step that finds nothing.
size_t FailingStep(const Json& input, const std::vector<ReferenceStep>& steps) {
  Json here = input;
  for (size_t i = 0; i < steps.size(); ++i) {
    std::optional<Json> next;
    if (const auto* name = std::get_if<std::string>(&steps[i])) {
      next = here.Find(*name);
    } else if (here.is_array()) {
      const int64_t index = std::get<int64_t>(steps[i]);
      next = here.At(index < 0 ? here.size() - static_cast<size_t>(-index)
                               : static_cast<size_t>(index));
    }
    if (!next) return i;
    here = *next;
  }
  return steps.size() - 1;
}

}  // namespace

Lazy Lazy::FromText(std::string text) {
  return FromText(std::make_shared<const std::string>(std::move(text)));
}

Lazy Lazy::FromText(Text text) {
  PayloadRef ref{.length = static_cast<uint32_t>(text->size())};
  return Lazy(Payload{ref, std::move(text)});
}

OrError<const Json*> Lazy::Parsed() const {
  assert(loaded());
  if (!parsed_) {
    JsonParse parsed = ParseJson(payload_);
    if (!parsed.ok()) {
      return RuntimeError(fmt::format("The data is not valid JSON: {} (line {}, column {})",
                                      parsed.error.message, parsed.error.line,
                                      parsed.error.column));
    }
    parsed_ = std::move(parsed.value);
  }
  return &*parsed_;
}

void Lazy::Introduce(EventId event, PayloadField field) {
  assert(fresh() && loaded());
  assert(payload_.ref.offset == 0 && payload_.ref.length == payload_.text->size());
  payload_.ref.event = event;
  payload_.ref.field = field;
}

bool IsStoredIn(const Lazy& whole, const Json& part) {
  return !whole.fresh() && part.text() == whole.payload().text;
}

Lazy Slice(const Payload& whole, const Json& part) {
  Payload payload = whole;
  payload.ref.offset = part.span().begin;
  payload.ref.length = part.span().size();
  return Lazy(std::move(payload), part);
}

OrError<absl::StatusOr<PathValue>> Find(const Path& path, const Lazy& input,
                                        ContextObject& context) {
  if (path.root() == PathRoot::kContext) return Evaluate(path, context.ValueFor(path));
  const Lazy* root = &input;
  if (path.root() == PathRoot::kVariable) {
    root = context.Variable(path.variable());
    if (root == nullptr) {
      return absl::StatusOr<PathValue>(
          absl::NotFoundError(fmt::format("There is no variable '{}'", path.variable())));
    }
  }
  OrError<const Json*> parsed = root->Parsed();
  if (!parsed.ok()) return parsed.error();
  return Evaluate(path, **parsed);
}

const Json& ContextObject::ValueFor(const Path& path) {
  return Value(MayReachExecutionInput(path));
}

const Json& ContextObject::Value(bool with_execution_input) {
  std::optional<Json>& value = with_execution_input ? whole_ : without_input_;
  if (!value) {
    JsonParse parsed = ParseJson(make_(with_execution_input));
    assert(parsed.ok());
    value = std::move(parsed.value);
  }
  return *value;
}

absl::StatusOr<PathField> CompilePathField(const Json& value) {
  if (value.is_null())
    return PathField{.kind = PathField::Kind::kEmptyObject, .path = std::nullopt};
  if (!value.is_string()) return absl::InvalidArgumentError("Expected a path or null");
  absl::StatusOr<Path> path = Path::Compile(value.as_string());
  if (!path.ok()) return path.status();
  if (path->root() == PathRoot::kInput && path->is_root()) return PathField{};
  return PathField{.kind = PathField::Kind::kPath, .path = *std::move(path)};
}

OrError<Lazy> ApplyPathField(const PathField& field, const Lazy& value, ContextObject& context) {
  if (field.kind == PathField::Kind::kWhole) return value;
  if (field.kind == PathField::Kind::kEmptyObject) return Lazy::FromText(EmptyObject());
  OrError<PathValue> found = MustFind(*field.path, value, context);
  if (!found.ok()) return found.error();
  const Json* one = found->one();
  const bool variable = field.path->root() == PathRoot::kVariable;
  const Lazy& from = variable ? *context.Variable(field.path->variable()) : value;
  if (one != nullptr && one->is_compact() && IsStoredIn(from, *one)) {
    return Slice(from.payload(), *one);
  }
  std::string text;
  found->AppendCompact(&text);
  return Lazy::FromText(std::move(text));
}

OrError<Lazy> ApplyItemsPath(const PathField& field, const Lazy& value, ContextObject& context) {
  OrError<Lazy> items = ApplyPathField(field, value, context);
  if (items.ok() || field.path->root() != PathRoot::kInput || !field.path->is_reference()) {
    return items;
  }
  OrError<const Json*> input = value.Parsed();
  if (!input.ok()) return input.error();
  return ReferencePathConflict(*field.path, FailingStep(**input, field.path->reference_steps()),
                               value);
}

// Both texts are known from public reports: one where the input was a text, the others where it was
// an object or an array.
Error ReferencePathConflict(const Path& path, size_t step, const Lazy& input) {
  const ReferenceStep& failing = path.reference_steps()[step];
  const auto* name = std::get_if<std::string>(&failing);
  const size_t begin = input.view().find_first_not_of(" \t\r\n");
  const bool structured =
      begin != std::string_view::npos && (input.view()[begin] == '{' || input.view()[begin] == '[');
  return {
      std::string(kStatesReferencePathConflict),
      structured
          ? fmt::format("Unable to apply step \"{}\" to input {}",
                        name ? *name : std::to_string(std::get<int64_t>(failing)), input.view())
          : fmt::format("Unable to apply ReferencePath {} to input {}", path.text(), input.view())};
}

OrError<Json> ReadPath(const Path& path, const Lazy& input, ContextObject& context) {
  OrError<PathValue> found = MustFind(path, input, context);
  if (!found.ok()) return found.error();
  return found->value();
}

OrError<Lazy> ApplyTemplate(const Template& tmpl, const Lazy& input, ContextObject& context) {
  OrError<Text> text = tmpl.Evaluate(input, context);
  if (!text.ok()) return text.error();
  return Lazy::FromText(*std::move(text));
}

}  // namespace asl
