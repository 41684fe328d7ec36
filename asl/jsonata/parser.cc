// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Top-down operator precedence: a token begins an expression (Prefix) or continues one (Infix) as
// long as it binds more tightly than what stands to the left. After an error every function
// returns null and the parser reads no further; nesting is counted, so that the stack is safe.
#include "asl/jsonata/parser.h"

#include <algorithm>
#include <utility>

#include "asl/jsonata/limits.h"
#include "asl/jsonata/regex.h"
#include "asl/jsonata/signature.h"

namespace asl::jsonata {
namespace {

int BindingPower(Op op) {
  switch (op) {
    case Op::kOpenBracket:
    case Op::kOpenParen:
    case Op::kAt:
    case Op::kHash:
      return 80;
    case Op::kDot:
      return 75;
    case Op::kOpenBrace:
      return 70;
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kModulo:
      return 60;
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kConcat:
      return 50;
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
    case Op::kCaret:
    case Op::kChain:
    case Op::kIn:
      return 40;
    case Op::kAnd:
      return 30;
    case Op::kOr:
      return 25;
    case Op::kQuestion:
      return 20;
    case Op::kAssign:
      return 10;
    default:
      return 0;
  }
}

constexpr int kPrefixPower = 70;

class Parser {
 public:
  explicit Parser(Program* program) : program_(*program), lexer_(program->text) {}

  Error Run() {
    Advance(false);
    program_.root = Expression(0);
    if (ok() && token_.kind != TokenKind::kEnd) Fail("S0201", token_.position, Shown());
    return error_;
  }

 private:
  bool ok() const { return error_.ok(); }
  bool Is(Op op) const { return token_.kind == TokenKind::kOperator && token_.op == op; }

  Node* Fail(std::string_view code, uint32_t position, std::string token, std::string value = "") {
    if (!ok()) return nullptr;
    error_.code = code;
    error_.position = static_cast<int>(position);
    error_.token = std::move(token);
    error_.value = std::move(value);
    return nullptr;
  }

  // The current token as errors show it.
  std::string Shown() const {
    if (token_.kind == TokenKind::kEnd) return "(end)";
    return token_.kind == TokenKind::kOperator ? std::string(OpText(token_.op)) : token_.text;
  }

  // What a node was made from, as errors show it.
  static std::string Origin(const Node& node) {
    return node.op == Op::kNone ? node.text : std::string(OpText(node.op));
  }

  void Advance(bool after_operand) {
    token_ = lexer_.Next(after_operand);
    if (!lexer_.error().ok() && ok()) error_ = lexer_.error();
    if (Is(Op::kExclamation) || Is(Op::kTilde)) Fail("S0204", token_.position, Shown());
  }

  bool Expect(Op op, bool after_operand = false) {
    if (!ok()) return false;
    if (!Is(op)) {
      const bool end = token_.kind == TokenKind::kEnd;
      Fail(end ? "S0203" : "S0202", token_.position, Shown(), std::string(OpText(op)));
      return false;
    }
    Advance(after_operand);
    return ok();
  }

  Node* Expression(int power) {
    if (!ok()) return nullptr;
    if (nesting_ >= kNestingMax) return TooDeep();
    ++nesting_;
    const Token first = std::exchange(token_, Token{});
    Advance(true);
    Node* left = ok() ? Prefix(first) : nullptr;
    if (ok()) Measure(left);
    while (ok() && token_.kind == TokenKind::kOperator && power < BindingPower(token_.op)) {
      const Token infix = std::exchange(token_, Token{});
      Advance(false);
      left = ok() ? Infix(infix, left) : nullptr;
      if (ok()) Measure(left);
    }
    --nesting_;
    return ok() ? left : nullptr;
  }

  // Nesting in the text bounds our own stack; the height of the tree, which chains of operators
  // grow too, that of all who walk it.
  int Measure(Node* node) {
    if (node == nullptr || node->height > 0) return node == nullptr ? 0 : node->height;
    int height = std::max({Measure(node->left), Measure(node->right), Measure(node->third)});
    for (Node* child : node->list) height = std::max(height, Measure(child));
    node->height = height + 1;
    if (node->height > kNestingMax) TooDeep();
    return node->height;
  }

  Node* TooDeep() {
    Fail("U1001", token_.position, Shown());
    error_.message = "The expression is nested too deeply";
    return nullptr;
  }

  Node* Prefix(const Token& token);
  Node* PrefixOperator(const Token& token);
  Node* Infix(const Token& token, Node* left);
  Node* Block(Node* node);
  Node* ArrayItems(Node* node);
  Node* Pairs(Node* node, Op closing);
  Node* Transform(Node* node);
  Node* Predicate(Node* node, Node* left);
  Node* Terms(Node* node, Node* left);
  Node* Condition(Node* node, Node* left);
  Node* Call(Node* node, Node* left);
  Node* Lambda(Node* node);
  bool ReadSignature(Node* node);
  Node* BindTo(Node* node, Node* left, Op op);
  Node* RegexLiteral(const Token& token);

  Program& program_;
  Lexer lexer_;
  Token token_;
  Error error_;
  int nesting_ = 0;
};

Node* Parser::RegexLiteral(const Token& token) {
  Node* node = program_.Make(NodeKind::kRegex, token.position);
  node->text = token.text;
  std::string problem;
  node->regex = Regex::Compile(token.text, token.flags, &problem);
  if (node->regex == nullptr) return Fail("S0303", token.position, token.text, problem);
  return node;
}

Node* Parser::Prefix(const Token& token) {
  NodeKind kind = NodeKind::kEnd;
  switch (token.kind) {
    case TokenKind::kEnd:
      break;
    case TokenKind::kOperator:
      return PrefixOperator(token);
    case TokenKind::kName:
      kind = NodeKind::kName;
      break;
    case TokenKind::kVariable:
      kind = NodeKind::kVariable;
      break;
    case TokenKind::kString:
      kind = NodeKind::kString;
      break;
    case TokenKind::kNumber:
      kind = NodeKind::kNumber;
      break;
    case TokenKind::kConstant:
      kind = NodeKind::kConstant;
      break;
    case TokenKind::kRegex:
      return RegexLiteral(token);
  }
  Node* node = program_.Make(kind, token.position);
  node->text = token.text;
  node->number = token.number;
  if (kind == NodeKind::kConstant) {
    node->number = token.text == "true" ? 1 : token.text == "false" ? 0 : -1;
  }
  return node;
}

Node* Parser::PrefixOperator(const Token& token) {
  Node* node = program_.Make(NodeKind::kKeyword, token.position);
  node->op = token.op;
  switch (token.op) {
    case Op::kAnd:
    case Op::kOr:
    case Op::kIn:
      node->text = OpText(token.op);
      return node;
    case Op::kSubtract:
      node->kind = NodeKind::kNegate;
      node->left = Expression(kPrefixPower);
      return node;
    case Op::kMultiply:
      node->kind = NodeKind::kWildcard;
      return node;
    case Op::kDescendant:
      node->kind = NodeKind::kDescendants;
      return node;
    case Op::kModulo:
      node->kind = NodeKind::kParent;
      return node;
    case Op::kOpenParen:
      return Block(node);
    case Op::kOpenBracket:
      return ArrayItems(node);
    case Op::kOpenBrace:
      node->kind = NodeKind::kObject;
      return Pairs(node, Op::kCloseBrace);
    case Op::kBar:
      return Transform(node);
    default:
      return Fail("S0211", token.position, std::string(OpText(token.op)));
  }
}

Node* Parser::Block(Node* node) {
  node->kind = NodeKind::kBlock;
  while (ok() && !Is(Op::kCloseParen)) {
    node->list.push_back(Expression(0));
    if (!ok() || !Is(Op::kSemicolon)) break;
    Advance(false);
  }
  Expect(Op::kCloseParen, true);
  return node;
}

Node* Parser::ArrayItems(Node* node) {
  node->kind = NodeKind::kArray;
  while (ok() && !Is(Op::kCloseBracket)) {
    Node* item = Expression(0);
    if (ok() && Is(Op::kRange)) {
      Node* range = program_.Make(NodeKind::kBinary, token_.position);
      range->op = Op::kRange;
      Advance(false);
      range->left = item;
      range->right = Expression(0);
      item = range;
    }
    node->list.push_back(item);
    if (!ok() || !Is(Op::kComma)) break;
    Advance(false);
    if (ok() && Is(Op::kCloseBracket)) Expression(0);  // nothing behind a comma: its error
  }
  Expect(Op::kCloseBracket, true);
  return node;
}

Node* Parser::Pairs(Node* node, Op closing) {
  while (ok() && !Is(closing)) {
    node->list.push_back(Expression(0));
    Expect(Op::kColon);
    node->list.push_back(Expression(0));
    if (!ok() || !Is(Op::kComma)) break;
    Advance(false);
    if (ok() && Is(closing)) Expression(0);
  }
  Expect(closing, true);
  return node;
}

Node* Parser::Transform(Node* node) {
  node->kind = NodeKind::kTransform;
  node->left = Expression(0);
  Expect(Op::kBar);
  node->right = Expression(0);
  if (ok() && Is(Op::kComma)) {
    Advance(false);
    node->third = Expression(0);
  }
  Expect(Op::kBar);
  return node;
}

Node* Parser::Infix(const Token& token, Node* left) {
  Node* node = program_.Make(NodeKind::kBinary, token.position);
  node->op = token.op;
  switch (token.op) {
    case Op::kOpenParen:
      return Call(node, left);
    case Op::kOpenBracket:
      return Predicate(node, left);
    case Op::kOpenBrace:
      node->left = left;
      return Pairs(node, Op::kCloseBrace);
    case Op::kCaret:
      return Terms(node, left);
    case Op::kQuestion:
      return Condition(node, left);
    case Op::kAt:
    case Op::kHash:
      return BindTo(node, left, token.op);
    case Op::kAssign:
      if (left->kind != NodeKind::kVariable) return Fail("S0212", left->position, Origin(*left));
      node->left = left;
      node->right = Expression(BindingPower(Op::kAssign) - 1);  // groups to the right
      return node;
    default:
      node->left = left;
      node->right = Expression(BindingPower(token.op));
      return node;
  }
}

Node* Parser::Predicate(Node* node, Node* left) {
  if (Is(Op::kCloseBracket)) {
    // [] marks the innermost step: arrays of one item stay arrays.
    Node* step = left;
    while (step->kind == NodeKind::kBinary && step->op == Op::kOpenBracket) step = step->left;
    step->keep_array = true;
    Expect(Op::kCloseBracket);
    return left;
  }
  node->left = left;
  node->right = Expression(0);
  Expect(Op::kCloseBracket, true);
  return node;
}

Node* Parser::Terms(Node* node, Node* left) {
  Expect(Op::kOpenParen);
  while (ok()) {
    Node* term = program_.Make(NodeKind::kTerm, token_.position);
    if (Is(Op::kLess) || Is(Op::kGreater)) {
      term->descending = Is(Op::kGreater);
      Advance(false);
    }
    term->left = Expression(0);
    node->list.push_back(term);
    if (!ok() || !Is(Op::kComma)) break;
    Advance(false);
  }
  Expect(Op::kCloseParen);
  node->left = left;
  return node;
}

Node* Parser::Condition(Node* node, Node* left) {
  node->kind = NodeKind::kCondition;
  node->left = left;
  node->right = Expression(0);
  if (ok() && Is(Op::kColon)) {
    Advance(false);
    node->third = Expression(0);
  }
  return node;
}

Node* Parser::BindTo(Node* node, Node* left, Op op) {
  node->left = left;
  node->right = Expression(BindingPower(op));
  if (!ok()) return nullptr;
  if (node->right->kind != NodeKind::kVariable) {
    return Fail("S0214", node->right->position, std::string(OpText(op)));
  }
  return node;
}

Node* Parser::Call(Node* node, Node* left) {
  node->kind = NodeKind::kCall;
  node->left = left;
  while (ok() && !(node->list.empty() && Is(Op::kCloseParen))) {
    if (Is(Op::kQuestion)) {
      node->kind = NodeKind::kPartial;
      node->list.push_back(program_.Make(NodeKind::kPlaceholder, token_.position));
      node->list.back()->text = "?";
      Advance(false);
    } else {
      node->list.push_back(Expression(0));
    }
    if (!ok() || !Is(Op::kComma)) break;
    Advance(false);
  }
  Expect(Op::kCloseParen, true);
  if (!ok()) return nullptr;
  const bool lambda =
      left->kind == NodeKind::kName && (left->text == "function" || left->text == "λ");
  return lambda ? Lambda(node) : node;
}

Node* Parser::Lambda(Node* node) {
  node->kind = NodeKind::kLambda;
  node->left = nullptr;
  for (size_t i = 0; i < node->list.size(); ++i) {
    const Node& parameter = *node->list[i];
    if (parameter.kind != NodeKind::kVariable || i >= kParametersMax) {
      return Fail("S0208", parameter.position, Origin(parameter), std::to_string(i + 1));
    }
  }
  if (Is(Op::kLess) && !ReadSignature(node)) return nullptr;
  Expect(Op::kOpenBrace);
  node->left = Expression(0);
  Expect(Op::kCloseBrace);
  return node;
}

// Signatures are read as tokens, because spaces between them do not count.
bool Parser::ReadSignature(Node* node) {
  const uint32_t begin = token_.position;
  std::string text = "<";
  int depth = 1;
  while (depth > 0 && ok() && !Is(Op::kOpenBrace) && token_.kind != TokenKind::kEnd) {
    Advance(false);
    if (Is(Op::kGreater)) --depth;
    if (Is(Op::kLess)) ++depth;
    text += Shown();
  }
  if (!Expect(Op::kGreater)) return false;
  Error error;
  node->signature = Signature::Parse(text, &error);
  if (node->signature != nullptr) return true;
  Fail(error.code, begin + static_cast<uint32_t>(error.position), "", error.value);
  return false;
}

}  // namespace

Error Parse(Program* program) { return Parser(program).Run(); }

}  // namespace asl::jsonata
