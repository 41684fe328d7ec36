// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The steps through which a state's data flows (AWS guide "Processing input and output"):
// InputPath, Parameters, ResultSelector, ResultPath, OutputPath. The order of the steps is the
// business of each state; what a step does is decided here. Text that passes unchanged stays the
// same text: the same reference, or a slice of it. Nothing is parsed before a step has to look into
// it, and then once: thread the same Lazy through a transition.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/draw.h"
#include "asl/json.h"
#include "asl/or_error.h"
#include "asl/path/path.h"
#include "asl/payload.h"
#include "asl/template.h"

namespace asl {

// A payload whose parsed form is made on first use and kept. Cheap to copy; copies made after the
// first use, and slices, share the parse. One thread at a time. Fresh text (made by a step, not
// introduced by an event yet) has ref.event == EventId::kNone.
class Lazy {
 public:
  explicit Lazy(Payload payload) : payload_(std::move(payload)) {}
  Lazy(Payload payload, Json parsed) : payload_(std::move(payload)), parsed_(std::move(parsed)) {}
  static Lazy FromText(std::string text);
  static Lazy FromText(Text text);

  const Payload& payload() const { return payload_; }
  bool loaded() const { return payload_.loaded(); }
  bool fresh() const { return payload_.ref.event == EventId::kNone; }
  std::string_view view() const { return payload_.view(); }  // REQUIRES: loaded()

  // The parsed value; States.Runtime when the text is not JSON (it was checked when it came in, so
  // only nesting that grew past the limit can fail). The pointer lives as long as this Lazy.
  // REQUIRES: loaded().
  OrError<const Json*> Parsed() const;

  // The event that introduced a fresh text is known: from now on it is stored there. REQUIRES:
  // fresh().
  void Introduce(EventId event, PayloadField field);

 private:
  Payload payload_;
  mutable std::optional<Json> parsed_;
};

// Whether the value is part of a text that an event has: a fresh text is not stored anywhere, so its
// parts cannot be slices.
bool IsStoredIn(const Lazy& whole, const Json& part);
// That part, without a copy. REQUIRES: IsStoredIn().
Lazy Slice(const Payload& whole, const Json& part);

// What a state visit sees beside its input: the Context Object, made when the first `$$` path asks
// for it, the variables, and what States.UUID and States.MathRandom draw from. The execution's input
// in the object may be large and is seldom meant: paths that cannot reach it get an object without.
class ContextObject {
 public:
  // `make` answers the object's JSON text, with the execution's input or null for it; `draw`
  // outlives this, and may be null where no such function is evaluated. `variable` answers the value
  // of a variable, loaded, or null when there is none.
  using Make = std::function<std::string(bool with_execution_input)>;
  using FindVariable = std::function<const Lazy*(std::string_view name)>;
  explicit ContextObject(Make make, const Draw* draw = nullptr, FindVariable variable = {})
      : make_(std::move(make)), draw_(draw), variable_(std::move(variable)) {}
  // As far as `path` looks into it.
  const Json& ValueFor(const Path& path);
  const Json& Value(bool with_execution_input);
  const Lazy* Variable(std::string_view name) { return variable_ ? variable_(name) : nullptr; }
  const Draw* draw() const { return draw_; }

 private:
  Make make_;
  const Draw* draw_;
  FindVariable variable_;
  std::optional<Json> whole_, without_input_;
};

// InputPath or OutputPath. Absent in the definition: the whole value.
struct PathField {
  enum class Kind { kWhole, kEmptyObject, kPath };  // absent or `$`; null; a path
  Kind kind = Kind::kWhole;
  std::optional<Path> path;  // kPath
  bool needs_input() const { return kind == Kind::kPath && path->root() == PathRoot::kInput; }
};

// `value` is the field's JSON: null or a path text. InvalidArgument otherwise, with Jayway's
// reason.
absl::StatusOr<PathField> CompilePathField(const Json& value);

// `null` answers {}; a definite `$` path a slice of the same text; other paths fresh compact text.
OrError<Lazy> ApplyPathField(const PathField& field, const Lazy& value, ContextObject& context);

// The same for ItemsPath, which is applied step by step: where a step finds nothing AWS says
// ReferencePathConflict (public reports).
OrError<Lazy> ApplyItemsPath(const PathField& field, const Lazy& value, ContextObject& context);

// `step`, counted from 0, of a reference path could not be applied to the input.
// REQUIRES: path.is_reference(); the input is loaded.
Error ReferencePathConflict(const Path& path, size_t step, const Lazy& input);

// What the path finds in the input, the Context Object or a variable, or how not: NotFound also for a
// variable that there is not. The error is that of a text that cannot be parsed. REQUIRES:
// input.loaded() if the path's root is the input.
OrError<absl::StatusOr<PathValue>> Find(const Path& path, const Lazy& input,
                                        ContextObject& context);

// A path whose value is needed now (SecondsPath, TimeoutSecondsPath, Variable …). The error is
// AWS's "Invalid path …".
OrError<Json> ReadPath(const Path& path, const Lazy& input, ContextObject& context);

// Parameters or ResultSelector over `input`: fresh compact text (the same shared text for a
// constant template).
OrError<Lazy> ApplyTemplate(const Template& tmpl, const Lazy& input, ContextObject& context);

// ResultPath. Absent in the definition: kReplace.
struct ResultPathField {
  enum class Kind { kReplace, kDiscard, kMerge };  // absent or `$`; null; a reference path
  Kind kind = Kind::kReplace;
  std::optional<Path> path;        // kMerge
  std::vector<std::string> names;  // of its steps, when all are names
};

// `value` is the field's JSON: null or a reference path starting `$`. InvalidArgument otherwise.
absl::StatusOr<ResultPathField> CompileResultPath(const Json& value);

// Puts the result at the path of the raw input: replaces in place, or appends the key at its
// object's end; objects that are missing on the way are made. kReplace answers `result` itself,
// kDiscard the raw input itself.
OrError<Lazy> ApplyResultPath(const ResultPathField& field, const Lazy& raw_input,
                              const Lazy& result);

}  // namespace asl
