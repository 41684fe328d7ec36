// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/naive/data.h"

#include <fmt/format.h>

#include <cassert>
#include <map>
#include <vector>

#include "asl/dataflow.h"
#include "asl/jsonata_field.h"

namespace asl::naive {
namespace {

Failed Runtime(std::string cause) { return {"States.Runtime", std::move(cause)}; }

// "$.a.b" → a, b. What generator.h writes for a ResultPath has no brackets.
std::vector<std::string> Steps(const std::string& path) {
  std::vector<std::string> steps;
  for (size_t at = 1; at < path.size();) {
    assert(path[at] == '.');
    const size_t end = std::min(path.find('.', at + 1), path.size());
    steps.push_back(path.substr(at + 1, end - at - 1));
    at = end;
  }
  return steps;
}

// The step that meets no object; nullptr: all is well.
const std::string* Put(Value& into, const std::vector<std::string>& steps, size_t at,
                       const Value& result) {
  if (at == steps.size()) {
    into = result;
    return nullptr;
  }
  if (!into.is_object()) return &steps[at];
  if (!into.contains(steps[at])) into[steps[at]] = Value::object();
  return Put(into[steps[at]], steps, at + 1, result);
}

Failed Conflict(const std::string& path, const std::string& step, const Value& input) {
  return {"States.ReferencePathConflict",
          input.is_structured()
              ? fmt::format("Unable to apply step \"{}\" to input {}", step, input.dump())
              : fmt::format("Unable to apply ReferencePath {} to input {}", path, input.dump())};
}

std::variant<bool, Failed> Combined(const Value& rules, bool until, const Scene& scene) {
  for (const Value& rule : rules) {
    std::variant<bool, Failed> holds = Holds(rule, scene);
    if (holds.index() == 1 || std::get<bool>(holds) == until) return holds;
  }
  return !until;
}

// -1, 0, 1; nullopt: of different types.
std::optional<int> Order(const Value& a, const Value& b) {
  if (a.is_string() && b.is_string()) {
    return a.get<std::string>().compare(b.get<std::string>());
  }
  if (a.is_number() && b.is_number()) {
    const double x = a.get<double>();
    const double y = b.get<double>();
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.is_boolean() && b.is_boolean()) return a.get<bool>() - b.get<bool>();
  return std::nullopt;
}

bool IsOfType(const Value& value, const std::string& op) {
  if (op.starts_with("String")) return value.is_string();
  if (op.starts_with("Numeric")) return value.is_number();
  return value.is_boolean();
}

bool Compares(const std::string& op, int order) {
  if (op.ends_with("LessThanEquals")) return order <= 0;
  if (op.ends_with("GreaterThanEquals")) return order >= 0;
  if (op.ends_with("LessThan")) return order < 0;
  if (op.ends_with("GreaterThan")) return order > 0;
  assert(op.ends_with("Equals"));
  return order == 0;
}

Failed MissingVariable(const std::string& path) {
  return Runtime(fmt::format(
      "Invalid path '{}': The choice state's condition path references an invalid value.", path));
}

bool Is(const std::string& op, const Value& value) {
  if (op == "IsNull") return value.is_null();
  if (op == "IsNumeric") return value.is_number();
  if (op == "IsString") return value.is_string();
  if (op == "IsBoolean") return value.is_boolean();
  assert(op == "IsPresent");
  return true;
}

std::variant<bool, Failed> Tested(const Value& rule, const Scene& scene) {
  std::string op;
  for (const auto& [key, value] : rule.items()) {
    if (key != "Variable" && key != "Next") op = key;
  }
  const Value& operand = rule[op];
  const std::string variable = rule["Variable"];
  const std::variant<Value, std::string> found = Look(variable, scene);
  if (found.index() == 1) {
    if (op == "IsPresent") return !operand.get<bool>();
    return MissingVariable(variable);
  }
  const Value& left = std::get<Value>(found);
  if (op.starts_with("Is")) return Is(op, left) == operand.get<bool>();
  Value right = operand;
  if (op.ends_with("Path")) {
    op.resize(op.size() - 4);
    const std::variant<Value, std::string> other = Look(operand.get<std::string>(), scene);
    if (other.index() == 1) return MissingVariable(operand);
    right = std::get<Value>(other);
  }
  const std::optional<int> order = Order(left, right);
  return order && IsOfType(left, op) && Compares(op, *order);
}

}  // namespace

std::variant<Value, std::string> Look(const std::string& path, const Scene& scene) {
  const absl::StatusOr<Path> compiled = Path::Compile(path);
  assert(compiled.ok());
  const bool context = compiled->root() == PathRoot::kContext;
  const Value* from = context ? &scene.context : &scene.input;
  if (compiled->root() == PathRoot::kVariable) {
    if (!scene.variables.contains(compiled->variable())) {
      return fmt::format("There is no variable '{}'", compiled->variable());
    }
    from = &scene.variables[compiled->variable()];
  }
  const Json root = *ParseJson(from->dump()).value;
  const absl::StatusOr<PathValue> found = Evaluate(*compiled, root);
  if (!found.ok()) return std::string(found.status().message());
  return Value::parse(found->value().Compact());
}

Maybe Fill(const Value& tmpl, const Scene& scene) {
  const Template::Compiled compiled = Template::Compile(*ParseJson(tmpl.dump()).value);
  assert(compiled.value);
  const Draw draw = [] { return 0.5; };
  std::map<std::string, Lazy, std::less<>> variables;
  for (const auto& [name, value] : scene.variables.items()) {
    variables.emplace(name, Lazy::FromText(value.dump()));
  }
  ContextObject context([&](bool) { return scene.context.dump(); }, &draw,
                        [&](std::string_view name) {
                          const auto found = variables.find(name);
                          return found == variables.end() ? nullptr : &found->second;
                        });
  const OrError<Text> filled =
      compiled.value->Evaluate(Lazy::FromText(scene.input.dump()), context);
  if (!filled.ok()) return Failed{filled.error().name, filled.error().cause};
  return Value::parse(**filled);
}

Maybe Query(const Value& field, const std::string& location, const Scene& scene) {
  const auto json = [](const Value& value) { return *ParseJson(value.dump()).value; };
  const JsonataField compiled = JsonataField::Compile(json(field), location);
  const jsonata::Environment environment{
      .variables = [&](std::string_view name) -> std::optional<jsonata::Variable> {
        if (name == "states") {
          Value states = {{"input", scene.input}, {"context", scene.context}};
          if (scene.result) states["result"] = *scene.result;
          if (scene.error_output) states["errorOutput"] = *scene.error_output;
          return json(states);
        }
        const std::string key(name);
        if (!scene.variables.contains(key)) return std::nullopt;
        return json(scene.variables[key]);
      },
      .draw = [] { return 0.5; }};
  const JsonataField::Answer answer = compiled.Evaluate(environment);
  if (const auto* text = std::get_if<Text>(&answer)) return Value::parse(**text);
  if (const auto* value = std::get_if<Json>(&answer)) return Value::parse(value->Compact());
  return Failed{"States.QueryEvaluationError", std::get<JsonataFailure>(answer).cause};
}

Failed WrongType(const Value& field, const std::string& location, const char* wanted,
                 const Value& value) {
  const JsonataField compiled = JsonataField::Compile(*ParseJson(field.dump()).value, location);
  return {"States.QueryEvaluationError",
          compiled.WrongType(wanted, *ParseJson(value.dump()).value).cause};
}

Maybe ApplyPath(const Value& state, const char* field, const Scene& scene) {
  if (!state.contains(field)) return scene.input;
  if (state[field].is_null()) return Value::object();
  const std::string path = state[field];
  const std::variant<Value, std::string> found = Look(path, scene);
  if (found.index() == 0) return std::get<Value>(found);
  return Runtime(fmt::format("Invalid path '{}' : {}", path, std::get<std::string>(found)));
}

Maybe ApplyItemsPath(const Value& state, const Scene& scene) {
  Maybe items = ApplyPath(state, "ItemsPath", scene);
  if (Ok(items)) return items;
  const std::string text = state["ItemsPath"];
  const Path path = *Path::Compile(text);
  if (!path.is_reference() || path.root() != PathRoot::kInput) return items;
  Value here = scene.input;
  for (const ReferenceStep& step : path.reference_steps()) {
    if (const auto* index = std::get_if<int64_t>(&step)) {
      const auto at = static_cast<size_t>(*index);
      if (!here.is_array() || at >= here.size()) {
        return Conflict(text, std::to_string(*index), scene.input);
      }
      here = Value(here[at]);
    } else {
      const auto& name = std::get<std::string>(step);
      if (!here.is_object() || !here.contains(name)) return Conflict(text, name, scene.input);
      here = Value(here[name]);
    }
  }
  return items;
}

Maybe ApplyTemplate(const Value& state, const char* field, const Scene& scene) {
  if (!state.contains(field)) return scene.input;
  return Fill(state[field], scene);
}

Maybe ApplyResultPath(const Value& owner, const Value& raw_input, const Value& result) {
  if (!owner.contains("ResultPath")) return result;
  if (owner["ResultPath"].is_null()) return raw_input;
  const std::string path = owner["ResultPath"];
  Value merged = raw_input;
  const std::vector<std::string> steps = Steps(path);
  const std::string* conflict = Put(merged, steps, 0, result);
  if (conflict == nullptr) return merged;
  return Conflict(path, *conflict, raw_input);
}

std::variant<bool, Failed> Holds(const Value& rule, const Scene& scene) {
  if (rule.contains("And")) return Combined(rule["And"], false, scene);
  if (rule.contains("Or")) return Combined(rule["Or"], true, scene);
  if (!rule.contains("Not")) return Tested(rule, scene);
  std::variant<bool, Failed> holds = Holds(rule["Not"], scene);
  if (holds.index() == 1) return holds;
  return !std::get<bool>(holds);
}

}  // namespace asl::naive
