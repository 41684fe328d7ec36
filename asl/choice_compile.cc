// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// JSON of a Choice rule → ConditionProgram. The operators are a table; every problem of a rule is
// reported.
#include <fmt/format.h>

#include <array>

#include "asl/choice.h"
#include "asl/choice_program.h"

namespace asl {
namespace {

struct OperatorName {
  std::string_view text;  // without "Path"
  Comparison comparison;
  OperandType type;
  bool has_path_form;
};

constexpr std::array<OperatorName, 23> kOperators = {{
    {"StringEquals", Comparison::kEquals, OperandType::kString, true},
    {"StringLessThan", Comparison::kLess, OperandType::kString, true},
    {"StringGreaterThan", Comparison::kGreater, OperandType::kString, true},
    {"StringLessThanEquals", Comparison::kLessEquals, OperandType::kString, true},
    {"StringGreaterThanEquals", Comparison::kGreaterEquals, OperandType::kString, true},
    {"StringMatches", Comparison::kMatches, OperandType::kString, false},
    {"NumericEquals", Comparison::kEquals, OperandType::kNumeric, true},
    {"NumericLessThan", Comparison::kLess, OperandType::kNumeric, true},
    {"NumericGreaterThan", Comparison::kGreater, OperandType::kNumeric, true},
    {"NumericLessThanEquals", Comparison::kLessEquals, OperandType::kNumeric, true},
    {"NumericGreaterThanEquals", Comparison::kGreaterEquals, OperandType::kNumeric, true},
    {"BooleanEquals", Comparison::kEquals, OperandType::kBoolean, true},
    {"TimestampEquals", Comparison::kEquals, OperandType::kTimestamp, true},
    {"TimestampLessThan", Comparison::kLess, OperandType::kTimestamp, true},
    {"TimestampGreaterThan", Comparison::kGreater, OperandType::kTimestamp, true},
    {"TimestampLessThanEquals", Comparison::kLessEquals, OperandType::kTimestamp, true},
    {"TimestampGreaterThanEquals", Comparison::kGreaterEquals, OperandType::kTimestamp, true},
    {"IsNull", Comparison::kIsNull, OperandType::kBoolean, false},
    {"IsPresent", Comparison::kIsPresent, OperandType::kBoolean, false},
    {"IsNumeric", Comparison::kIsNumeric, OperandType::kBoolean, false},
    {"IsString", Comparison::kIsString, OperandType::kBoolean, false},
    {"IsBoolean", Comparison::kIsBoolean, OperandType::kBoolean, false},
    {"IsTimestamp", Comparison::kIsTimestamp, OperandType::kBoolean, false},
}};

struct FoundOperator {
  const OperatorName* name = nullptr;
  bool path = false;
};

FoundOperator FindOperator(std::string_view key) {
  for (const OperatorName& name : kOperators) {
    if (key == name.text) return {&name, false};
    bool path_form = name.has_path_form && key.size() == name.text.size() + 4 &&
                     key.starts_with(name.text) && key.ends_with("Path");
    if (path_form) return {&name, true};
  }
  return {};
}

std::vector<std::string> OperatorNames() {
  std::vector<std::string> names;
  for (const OperatorName& name : kOperators) {
    names.emplace_back(name.text);
    if (name.has_path_form) names.push_back(fmt::format("{}Path", name.text));
  }
  return names;
}

Pattern CompilePattern(std::string_view text) {
  Pattern pattern;
  std::string piece;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*') {
      pattern.pieces.push_back(std::move(piece));
      piece.clear();
      continue;
    }
    if (text[i] == '\\') {
      bool escapes = i + 1 < text.size() && (text[i + 1] == '*' || text[i + 1] == '\\');
      if (!escapes) pattern.open_escape = true;
      if (escapes) ++i;
    }
    piece += text[i];
  }
  pattern.pieces.push_back(std::move(piece));
  return pattern;
}

class Compiler {
 public:
  // Recursion is bounded by the parser's depth limit.
  ConditionProgram Rule(const Json& rule, const std::string& at, bool top) {
    ConditionProgram out;
    if (!rule.is_object()) {
      Problem(at, "Expected value of type [OBJECT]", rule);
      return out;
    }
    size_t kinds = 0;
    size_t operators = 0;
    for (const JsonMember& member : rule.members()) {
      const std::string place = fmt::format("{}/{}", at, member.key);
      if (top && (member.key == "Next" || member.key == "Assign")) continue;
      if (member.key == "Comment") continue;
      if (member.key == "Variable") {
        ++kinds;
        out.variable = PathAt(place, member.value);
      } else if (member.key == "And" || member.key == "Or") {
        ++kinds;
        Combine(member, place, &out);
      } else if (member.key == "Not") {
        ++kinds;
        out.kind = ConditionProgram::Kind::kNot;
        out.children.push_back(Rule(member.value, place, false));
      } else if (const FoundOperator found = FindOperator(member.key); found.name) {
        ++operators;
        ReadOperand(found, place, member.value, &out);
      } else {
        RefuseField(member, at, top);
      }
    }
    if (kinds != 1) {
      Problem(at,
              "The object must have only one of the following fields, [And, Or, Not, Variable, "
              "Condition]",
              rule);
    } else if (rule.Find("Variable") ? operators != 1 : operators > 0) {
      Problem(at,
              fmt::format("{} one of the following fields: [{}]",
                          operators > 0 ? "There should only be" : "This object should have only",
                          fmt::join(OperatorNames(), ", ")),
              rule);
    }
    return out;
  }

  std::vector<ConditionProblem> problems;

 private:
  void Problem(const std::string& at, std::string message, const Json& value) {
    problems.push_back({at, std::move(message), value.span()});
  }

  void RefuseField(const JsonMember& member, const std::string& at, bool top) {
    const bool jsonata = member.key == "Condition" || (top && member.key == "Output");
    Problem(at,
            jsonata ? fmt::format("The QueryLanguage is set to 'JSONPath', but field '{}' is only "
                                  "supported for the 'JSONata' QueryLanguage",
                                  member.key)
                    : fmt::format("Field '{}' is not supported", member.key),
            member.value);
  }

  void Combine(const JsonMember& member, const std::string& at, ConditionProgram* out) {
    out->kind = member.key == "And" ? ConditionProgram::Kind::kAnd : ConditionProgram::Kind::kOr;
    if (!member.value.is_array())
      return Problem(at, "Expected value of type [ARRAY]", member.value);
    if (member.value.size() == 0) return Problem(at, "Value cannot be empty", member.value);
    size_t i = 0;
    for (const Json child : member.value.items()) {
      out->children.push_back(Rule(child, fmt::format("{}[{}]", at, i++), false));
    }
  }

  std::optional<Path> PathAt(const std::string& at, const Json& value) {
    if (!value.is_string()) {
      Problem(at, "Expected value of type [STRING]", value);
      return std::nullopt;
    }
    absl::StatusOr<Path> path = Path::Compile(value.as_string());
    if (!path.ok()) {
      const std::string why = value.as_string().starts_with('$')
                                  ? std::string(path.status().message())
                                  : "Reference path didn't start with '$'";
      Problem(at, fmt::format("Value is not a Reference Path: {}", why), value);
      return std::nullopt;
    }
    return *std::move(path);
  }

  void ReadOperand(const FoundOperator& found, const std::string& at, const Json& value,
                   ConditionProgram* out) {
    out->comparison = found.name->comparison;
    out->operand.type = found.name->type;
    if (found.path) {
      out->operand_path = PathAt(at, value);
      return;
    }
    switch (found.name->type) {
      case OperandType::kString:
        if (!value.is_string()) return Problem(at, "Expected value of type [STRING]", value);
        out->operand.text = std::string(value.as_string());
        if (out->comparison == Comparison::kMatches)
          out->pattern = CompilePattern(value.as_string());
        return;
      case OperandType::kNumeric:
        if (!value.is_number()) return Problem(at, "Expected value of type [NUMBER]", value);
        out->operand.text = std::string(value.number_text());
        return;
      case OperandType::kBoolean:
        if (!value.is_bool()) return Problem(at, "Expected value of type [BOOLEAN]", value);
        out->operand.boolean = value.as_bool();
        return;
      case OperandType::kTimestamp: {
        if (!value.is_string()) return Problem(at, "Expected value of type [STRING]", value);
        std::optional<Instant> instant = ParseInstant(value.as_string());
        if (!instant) return Problem(at, "String does not match RFC3339 timestamp", value);
        out->operand.instant = *instant;
        return;
      }
    }
  }
};

}  // namespace

Condition::Compiled Condition::Compile(const Json& rule) {
  Compiler compiler;
  ConditionProgram program = compiler.Rule(rule, "", true);
  Compiled out;
  out.problems = std::move(compiler.problems);
  if (out.problems.empty()) {
    out.value = Condition(std::make_shared<const ConditionProgram>(std::move(program)));
  }
  return out;
}

}  // namespace asl
