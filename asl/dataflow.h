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

// The Context Object of a state visit, made when the first `$$` path asks for it.
class ContextObject {
 public:
  // `make` answers the object's JSON text.
  explicit ContextObject(std::function<std::string()> make) : make_(std::move(make)) {}
  const Json& value();

 private:
  std::function<std::string()> make_;
  std::optional<Json> value_;
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
  std::optional<Path> path;  // kMerge
};

// `value` is the field's JSON: null or a reference path starting `$`. InvalidArgument otherwise.
absl::StatusOr<ResultPathField> CompileResultPath(const Json& value);

// Puts the result at the path of the raw input: replaces in place, or appends the key at its
// object's end; objects that are missing on the way are made. kReplace answers `result` itself,
// kDiscard the raw input itself.
OrError<Lazy> ApplyResultPath(const ResultPathField& field, const Lazy& raw_input,
                              const Lazy& result);

}  // namespace asl
