// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// "[?( … )]" → a tree of tests. The grammar is Jayway's:
//
//   or      = and { "||" and }
//   and     = operand { "&&" operand }
//   operand = test | "(" or ")" | "!" operand
//   test    = value [ operator value ]           a path alone asks whether it finds something
//   value   = path | string | number | boolean | null | JSON | /pattern/i
//
// As there, text that is no operator ends a test silently and then fails where the next "&&" is
// missed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "asl/path/cursor.h"
#include "asl/path/java_pattern.h"
#include "asl/path/path_program.h"
#include "asl/path/permissive_json.h"

namespace asl {
namespace {

using Value = FilterValue;

struct OperatorName {
  std::string_view text;
  FilterOperator op;
};

constexpr std::array<OperatorName, 22> kOperators = {{
    {"==", FilterOperator::kEqual},         {"===", FilterOperator::kSameTypeEqual},
    {"!=", FilterOperator::kNotEqual},      {"!==", FilterOperator::kSameTypeNotEqual},
    {"<", FilterOperator::kLess},           {"<=", FilterOperator::kLessEqual},
    {">", FilterOperator::kGreater},        {">=", FilterOperator::kGreaterEqual},
    {"=~", FilterOperator::kMatches},       {"IN", FilterOperator::kIn},
    {"NIN", FilterOperator::kNotIn},        {"CONTAINS", FilterOperator::kContains},
    {"ALL", FilterOperator::kUnserved},     {"SIZE", FilterOperator::kSize},
    {"EMPTY", FilterOperator::kEmpty},      {"SUBSETOF", FilterOperator::kSubsetOf},
    {"ANYOF", FilterOperator::kAnyOf},      {"NONEOF", FilterOperator::kNoneOf},
    {"EXISTS", FilterOperator::kExists},    {"TYPE", FilterOperator::kUnserved},
    {"MATCHES", FilterOperator::kUnserved}, {"", FilterOperator::kUnserved},
}};

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// What Jayway throws as something other than InvalidPathException: a test is not tried again
// without its operator.
absl::Status Fatal(std::string message) { return absl::OutOfRangeError(std::move(message)); }

bool IsOperatorChar(char c) { return c == '<' || c == '>' || c == '=' || c == '~' || c == '!'; }

bool IsNumberChar(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 'e' || c == 'E';
}

class Compiler {
 public:
  // Between the parentheses' outer ends; the cursor may look at the "]" behind.
  Compiler(std::string_view text, int nesting) : cursor_(text), nesting_(nesting) {
    cursor_.Advance();
    cursor_.ShrinkEnd();
    cursor_.Trim();
    cursor_.Advance();  // "?"
    cursor_.Trim();
  }

  absl::StatusOr<FilterNode> Run() {
    absl::StatusOr<FilterNode> node = ReadOr();
    if (!node.ok()) return node;
    cursor_.SkipBlanks();
    if (cursor_.InBounds()) {
      return Invalid(fmt::format("Expected end of filter expression instead of: {}",
                                 cursor_.Slice(cursor_.position(), cursor_.end())));
    }
    return node;
  }

 private:
  absl::StatusOr<FilterNode> ReadOr() { return ReadChain("||", FilterNode::Kind::kOr); }

  absl::StatusOr<FilterNode> ReadChain(std::string_view word, FilterNode::Kind kind) {
    FilterNode chain{.kind = kind};
    do {
      absl::StatusOr<FilterNode> node =
          kind == FilterNode::Kind::kOr ? ReadChain("&&", FilterNode::Kind::kAnd) : ReadOperand();
      if (!node.ok()) return node;
      chain.children.push_back(std::move(*node));
    } while (TakeWord(word));
    if (chain.children.size() == 1) return std::move(chain.children.front());
    return chain;
  }

  bool TakeWord(std::string_view word) {
    size_t before = cursor_.position();
    cursor_.SkipBlanks();
    bool there = cursor_.InBounds(cursor_.position() + word.size() - 1) &&
                 cursor_.Slice(cursor_.position(), cursor_.position() + word.size()) == word;
    cursor_.set_position(there ? cursor_.position() + word.size() : before);
    return there;
  }

  absl::StatusOr<FilterNode> ReadOperand() {
    if (++depth_ > kFilterDepthMax) return Fatal("Filter is nested too deeply");
    absl::StatusOr<FilterNode> node = ReadOperandBelow();
    --depth_;
    return node;
  }

  absl::StatusOr<FilterNode> ReadOperandBelow() {
    cursor_.SkipBlanks();
    size_t before = cursor_.position();
    if (cursor_.CurrentIs('!')) {
      cursor_.Advance();
      cursor_.SkipBlanks();
      if (!cursor_.CurrentIs('$') && !cursor_.CurrentIs('@')) {
        if (cursor_.overrun()) return Fatal("Filter ends too early");
        absl::StatusOr<FilterNode> inner = ReadOperand();
        if (!inner.ok()) return inner;
        FilterNode node{.kind = FilterNode::Kind::kNot};
        node.children.push_back(std::move(*inner));
        return node;
      }
      cursor_.set_position(before);
    }
    if (!cursor_.CurrentIs('(')) return ReadTest();
    cursor_.Advance();
    absl::StatusOr<FilterNode> inner = ReadOr();
    if (!inner.ok()) return inner;
    cursor_.SkipBlanks();
    if (!cursor_.InBounds() || !cursor_.CurrentIs(')')) return Invalid("Expected character: )");
    cursor_.Advance();
    return inner;
  }

  absl::StatusOr<FilterNode> ReadTest() {
    FilterNode node;
    absl::StatusOr<Value> left = ReadValue();
    if (!left.ok()) return left.status();
    node.left = std::move(*left);
    size_t before = cursor_.position();
    absl::Status compared = ReadComparison(&node);
    if (compared.ok() || !absl::IsInvalidArgument(compared)) {
      return compared.ok() ? absl::StatusOr<FilterNode>(std::move(node)) : compared;
    }
    cursor_.set_position(before);
    if (node.left.kind != Value::Kind::kPath) return Invalid("Expected path node");
    node.exists = true;
    node.right = Value{};
    return node;
  }

  absl::Status ReadComparison(FilterNode* node) {
    absl::StatusOr<FilterOperator> op = ReadOperator();
    if (!op.ok()) return op.status();
    absl::StatusOr<Value> right = ReadValue();
    if (!right.ok()) return right.status();
    node->op = *op;
    node->right = std::move(*right);
    return absl::OkStatus();
  }

  absl::StatusOr<FilterOperator> ReadOperator() {
    cursor_.SkipBlanks();
    size_t begin = cursor_.position();
    bool symbols = IsOperatorChar(cursor_.Current());
    while (cursor_.InBounds() &&
           (symbols ? IsOperatorChar(cursor_.Current()) : !cursor_.CurrentIs(' '))) {
      cursor_.Advance();
    }
    if (cursor_.overrun()) return Fatal("Filter ends too early");
    std::string word(cursor_.Slice(begin, cursor_.position()));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    for (const OperatorName& name : kOperators) {
      if (!word.empty() && name.text == word) return name.op;
    }
    return Invalid(fmt::format("Filter operator {} is not supported!", word));
  }

  absl::StatusOr<Value> ReadValue() {
    cursor_.SkipBlanks();
    if (cursor_.CurrentIs('!')) {
      cursor_.Advance();
      cursor_.SkipBlanks();
      if (!cursor_.CurrentIs('$') && !cursor_.CurrentIs('@'))
        return Invalid("Unexpected character: !");
    }
    char c = cursor_.Current();
    if (cursor_.overrun()) return Fatal("Filter ends too early");
    switch (c) {
      case '$':
      case '@':
        return ReadPath();
      case '\'':
      case '"':
        return ReadString(c);
      case 't':
      case 'f':
        return ReadBoolean();
      case 'n':
        return ReadNull();
      case '{':
      case '[':
        return ReadJson(c);
      case '/':
        return ReadPattern();
      default:
        return ReadNumber();
    }
  }

  absl::StatusOr<Value> ReadString(char quote) {
    size_t begin = cursor_.position();
    size_t close = cursor_.IndexOfUnescaped(quote, begin + 1);
    if (close == PathCursor::kNone) {
      return Invalid(
          fmt::format("String literal does not have matching quotes. Expected {}", quote));
    }
    cursor_.set_position(close + 1);
    std::optional<std::string> content = UnescapePathString(cursor_.Slice(begin + 1, close));
    if (!content) return Fatal("Unable to parse unicode value");
    return Value{.kind = Value::Kind::kString, .text = std::move(*content)};
  }

  bool TakeLiteral(std::string_view word) {
    size_t at = cursor_.position();
    if (!cursor_.InBounds(at + word.size() - 1) || cursor_.Slice(at, at + word.size()) != word)
      return false;
    cursor_.Advance(word.size());
    return true;
  }

  absl::StatusOr<Value> ReadBoolean() {
    if (TakeLiteral("true")) return Value{.kind = Value::Kind::kBool, .boolean = true};
    if (TakeLiteral("false")) return Value{.kind = Value::Kind::kBool, .boolean = false};
    return Invalid("Expected boolean literal");
  }

  absl::StatusOr<Value> ReadNull() {
    if (TakeLiteral("null")) return Value{.kind = Value::Kind::kNull};
    return Invalid("Expected <null> value");
  }

  absl::StatusOr<Value> ReadNumber() {
    size_t begin = cursor_.position();
    while (cursor_.InBounds() && IsNumberChar(cursor_.Current())) cursor_.Advance();
    std::string text(cursor_.Slice(begin, cursor_.position()));
    if (!IsDecimal(text)) return Fatal(fmt::format("Expected a number, found '{}'", text));
    return Value{.kind = Value::Kind::kNumber, .text = std::move(text)};
  }

  absl::StatusOr<Value> ReadJson(char open) {
    size_t begin = cursor_.position();
    char close = open == '[' ? ']' : '}';
    size_t end = cursor_.IndexOfClosing(begin, open, close, PathCursor::Regex::kCounted);
    if (end == PathCursor::kNone) return Invalid(fmt::format("Expected a closing {}", close));
    cursor_.set_position(end + 1);
    std::string_view text = cursor_.Slice(begin, end + 1);
    return Value{
        .kind = Value::Kind::kJson, .text = std::string(text), .json = ParsePermissiveJson(text)};
  }

  absl::StatusOr<Value> ReadPattern() {
    size_t begin = cursor_.position();
    size_t close = cursor_.IndexOfUnescaped('/', begin + 1);
    if (close == PathCursor::kNone) return Invalid("Pattern not closed. Expected /");
    size_t end = close + 1;
    while (cursor_.InBounds(end) && IsPatternFlag(cursor_.At(end))) ++end;
    absl::StatusOr<std::shared_ptr<const re2::RE2>> pattern =
        CompileJavaPattern(cursor_.Slice(begin + 1, close), cursor_.Slice(close + 1, end));
    if (!pattern.ok()) return Fatal(std::string(pattern.status().message()));
    cursor_.set_position(end);
    return Value{.kind = Value::Kind::kPattern, .pattern = *std::move(pattern)};
  }

  absl::StatusOr<Value> ReadPath() {
    bool should_exist = cursor_.PreviousSignificantChar() != '!';
    size_t begin = cursor_.position();
    cursor_.Advance();
    while (cursor_.InBounds()) {
      if (cursor_.CurrentIs('[')) {
        size_t close =
            cursor_.IndexOfClosing(cursor_.position(), '[', ']', PathCursor::Regex::kCounted);
        if (close == PathCursor::kNone) return Invalid("Square brackets does not match in filter");
        cursor_.set_position(close + 1);
      }
      char c = cursor_.Current();
      bool ends = !cursor_.InBounds() || IsOperatorChar(c) || c == ' ' ||
                  (c == ')' && !ClosesFunction(begin));
      if (ends) break;
      cursor_.Advance();
    }
    std::string_view text = cursor_.Slice(begin, cursor_.position());
    absl::StatusOr<PathProgram> path = CompileTokens(text, nesting_);
    if (!path.ok()) return path.status();
    return Value{.kind = Value::Kind::kPath,
                 .path = std::make_shared<const PathProgram>(std::move(*path)),
                 .should_exist = should_exist};
  }

  // "name()" and nothing between: the parenthesis belongs to the path.
  bool ClosesFunction(size_t path_begin) {
    size_t at = cursor_.position();
    while (at > 0 && cursor_.At(at - 1) == ' ') --at;
    if (at == 0 || cursor_.At(at - 1) != '(') return false;
    for (at -= 1; at > path_begin; --at) {
      if (cursor_.At(at) == '.') return true;
    }
    return false;
  }

  PathCursor cursor_;
  int nesting_;
  int depth_ = 0;
};

}  // namespace

absl::StatusOr<FilterNode> CompileFilter(std::string_view text, int nesting) {
  return Compiler(text, nesting).Run();
}

}  // namespace asl
