// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Texts: recordings of AWS; public reports that quote AWS's answers (summer 2026: numbers,
// references, exclusive fields); where there is neither, ours in their manner.
#include "asl/field_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "asl/dataflow.h"
#include "asl/expression.h"
#include "asl/jsonata_rules.h"
#include "asl/jsonata_text.h"
#include "asl/limits.h"
#include "asl/path/path.h"
#include "asl/template.h"
#include "asl/timestamp.h"

namespace asl {
namespace {

constexpr std::string_view kEmpty = "Value cannot be empty";

void Add(const Spot& spot, std::string message, Problems* problems) {
  problems->Add(kSchema, std::move(message), spot.location, spot.value.span());
}

// As Java prints them: 1 and 1.0.
std::string Bound(const Value& rule, double bound) {
  return rule.shape == Shape::kInteger ? fmt::format("{:.0f}", bound)
                                       : fmt::format("{:.1f}", bound);
}

void CheckNumber(const Value& rule, const Spot& spot, Problems* problems) {
  const Json& value = spot.value;
  if (!value.is_number()) {
    return Add(
        spot,
        rule.shape == Shape::kInteger ? "Expected value of type Integer" : ExpectedType("NUMBER"),
        problems);
  }
  const double number = value.as_double();
  if (rule.shape == Shape::kInteger && !value.as_int64() && std::fabs(number) < 9e18) {
    return Add(spot, "Expected value of type Integer", problems);
  }
  if (number < rule.min) Add(spot, "Minimum value is " + Bound(rule, rule.min), problems);
  if (number > rule.max) Add(spot, "Maximum value is " + Bound(rule, rule.max), problems);
}

void CheckTexts(const Spot& spot, bool filled, Problems* problems) {
  if (!spot.value.is_array()) return Add(spot, ExpectedType("ARRAY"), problems);
  if (filled && spot.value.size() == 0) return Add(spot, std::string(kEmpty), problems);
  size_t i = 0;
  for (const Json item : spot.value.items()) {
    const Spot here{spot.field, item, fmt::format("{}[{}]", spot.location, i++)};
    if (!item.is_string()) Add(here, ExpectedType("STRING"), problems);
  }
}

bool LooksLikePath(std::string_view text) {
  if (!text.starts_with('$')) return false;
  const std::string_view rest = text.substr(text.starts_with("$$") ? 2 : 1);
  return rest.empty() || rest.front() == '.' || rest.front() == '[';
}

bool LooksLikeCall(std::string_view text) {
  return text.starts_with("States.") && text.ends_with(')');
}

void WarnOfStaticPath(const Spot& spot, Problems* problems) {
  if (!LooksLikePath(spot.value.as_string())) return;
  problems->Warn(kNoPath,
                 fmt::format("The value of the field '{}' looks like a path, but is a text; a path "
                             "would stand in the field '{}Path'",
                             spot.field, spot.field),
                 spot.location, spot.value.span());
}

// Recursion is bounded by the parser's depth limit.
void WarnOfStaticResult(const Spot& spot, const Json& value, Problems* problems) {
  for (const Json item : value.items()) WarnOfStaticResult(spot, item, problems);
  for (const JsonMember member : value.members()) WarnOfStaticResult(spot, member.value, problems);
  if (!value.is_string()) return;
  const std::string_view text = value.as_string();
  if (!LooksLikePath(text) && !LooksLikeCall(text)) return;
  problems->Warn(kPassResultIsStatic,
                 fmt::format("'{}' in the field 'Result' looks like a path or an intrinsic "
                             "function, but is a text; it would stand in the field 'Parameters'",
                             text),
                 spot.location, value.span());
}

void CheckPath(const Spot& spot, Problems* problems) {
  if (spot.value.is_null()) return;
  if (!spot.value.is_string()) return Add(spot, ExpectedType("STRING"), problems);
  const absl::StatusOr<Path> path = Path::Compile(spot.value.as_string());
  if (!path.ok()) return Add(spot, "Value must be a valid JSONPath.", problems);
}

// A path of names and indexes. `context`: `$$` may be its root.
void CheckReferencePath(const Spot& spot, bool context, Problems* problems) {
  if (!spot.value.is_string()) return Add(spot, ExpectedType("STRING"), problems);
  const absl::StatusOr<Path> path = Path::Compile(spot.value.as_string());
  if (!path.ok()) return Add(spot, "Value must be a valid JSONPath.", problems);
  if (!path->is_reference()) {
    return Add(spot, "Value is not a Reference Path: it may name more than one value", problems);
  }
  if (path->root() == PathRoot::kContext && !context) {
    return Add(spot, "Value is not a Reference Path: the Context Object cannot be used here",
               problems);
  }
}

void CheckResultPath(const Spot& spot, Problems* problems) {
  if (spot.value.is_null()) return;
  if (!spot.value.is_string()) return Add(spot, ExpectedType("STRING"), problems);
  if (!Path::Compile(spot.value.as_string()).ok()) {
    return Add(spot, "Value must be a valid JSONPath.", problems);
  }
  const absl::StatusOr<ResultPathField> compiled = CompileResultPath(spot.value);
  if (compiled.ok()) return;
  Add(spot,
      fmt::format("Value is not a Reference Path: {}", std::string(compiled.status().message())),
      problems);
}

void CheckPathOrCall(const Spot& spot, Problems* problems) {
  if (!spot.value.is_string()) return Add(spot, ExpectedType("STRING"), problems);
  const absl::StatusOr<Expression> expression = Expression::Compile(spot.value.as_string());
  const Path* path = expression.ok() ? expression->path() : nullptr;
  if (!expression.ok() || (path != nullptr && !path->is_reference())) {
    return Add(spot,
               fmt::format("The value for the field '{}' must be a valid JSONPath or a valid "
                           "intrinsic function call",
                           spot.field),
               problems);
  }
  if (!expression->may_answer_text()) {
    return Add(
        spot,
        fmt::format("The intrinsic function in the field '{}' must return a string", spot.field),
        problems);
  }
}

// `a` and `a.$` in one object would make the same key twice; `a` alone should not look like a path.
// Recursion is bounded by the parser's depth limit.
void CheckTemplateKeys(const Spot& spot, const Json& value, Problems* problems) {
  for (const Json item : value.items()) CheckTemplateKeys(spot, item, problems);
  for (const JsonMember member : value.members()) {
    CheckTemplateKeys(spot, member.value, problems);
    const bool computed = member.key.ends_with(".$");
    const std::string_view plain = member.key.substr(0, member.key.size() - (computed ? 2 : 0));
    if (computed && value.Find(plain)) {
      problems->Add(kSchema,
                    fmt::format("The fields '{}' and '{}' make the same key", plain, member.key),
                    spot.location, member.key_span);
    }
    if (computed || !member.value.is_string()) continue;
    const std::string_view text = member.value.as_string();
    if (!LooksLikePath(text) && !LooksLikeCall(text)) continue;
    problems->Warn(kNoDollar,
                   fmt::format("The value of the field '{}' looks like a path or an intrinsic "
                               "function, but is a text; the field would be '{}.$'",
                               plain, plain),
                   spot.location, member.value.span());
  }
}

// RoleArn, as a text or computed. AWS says nothing of other fields.
void CheckCredentials(Language language, const Spot& spot, Problems* problems) {
  if (!spot.value.is_object()) {
    return Add(spot, ExpectedType("OBJECT"), problems);
  }
  const bool computed = language != Language::kJsonata && spot.value.Find("RoleArn.$").has_value();
  const std::optional<Json> role = spot.value.Find("RoleArn");
  if (!role && !computed) {
    Add(spot, "The field 'RoleArn' is required but was missing", problems);
  } else if (role && !role->is_string()) {
    Add({"RoleArn", *role, spot.location + "/RoleArn"}, ExpectedType("STRING"), problems);
  }
  if (language != Language::kJsonata) CheckTemplate(spot, problems);
}

void CheckAssign(Language language, const Spot& spot, Problems* problems) {
  if (!spot.value.is_object()) return Add(spot, ExpectedType("OBJECT"), problems);
  CheckVariableNames(language, spot, problems);
  if (language != Language::kJsonata) CheckTemplate(spot, problems);
}

// Whether a text in such a place may be anything, so that only its marks make it an expression.
bool TakesAnyText(Shape shape) {
  return shape == Shape::kAnything || shape == Shape::kStaticText || shape == Shape::kCredentials ||
         shape == Shape::kVariables || shape == Shape::kItems;
}

// AWS guide "Distributed mode": Label.
void CheckLabel(const Spot& spot, Problems* problems) {
  if (!spot.value.is_string()) return Add(spot, ExpectedType("STRING"), problems);
  const std::string_view label = spot.value.as_string();
  std::string wrong;
  if (label.empty()) {
    wrong = " cannot be empty";
  } else if (CharactersOf(label) > kLabelMax) {
    wrong = fmt::format(" exceeds the {}-character limit allowed by the service", kLabelMax);
  } else if (HasForbiddenCharacter(label)) {
    wrong = " contains a character that is not allowed";
  }
  if (wrong.empty()) return;
  problems->Add(kInvalidLabel, fmt::format("Invalid Label name: {}{}", label, wrong), spot.location,
                spot.value.span());
}

void CheckType(JsonType type, std::string_view name, bool filled, const Spot& spot,
               Problems* problems) {
  if (spot.value.type() != type) return Add(spot, ExpectedType(name), problems);
  if (filled && spot.value.size() == 0) Add(spot, std::string(kEmpty), problems);
}

void CheckOneOf(const Value& rule, const Spot& spot, Problems* problems) {
  if (!spot.value.is_string()) return Add(spot, ExpectedType("STRING"), problems);
  const auto& allowed = rule.allowed;
  if (std::find(allowed.begin(), allowed.end(), spot.value.as_string()) != allowed.end()) return;
  Add(spot, fmt::format("Value should be one of the following: [{}]", fmt::join(allowed, ", ")),
      problems);
}

// Whether the value is one expression and has been looked at; those deeper in it have been too.
bool IsExpression(const Value& rule, const Spot& spot, Problems* problems) {
  if (!rule.expression) return false;
  const bool whole = JsonataIn(spot.value).has_value();
  if (whole || TakesAnyText(rule.shape)) CheckExpressions(spot, problems);
  return whole && rule.shape != Shape::kVariables;
}

}  // namespace

std::string ExpectedType(std::string_view type) {
  return fmt::format("Expected value of type [{}]", type);
}

size_t CharactersOf(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool HasForbiddenCharacter(std::string_view utf8) {
  if (utf8.find_first_of(" ?*<>{}[]:;,\\|^~$#%&`\"") != std::string_view::npos) return true;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x20 || c == 0x7F) return true;
    const bool c1 =
        c == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0;
    if (c1) return true;
  }
  return false;
}

void CheckTemplate(const Spot& spot, Problems* problems) {
  CheckTemplateKeys(spot, spot.value, problems);
  for (const TemplateProblem& problem : Template::Compile(spot.value).problems) {
    problems->Add(kSchema, problem.message, spot.location, problem.span);
  }
}

void CheckValue(const Value& rule, Language language, const Spot& spot, Problems* problems) {
  if (language == Language::kJsonata && IsExpression(rule, spot, problems)) return;
  switch (rule.shape) {
    case Shape::kAnything:
      return;
    case Shape::kText:
      return CheckType(JsonType::kString, "STRING", false, spot, problems);
    case Shape::kStaticText:
      CheckType(JsonType::kString, "STRING", false, spot, problems);
      if (language != Language::kJsonata && spot.value.is_string()) {
        WarnOfStaticPath(spot, problems);
      }
      return;
    case Shape::kTexts:
      return CheckTexts(spot, false, problems);
    case Shape::kErrorNames:
      return CheckTexts(spot, true, problems);
    case Shape::kTrueOrFalse:
      return CheckType(JsonType::kBool, "BOOLEAN", false, spot, problems);
    case Shape::kInteger:
    case Shape::kNumber:
      return CheckNumber(rule, spot, problems);
    case Shape::kOneOf:
      return CheckOneOf(rule, spot, problems);
    case Shape::kTimestamp:
      if (!spot.value.is_string()) return Add(spot, ExpectedType("STRING"), problems);
      if (!ParseTimestamp(spot.value.as_string())) {
        Add(spot, "String does not match RFC3339 timestamp", problems);
      }
      return;
    case Shape::kObject:
      return CheckType(JsonType::kObject, "OBJECT", false, spot, problems);
    case Shape::kStates:
      return CheckType(JsonType::kObject, "OBJECT", true, spot, problems);
    case Shape::kList:
      return CheckType(JsonType::kArray, "ARRAY", false, spot, problems);
    case Shape::kFilledList:
      return CheckType(JsonType::kArray, "ARRAY", true, spot, problems);
    case Shape::kResult:
      return WarnOfStaticResult(spot, spot.value, problems);
    case Shape::kPath:
      return CheckPath(spot, problems);
    case Shape::kReferencePath:
      return CheckReferencePath(spot, false, problems);
    case Shape::kItemsPath:
      return CheckReferencePath(spot, true, problems);
    case Shape::kResultPath:
      return CheckResultPath(spot, problems);
    case Shape::kPathOrCall:
      return CheckPathOrCall(spot, problems);
    case Shape::kTemplateObject:
      if (!spot.value.is_object()) return Add(spot, ExpectedType("OBJECT"), problems);
      [[fallthrough]];
    case Shape::kTemplate:
      return CheckTemplate(spot, problems);
    case Shape::kVariables:
      return CheckAssign(language, spot, problems);
    case Shape::kCondition:
      return CheckType(JsonType::kBool, "BOOLEAN", false, spot, problems);
    case Shape::kItems:
      if (spot.value.is_object()) return;
      return CheckType(JsonType::kArray, "ARRAY", false, spot, problems);
    case Shape::kCredentials:
      return CheckCredentials(language, spot, problems);
    case Shape::kLabel:
      return CheckLabel(spot, problems);
  }
}

}  // namespace asl
