// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/path/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/json_document.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

std::string TokenText(const PathToken& token, char quote) {
  switch (token.kind) {
    case PathToken::Kind::kNames: {
      std::string names;
      for (const std::string& name : token.names) {
        names += names.empty() ? "" : ",";
        (names += quote) += name;
        names += quote;
      }
      return fmt::format("[{}]", names);
    }
    case PathToken::Kind::kIndexes:
      return fmt::format("[{}]", fmt::join(token.indexes, ","));
    case PathToken::Kind::kSlice:
      return fmt::format("[{}:{}]", token.from ? std::to_string(*token.from) : "",
                         token.to ? std::to_string(*token.to) : "");
    case PathToken::Kind::kWildcard:
      return "[*]";
    case PathToken::Kind::kScan:
      return "..";
    case PathToken::Kind::kFilter:
      return "[?]";
    case PathToken::Kind::kFunction:
      return fmt::format(".{}{}", token.names[0], token.arguments.empty() ? "()" : "(...)");
  }
  return "";
}

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

}  // namespace

std::string TokensText(const PathProgram& path, size_t begin, size_t end) {
  std::string out;
  for (size_t i = begin; i < end; ++i) out += TokenText(path.tokens[i], path.tokens[i].quote);
  return out;
}

std::string PlaceText(const PathProgram& path, size_t count) {
  std::string out(path.from_item ? "@" : "$");
  for (size_t i = 0; i < count; ++i) {
    if (path.tokens[i].kind != PathToken::Kind::kFunction) out += TokenText(path.tokens[i], '\'');
  }
  return out;
}

absl::StatusOr<Path> Path::Compile(std::string_view text) {
  PathProgram program;
  std::string_view body = text;
  if (!text.starts_with('$')) return absl::InvalidArgumentError("Path must start with '$'");
  if (text.starts_with("$$")) {
    program.root = PathRoot::kContext;
    body.remove_prefix(1);
  } else if (text.size() > 1 && IsNameStart(text[1])) {
    program.root = PathRoot::kVariable;
    size_t end = std::min(text.find_first_of(".[", 1), text.size());
    program.variable = std::string(text.substr(1, end - 1));
    body.remove_prefix(end);
  }
  std::string rooted =
      program.root == PathRoot::kVariable ? fmt::format("${}", body) : std::string(body);
  absl::StatusOr<PathProgram> compiled = CompileTokens(rooted, 0);
  if (!compiled.ok()) return absl::InvalidArgumentError(std::string(compiled.status().message()));
  compiled->text = std::string(text);
  compiled->root = program.root;
  compiled->variable = std::move(program.variable);
  return Path(std::make_shared<const PathProgram>(std::move(*compiled)));
}

const std::string& Path::text() const { return program_->text; }
PathRoot Path::root() const { return program_->root; }
const std::string& Path::variable() const { return program_->variable; }
bool Path::definite() const { return program_->definite; }
bool Path::is_root() const { return program_->tokens.empty(); }
bool Path::is_reference() const { return program_->reference; }
const std::vector<ReferenceStep>& Path::reference_steps() const { return program_->steps; }

Json PathValue::value() const {
  if (const Json* json = one()) return *json;
  std::string text;
  AppendCompact(&text);
  return ParseBuiltJson(std::move(text));
}

void PathValue::AppendCompact(std::string* out) const {
  if (const Json* json = one()) return json->AppendCompact(out);
  *out += '[';
  for (size_t i = 0; i < matches()->size(); ++i) {
    if (i > 0) *out += ',';
    (*matches())[i].AppendCompact(out);
  }
  *out += ']';
}

absl::StatusOr<PathValue> Evaluate(const Path& path, const Json& root) {
  PathVisit visit{.root = &root};
  absl::StatusOr<PathValue> found =
      EvaluateTokens(path.program(), root, MissingProperty::kPassedOver, &visit);
  // Jayway fails when the definite beginning of an indefinite path is missing; AWS answers [] then
  // too (recorded: test_json_path_array_wildcard_or_slice_with_no_input).
  if (!path.definite() && absl::IsNotFound(found.status())) return PathValue(std::vector<Json>());
  return found;
}

std::string InvalidPathText(const Path& path, const absl::Status& status) {
  return fmt::format("Invalid path '{}' : {}", path.text(), std::string(status.message()));
}

}  // namespace asl
