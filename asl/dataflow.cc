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

OrError<Json> RootOf(const Path& path, const Lazy& input, ContextObject& context) {
  switch (path.root()) {
    case PathRoot::kContext:
      return context.value();
    case PathRoot::kVariable:
      return RuntimeError(fmt::format("Invalid path '{}' : there is no variable '{}'", path.text(),
                                      path.variable()));
    case PathRoot::kInput:
      break;
  }
  OrError<const Json*> parsed = input.Parsed();
  if (!parsed.ok()) return parsed.error();
  return **parsed;
}

OrError<PathValue> Find(const Path& path, const Lazy& input, ContextObject& context) {
  OrError<Json> root = RootOf(path, input, context);
  if (!root.ok()) return root.error();
  absl::StatusOr<PathValue> found = Evaluate(path, *root);
  if (!found.ok()) return RuntimeError(InvalidPathText(path, found.status()));
  return *std::move(found);
}

const Text& EmptyObject() {
  static const Text text = std::make_shared<const std::string>("{}");
  return text;
}

// The part of a stored text, without a copy. A fresh text is not stored anywhere, so its parts
// cannot be slices.
Lazy Slice(const Payload& whole, const Json& part) {
  Payload payload = whole;
  payload.ref.offset = part.span().begin;
  payload.ref.length = part.span().size();
  return Lazy(std::move(payload), part);
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

const Json& ContextObject::value() {
  if (!value_) {
    JsonParse parsed = ParseJson(make_());
    assert(parsed.ok());
    value_ = std::move(parsed.value);
  }
  return *value_;
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
  OrError<PathValue> found = Find(*field.path, value, context);
  if (!found.ok()) return found.error();
  const Json* one = found->one();
  bool stored = !value.fresh() && one != nullptr && one->text() == value.payload().text;
  if (stored && one->is_compact()) return Slice(value.payload(), *one);
  std::string text;
  found->AppendCompact(&text);
  return Lazy::FromText(std::move(text));
}

OrError<Json> ReadPath(const Path& path, const Lazy& input, ContextObject& context) {
  OrError<PathValue> found = Find(path, input, context);
  if (!found.ok()) return found.error();
  return found->value();
}

OrError<Lazy> ApplyTemplate(const Template& tmpl, const Lazy& input, ContextObject& context) {
  OrError<Text> text = tmpl.Evaluate(input, context);
  if (!text.ok()) return text.error();
  return Lazy::FromText(*std::move(text));
}

}  // namespace asl
