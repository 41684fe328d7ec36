// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Text → tokens. The grammar is Jayway's, oddities included, because definitions in the world rely
// on it:
//
//   path    = ( "$" | "@" ) { token }
//   token   = ( "." | ".." ) ( name | name "(" … ")" | "*" | bracket ) | bracket | "*" | name
//   bracket = "['a','b']" | "[1,2]" | "[1:2]" | "[*]" | "[?( filter )]"
//
// so `$.['a']`, `$.[0]` and `$[*]foo` are paths too, and one stray character at the very end is
// passed over.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "asl/path/cursor.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

using Kind = PathToken::Kind;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<int32_t> ReadInt(std::string_view text) {
  int32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Pieces between separators.
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(separator, begin), text.size());
    pieces.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

void SetReference(PathProgram* path) {
  for (const PathToken& token : path->tokens) {
    bool name = token.kind == Kind::kNames && token.names.size() == 1;
    bool index = token.kind == Kind::kIndexes && token.indexes.size() == 1;
    path->reference = path->reference && (name || index);
    if (name) path->steps.emplace_back(token.names[0]);
    if (index) path->steps.emplace_back(int64_t{token.indexes[0]});
  }
  if (!path->reference) path->steps.clear();
}

class Compiler {
 public:
  Compiler(std::string_view text, int nesting, PathPlace place)
      : cursor_(text, place == PathPlace::kAlone ? PathCursor::Ends::kTrimmed
                                                 : PathCursor::Ends::kAsTheyAre),
        nesting_(nesting),
        place_(place) {}

  absl::StatusOr<PathProgram> Run() {
    program_.from_item = cursor_.CurrentIs('@');
    if (!program_.from_item && !cursor_.CurrentIs('$')) {
      return Invalid("Path must start with '$' or '@'");
    }
    if (place_ == PathPlace::kAlone && cursor_.At(cursor_.end() - 1) == '.')
      return Invalid("Path must not end with a '.' or '..'");
    if (!cursor_.IsTail()) {
      cursor_.Advance();
      if (!cursor_.CurrentIs('.') && !cursor_.CurrentIs('[')) {
        return Invalid(fmt::format("Illegal character at position {} expected '.' or '['",
                                   cursor_.position()));
      }
      do {
        if (absl::Status s = ReadToken(); !s.ok()) return s;
        if (cursor_.overrun()) return Invalid("Path ends too early");
        if (program_.tokens.size() > kPathTokensMax) {
          return Invalid(fmt::format("Path has more than {} steps", kPathTokensMax));
        }
      } while (!cursor_.IsTail());
    }
    if (!program_.tokens.empty() && program_.tokens.back().kind == Kind::kScan) {
      return Invalid("Path must not end with a '.' or '..'");
    }
    TurnScanUnderFunction();
    return std::move(program_);
  }

 private:
  PathToken& Add(Kind kind) {
    program_.tokens.push_back(PathToken{.kind = kind});
    return program_.tokens.back();
  }

  absl::Status ReadToken() {
    if (cursor_.CurrentIs('.')) {
      if (cursor_.InBounds(cursor_.position() + 1) && cursor_.At(cursor_.position() + 1) == '.') {
        Add(Kind::kScan);
        cursor_.Advance(2);
      } else {
        cursor_.Advance();
      }
      if (cursor_.CurrentIs('.')) {
        return Invalid(
            fmt::format("Character '.' on position {} is not valid.", cursor_.position()));
      }
    }
    if (cursor_.CurrentIs('[')) return ReadBracket();
    if (cursor_.CurrentIs('*')) {
      Add(Kind::kWildcard);
      cursor_.Advance();
      return absl::OkStatus();
    }
    return ReadName();
  }

  absl::Status ReadBracket() {
    char next = cursor_.NextSignificantChar(cursor_.position());
    if (next == '\'' || next == '"') return ReadNames(next);
    if (next == '*') return ReadWildcard();
    bool read = (IsDigit(next) || next == '-' || next == ':') && ReadIndexes();
    if (!status_.ok()) return status_;
    if (read) return absl::OkStatus();
    if (next == '?') return ReadFilter();
    return Unreadable();
  }

  absl::Status Unreadable() {
    return Invalid(
        fmt::format("Could not parse token starting at position {}. Expected ?, ', 0-9, * ",
                    cursor_.position()));
  }

  absl::Status ReadWildcard() {
    size_t star = cursor_.NextSignificant(cursor_.position());
    size_t close = cursor_.NextSignificant(star);
    if (cursor_.NextSignificantChar(star) != ']') {
      return Invalid(
          fmt::format("Expected wildcard token to end with ']' on position {}", star + 1));
    }
    Add(Kind::kWildcard);
    cursor_.set_position(close + 1);
    return absl::OkStatus();
  }

  // ['a', 'b']; the delimiter is whichever quote comes first.
  absl::Status ReadNames(char quote) {
    std::vector<std::string> names;
    size_t begin = cursor_.position() + 1;
    size_t last = 0;  // the quote that closed the last name
    bool inside = false;
    bool escaped = false;
    bool after_comma = false;
    for (size_t at = begin; cursor_.InBounds(at); ++at) {
      char c = cursor_.At(at);
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == quote && inside) {
        char next = cursor_.NextSignificantChar(at);
        if (next != ']' && next != ',') {
          return Invalid(
              fmt::format("Property must be separated by comma or Property must be terminated "
                          "close square bracket at index {}",
                          at));
        }
        // AWS, unlike Jayway, finds the key Test\" by ['Test\"'] (recorded:
        // test_escape_sequence_parsing).
        const char kept = quote == '\'' ? '"' : '\0';
        std::optional<std::string> name = UnescapePathString(cursor_.Slice(begin, at), kept);
        if (!name) return Invalid("Unable to parse unicode value");
        names.push_back(std::move(*name));
        last = at;
        inside = false;
      } else if (c == quote) {
        begin = at + 1;
        inside = true;
        after_comma = false;
      } else if (!inside && (c == ']' || c == ',')) {
        if (after_comma) return Invalid(fmt::format("Found empty property at index {}", at));
        if (c == ']') break;
        after_comma = true;
      }
    }
    if (inside)
      return Invalid(fmt::format("Property has not been closed - missing closing {}", quote));
    if (cursor_.NextSignificantChar(last) != ']') {
      return Invalid("Property has not been closed - missing closing ]");
    }
    if (names.empty()) return Invalid("Empty properties");
    cursor_.set_position(cursor_.NextSignificant(last) + 1);
    PathToken& token = Add(Kind::kNames);
    token.names = std::move(names);
    token.quote = quote;
    return absl::OkStatus();
  }

  // [1], [1,2], [1:2]. False (and status_ ok) when the bracket holds something else.
  bool ReadIndexes() {
    size_t close = cursor_.IndexOf(']', cursor_.position() + 1);
    if (close == PathCursor::kNone) return false;
    std::string_view text = TrimBlanks(cursor_.Slice(cursor_.position() + 1, close));
    if (text.find_first_not_of("0123456789,-: ") != std::string_view::npos) return false;
    status_ = text.find(':') != std::string_view::npos ? AddSlice(text) : AddIndexes(text);
    cursor_.set_position(close + 1);
    return true;
  }

  absl::Status AddIndexes(std::string_view text) {
    PathToken& token = Add(Kind::kIndexes);
    for (std::string_view piece : Split(text, ',')) {
      std::optional<int32_t> index = ReadInt(TrimBlanks(piece));
      if (!index)
        return Invalid(fmt::format("Failed to parse token in ArrayIndexOperation: {}", piece));
      token.indexes.push_back(*index);
    }
    return absl::OkStatus();
  }

  absl::Status AddSlice(std::string_view text) {
    PathToken& token = Add(Kind::kSlice);
    absl::Status failed = Invalid(fmt::format("Failed to parse SliceOperation: {}", text));
    if (text.find_first_of(", ") != std::string_view::npos) return failed;
    std::vector<std::string_view> pieces =
        Split(text, ':');  // a step, the third piece, is passed over
    for (size_t i = 0; i < std::min<size_t>(pieces.size(), 2); ++i) {
      if (pieces[i].empty()) continue;
      std::optional<int32_t>& bound = i == 0 ? token.from : token.to;
      bound = ReadInt(pieces[i]);
      if (!bound) return failed;
    }
    if (!token.from && !token.to) return failed;
    return absl::OkStatus();
  }

  absl::Status ReadFilter() {
    size_t question = cursor_.NextSignificant(cursor_.position());
    size_t open = cursor_.NextSignificant(question);
    if (cursor_.NextSignificantChar(question) != '(') return Unreadable();
    size_t close = cursor_.IndexOfClosing(open, '(', ')', PathCursor::Regex::kSkipped);
    if (close == PathCursor::kNone || cursor_.NextSignificantChar(close) != ']')
      return Unreadable();
    size_t end = cursor_.NextSignificant(close) + 1;
    if (nesting_ >= kFilterNestingMax) return Invalid("Filters are nested too deeply");
    absl::StatusOr<FilterNode> filter =
        CompileFilter(cursor_.Slice(cursor_.position(), end), nesting_ + 1);
    if (!filter.ok()) return filter.status();
    Add(Kind::kFilter).filter = std::make_shared<const FilterNode>(std::move(*filter));
    cursor_.set_position(end);
    return absl::OkStatus();
  }

  absl::Status ReadName() {
    size_t begin = cursor_.position();
    if (cursor_.CurrentIs(' ')) return Unreadable();
    size_t end = begin;
    while (cursor_.InBounds(end) && cursor_.At(end) != '.' && cursor_.At(end) != '[' &&
           cursor_.At(end) != '(') {
      if (cursor_.At(end) == ' ') {
        return Invalid(
            fmt::format("Use bracket notion ['my prop'] if your property contains blank "
                        "characters. position: {}",
                        begin));
      }
      ++end;
    }
    std::string name(cursor_.Slice(begin, end));
    if (cursor_.InBounds(end) && cursor_.At(end) == '(') return ReadFunction(std::move(name), end);
    cursor_.set_position(end);
    Add(Kind::kNames).names.push_back(std::move(name));
    return absl::OkStatus();
  }

  absl::Status ReadFunction(std::string name, size_t open) {
    size_t close = open;
    for (int opened = 0; cursor_.InBounds(close); ++close) {
      if (cursor_.At(close) == '(') ++opened;
      if (cursor_.At(close) == ')' && --opened == 0) break;
    }
    if (!cursor_.InBounds(close)) {
      return Invalid(fmt::format("Arguments to function: '{}' are not closed properly.", name));
    }
    PathToken& token = Add(Kind::kFunction);
    token.names.push_back(std::move(name));
    size_t after = 0;
    if (close > open + 1) {
      absl::StatusOr<std::vector<FunctionArgument>> arguments =
          CompileArguments(cursor_.Slice(open + 1, cursor_.end()), nesting_ + 1, &after);
      if (!arguments.ok()) return arguments.status();
      token.arguments = std::move(*arguments);
    }
    // As in Jayway, the parenthesis of "()" stays: what follows it is a member's name, ")…".
    cursor_.set_position(open + 1 + after);
    return absl::OkStatus();
  }

  // `$..a.length()` means `$.length($..a)`: a function cannot be called once per match.
  void TurnScanUnderFunction() {
    std::vector<PathToken>& tokens = program_.tokens;
    if (tokens.empty() || tokens.front().kind != Kind::kScan ||
        tokens.back().kind != Kind::kFunction) {
      return;
    }
    auto function = std::find_if(tokens.begin(), tokens.end(),
                                 [](const PathToken& t) { return t.kind == Kind::kFunction; });
    PathProgram inner;
    inner.tokens.assign(tokens.begin(), function);
    inner.text = "$" + TokensText(inner, 0, inner.tokens.size());
    SetDefiniteness(&inner);
    tokens.erase(tokens.begin(), function);
    tokens.front().arguments = {PathArgument(std::move(inner))};
    program_.turned = true;
  }

  PathCursor cursor_;
  int nesting_;
  PathPlace place_;
  PathProgram program_;
  absl::Status status_;
};

}  // namespace

bool IsLeaf(const PathProgram& path, size_t token) { return token + 1 == path.tokens.size(); }

bool IsDefinite(const PathProgram& path, size_t token) {
  const PathToken& t = path.tokens[token];
  switch (t.kind) {
    case Kind::kNames:
      return t.names.size() == 1 || IsLeaf(path, token);
    case Kind::kIndexes:
      return t.indexes.size() == 1;
    case Kind::kFunction:
      return true;
    case Kind::kSlice:
    case Kind::kWildcard:
    case Kind::kScan:
    case Kind::kFilter:
      return false;
  }
  return false;
}

void SetDefiniteness(PathProgram* path) {
  path->definite = true;
  for (size_t i = 0; i < path->tokens.size(); ++i) {
    path->tokens[i].upstream_definite = path->definite && !path->turned;
    path->definite = path->definite && IsDefinite(*path, i);
  }
}

absl::StatusOr<PathProgram> CompileTokens(std::string_view text, int nesting, PathPlace place) {
  absl::StatusOr<PathProgram> program = Compiler(text, nesting, place).Run();
  if (!program.ok()) return program;
  program->text = std::string(text);
  SetDefiniteness(&*program);
  SetReference(&*program);
  return program;
}

}  // namespace asl
