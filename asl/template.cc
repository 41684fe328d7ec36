// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The order of keys in a template's answer is known when it is compiled, so a template becomes a
// flat list: literal text, the value of a path or call, literal text, … Evaluation appends one after the
// other.
#include "asl/template.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/dataflow.h"
#include "asl/expression.h"
#include "asl/java_text.h"
#include "asl/limits.h"
#include "asl/path/path.h"

namespace asl {
namespace {

struct Piece {
  std::string text;                 // appended first
  std::optional<Expression> value;  // then this one's; absent only in the last piece
  std::string field;                // the key, with its ".$"
};

constexpr std::string_view kPathSuffix = ".$";

bool IsPathKey(std::string_view key) { return key.ends_with(kPathSuffix); }

std::string_view Stripped(std::string_view key) {
  return key.substr(0, key.size() - kPathSuffix.size());
}

}  // namespace

struct TemplateProgram {
  std::vector<Piece> pieces;
  Text constant;  // set when there is one piece
};

namespace {

class Compiler {
 public:
  // Recursion is bounded by the parser's depth limit.
  void Add(const Json& value) {
    if (value.is_object()) return AddObject(value);
    if (!value.is_array()) return value.AppendCompact(&text_);
    text_ += '[';
    bool first = true;
    for (const Json item : value.items()) {
      if (!first) text_ += ',';
      first = false;
      Add(item);
    }
    text_ += ']';
  }

  std::shared_ptr<const TemplateProgram> Take() {
    auto program = std::make_shared<TemplateProgram>();
    pieces_.push_back({std::move(text_), std::nullopt, ""});
    program->pieces = std::move(pieces_);
    if (program->pieces.size() == 1) {
      program->constant = std::make_shared<const std::string>(program->pieces[0].text);
    }
    return program;
  }

  std::vector<TemplateProblem> problems;

 private:
  // Where both "a" and "a.$" stand, the path's value takes the literal's place: AWS fills one map,
  // literals first.
  void AddObject(const Json& object) {
    std::vector<JsonMember> paths;
    std::vector<std::string> names;
    text_ += '{';
    bool first = true;
    for (const JsonMember& member : object.members()) {
      if (IsPathKey(member.key)) {
        if (object.Find(Stripped(member.key))) continue;
        paths.push_back(member);
        names.emplace_back(Stripped(member.key));
        continue;
      }
      AddKey(member.key, &first);
      const std::string path_key = fmt::format("{}{}", member.key, kPathSuffix);
      if (std::optional<Json> path = object.Find(path_key)) {
        AddPath(path_key, *path);
      } else {
        Add(member.value);
      }
    }
    for (const size_t i : HashMapOrder(names)) {
      AddKey(names[i], &first);
      AddPath(paths[i].key, paths[i].value);
    }
    text_ += '}';
  }

  void AddKey(std::string_view key, bool* first) {
    if (!*first) text_ += ',';
    *first = false;
    AppendJsonString(key, &text_);
    text_ += ':';
  }

  void AddPath(std::string_view key, const Json& value) {
    absl::StatusOr<Expression> expression =
        Expression::Compile(value.is_string() ? value.as_string() : "");
    if (!expression.ok()) {
      return AddProblem(
          fmt::format("The value for the field '{}' must be a valid JSONPath or a valid "
                      "intrinsic function call",
                      key),
          value);
    }
    pieces_.push_back({std::move(text_), *std::move(expression), std::string(key)});
    text_.clear();
  }

  void AddProblem(std::string message, const Json& value) {
    problems.push_back({std::move(message), value.span()});
  }

  std::vector<Piece> pieces_;
  std::string text_;  // of the piece that is being made
};

// How AWS words a path that a template's field cannot use.
Error FieldError(const Path& path, const std::string& field, const absl::Status& status,
                 const Lazy& input) {
  if (!absl::IsNotFound(status)) return RuntimeError(InvalidPathText(path, status));
  return RuntimeError(fmt::format(
      "The JSONPath '{}' specified for the field '{}' could not be found in the input '{}'",
      path.text(), field, input.view()));
}

// Appends what the path names, or answers why nothing.
std::optional<Error> AppendFound(const Path& path, const std::string& field, const Lazy& input,
                                 ContextObject& context, std::string* out) {
  const OrError<absl::StatusOr<PathValue>> answer = Find(path, input, context);
  if (!answer.ok()) return answer.error();
  const absl::StatusOr<PathValue>& found = *answer;
  if (absl::IsNotFound(found.status()) && !path.definite()) {
    // As recorded, where Jayway itself fails: `$.items[*]` of {} is no match, not an error.
    *out += "[]";
    return std::nullopt;
  }
  if (!found.ok()) return FieldError(path, field, found.status(), input);
  found->AppendCompact(out);
  return std::nullopt;
}

}  // namespace

Template::Compiled Template::Compile(const Json& value) {
  Compiler compiler;
  compiler.Add(value);
  Compiled out;
  out.problems = std::move(compiler.problems);
  std::sort(out.problems.begin(), out.problems.end(),
            [](const TemplateProblem& a, const TemplateProblem& b) {
              return a.span.begin < b.span.begin;
            });
  if (out.problems.empty()) out.value = Template(compiler.Take());
  return out;
}

bool Template::constant() const { return program_->constant != nullptr; }

OrError<Text> Template::Evaluate(const Lazy& input, ContextObject& context) const {
  if (constant()) return program_->constant;
  std::string out;
  size_t bytes_left = kBuiltBytesMax;  // for what calls build
  for (const Piece& piece : program_->pieces) {
    out += piece.text;
    if (!piece.value) break;
    if (const Path* path = piece.value->path()) {
      std::optional<Error> error = AppendFound(*path, piece.field, input, context, &out);
      if (error) return *std::move(error);
    } else {
      OrError<Json> value = piece.value->Evaluate(input, context, &bytes_left);
      if (!value.ok()) return value.error();
      value->AppendCompact(&out);
    }
    if (out.size() > kBuiltBytesMax) {
      return Error{std::string(kStatesDataLimitExceeded),
                   fmt::format("The value built for the field '{}' has more than {} bytes",
                               piece.field, kBuiltBytesMax)};
    }
  }
  return Text(std::make_shared<const std::string>(std::move(out)));
}

}  // namespace asl
