// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A field becomes a flat list: literal text, an expression's value, literal text, … A field that is
// one expression answers its value itself, which may be a slice of an input. Texts of errors are as
// recorded.
#include "asl/jsonata_field.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>
#include <vector>

#include "asl/jsonata/tree.h"
#include "asl/jsonata_text.h"
#include "asl/limits.h"

namespace asl {
namespace {

using ExpressionPtr = std::shared_ptr<const jsonata::Expression>;

struct Piece {
  std::string text;          // appended first
  ExpressionPtr expression;  // then its value; null only in the last piece
  std::string location;
};

std::string AboutExpression(const Piece& piece) {
  return fmt::format("The JSONata expression '{}' specified for the field '{}'",
                     piece.expression->text(), piece.location);
}

bool IsVariable(const jsonata::Node& node, std::string_view name) {
  return node.kind == jsonata::NodeKind::kVariable && node.text == name;
}

std::string_view NameAt(const jsonata::Node& path, size_t step) {
  if (step >= path.list.size() || path.list[step]->kind != jsonata::NodeKind::kName) return "";
  return path.list[step]->text;
}

// $states.a.b reads the member `a`; $states anywhere else reads all of them.
void AddReads(const jsonata::Program& program, StatesRead* reads) {
  std::vector<const jsonata::Node*> of_paths;
  for (const jsonata::Node& node : program.nodes) {
    if (node.kind != jsonata::NodeKind::kPath || !IsVariable(*node.list[0], "states")) continue;
    const std::string_view member = NameAt(node, 1);
    if (member.empty() || !node.list[0]->stages.empty()) continue;
    of_paths.push_back(node.list[0]);
    if (member == "input") reads->input = true;
    if (member == "result") reads->result = true;
    if (member == "errorOutput") reads->error_output = true;
    if (member != "context") continue;
    reads->context = true;
    const std::string_view part = NameAt(node, 2), below = NameAt(node, 3);
    const bool elsewhere = !part.empty() && part != "Execution";
    if (!elsewhere && (below.empty() || below == "Input")) reads->execution_input = true;
  }
  for (const jsonata::Node& node : program.nodes) {
    if (!IsVariable(node, "states")) continue;
    bool in_path = false;
    for (const jsonata::Node* seen : of_paths) in_path = in_path || seen == &node;
    if (!in_path) *reads = {true, true, true, true, true};
  }
}

}  // namespace

struct JsonataFieldProgram {
  std::string location;
  std::vector<Piece> pieces;
  bool one_expression = false;
  Text constant;  // when there is no expression
  StatesRead reads;
};

namespace {

class Compiler {
 public:
  explicit Compiler(JsonataFieldProgram* program) : program_(*program) {}

  // Recursion is bounded by the parser's depth limit.
  void Add(const Json& value, const std::string& location) {
    if (const std::optional<std::string_view> expression = JsonataIn(value)) {
      return AddExpression(std::string(*expression), location);
    }
    if (value.is_object()) return AddObject(value, location);
    if (!value.is_array()) return value.AppendCompact(&text_);
    text_ += '[';
    size_t i = 0;
    for (const Json item : value.items()) {
      if (i > 0) text_ += ',';
      Add(item, fmt::format("{}[{}]", location, i++));
    }
    text_ += ']';
  }

  void Finish() { program_.pieces.push_back({std::move(text_), nullptr, ""}); }

 private:
  void AddObject(const Json& object, const std::string& location) {
    text_ += '{';
    bool first = true;
    for (const JsonMember& member : object.members()) {
      if (!std::exchange(first, false)) text_ += ',';
      AppendJsonString(member.key, &text_);
      text_ += ':';
      Add(member.value, fmt::format("{}/{}", location, member.key));
    }
    text_ += '}';
  }

  void AddExpression(std::string text, const std::string& location) {
    auto compiled = jsonata::Compile(std::move(text));
    assert(std::holds_alternative<ExpressionPtr>(compiled));
    ExpressionPtr expression = std::get<ExpressionPtr>(std::move(compiled));
    AddReads(expression->program(), &program_.reads);
    program_.pieces.push_back({std::move(text_), std::move(expression), location});
    text_.clear();
  }

  JsonataFieldProgram& program_;
  std::string text_;  // of the piece that is being made
};

JsonataField::Answer ValueOf(const Piece& piece, const jsonata::Environment& environment) {
  jsonata::Evaluation answer = jsonata::Evaluate(*piece.expression, environment);
  if (answer.value) return *std::move(answer.value);
  const std::string why =
      answer.error ? fmt::format("threw an error during evaluation. {}: {}", answer.error->code,
                                 answer.error->message)
                   : std::string(answer.is_function ? "returned an unsupported result type."
                                                    : "returned nothing (undefined).");
  return JsonataFailure{fmt::format("{} {}", AboutExpression(piece), why), piece.location};
}

}  // namespace

JsonataField JsonataField::Compile(const Json& value, std::string location) {
  auto program = std::make_shared<JsonataFieldProgram>();
  program->location = std::move(location);
  Compiler compiler(program.get());
  compiler.Add(value, program->location);
  compiler.Finish();
  program->one_expression = JsonataIn(value).has_value();
  if (program->pieces.size() == 1) {
    program->constant = std::make_shared<const std::string>(program->pieces[0].text);
  }
  JsonataField field;
  field.program_ = std::move(program);
  return field;
}

const std::string& JsonataField::location() const { return program_->location; }
const StatesRead& JsonataField::reads() const { return program_->reads; }
bool JsonataField::is_literal() const { return !program_->one_expression; }

JsonataField::Answer JsonataField::Evaluate(const jsonata::Environment& environment) const {
  const std::vector<Piece>& pieces = program_->pieces;
  if (pieces.size() == 1) return program_->constant;
  if (program_->one_expression) return ValueOf(pieces[0], environment);
  std::string out;
  for (const Piece& piece : pieces) {
    out += piece.text;
    if (piece.expression == nullptr) break;
    Answer value = ValueOf(piece, environment);
    if (std::holds_alternative<JsonataFailure>(value)) return value;
    std::get<Json>(value).AppendCompact(&out);
    if (out.size() > kBuiltBytesMax) {
      return JsonataFailure{fmt::format("The value built for the field '{}' has more than {} bytes",
                                        piece.location, kBuiltBytesMax),
                            piece.location};
    }
  }
  return Text(std::make_shared<const std::string>(std::move(out)));
}

JsonataFailure JsonataField::WrongType(std::string_view wanted, const Json& value) const {
  const std::string was = fmt::format("Expected '{}', but was '{}' for value: {}", wanted,
                                      JsonTypeName(value.type()), value.Compact());
  if (is_literal()) {
    return {fmt::format("The field '{}' has an unexpected type. {}", location(), was), location()};
  }
  return {fmt::format("{} returned an unexpected result type. {}",
                      AboutExpression(program_->pieces[0]), was),
          location()};
}

}  // namespace asl
