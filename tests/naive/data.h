// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The steps of the naive interpreter's data flow over parsed values. Paths, templates and expressions
// are asked of asl/ through thin adaptors: a second JSONPath would only repeat the first one's tests.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

namespace asl::naive {

using Value = nlohmann::ordered_json;

struct Failed {
  std::optional<std::string> error;
  std::optional<std::string> cause;
  bool heartbeat = false;  // a missed heartbeat, which answers to two names
};

using Maybe = std::variant<Value, Failed>;
inline bool Ok(const Maybe& maybe) { return maybe.index() == 0; }

// What `$`, `$$` and the variables are; and what $states has besides.
struct Scene {
  Value input;
  Value context;
  Value variables = Value::object();
  std::optional<Value> result = std::nullopt;
  std::optional<Value> error_output = std::nullopt;
};

// The value that the path names, or the library's reason why there is none.
std::variant<Value, std::string> Look(const std::string& path, const Scene& scene);
Maybe Fill(const Value& tmpl, const Scene& scene);
// A field of a JSONata state. The failure is States.QueryEvaluationError.
Maybe Query(const Value& field, const std::string& location, const Scene& scene);
// That a JSONata field wants a value of another type than this one.
Failed WrongType(const Value& field, const std::string& location, const char* wanted,
                 const Value& value);
// InputPath or OutputPath of `state`; scene.input when it has none.
Maybe ApplyPath(const Value& state, const char* field, const Scene& scene);
Maybe ApplyItemsPath(const Value& state, const Scene& scene);
// A template field of `state`; scene.input when it has none.
Maybe ApplyTemplate(const Value& state, const char* field, const Scene& scene);
// ResultPath of `owner` (a state or a Catcher).
Maybe ApplyResultPath(const Value& owner, const Value& raw_input, const Value& result);
// The condition of a Choice rule.
std::variant<bool, Failed> Holds(const Value& rule, const Scene& scene);

}  // namespace asl::naive
