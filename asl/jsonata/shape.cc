// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is written a.b[c].d{e: f} was parsed as nested operators; here it becomes one path whose
// steps carry their predicates. Bottom-up, each node is answered by itself or by what takes its
// place. The depth of the recursion is the height of the tree, which the parser bounds.
#include "asl/jsonata/ancestry.h"
#include "asl/jsonata/parser.h"

namespace asl::jsonata {
namespace {

class Shaper {
 public:
  explicit Shaper(Program* program) : program_(*program) {}

  Error Run() {
    Node* root = Shape(program_.root);
    if (!error_.ok()) return error_;
    if (root->kind == NodeKind::kParent || !root->seeking.empty()) NoParent(*root);
    program_.root = root;
    return error_;
  }

 private:
  bool ok() const { return error_.ok(); }

  Node* Fail(std::string_view code, const Node& at, std::string token = "",
             std::string value = "") {
    if (!ok()) return nullptr;
    error_.code = code;
    error_.position = static_cast<int>(at.position);
    error_.token = std::move(token);
    error_.value = std::move(value);
    return nullptr;
  }

  Node* NoParent(const Node& node);

  Node* Shape(Node* node) {
    Node* shaped = ok() ? ShapeKind(node) : nullptr;
    if (shaped != nullptr && node->keep_array) {
      (shaped->kind == NodeKind::kPath ? shaped->keep_singleton : shaped->keep_array) = true;
    }
    return ok() ? shaped : nullptr;
  }

  // Shapes a part in place and lets `whole` seek what it seeks.
  bool Part(Node* whole, Node** part) {
    if (*part == nullptr) return ok();
    *part = Shape(*part);
    if (ok()) HandUp(whole, **part);
    return ok();
  }

  Node* ShapeKind(Node* node);
  Node* Parts(Node* node);
  Node* Binary(Node* node);
  Node* Path(Node* node);
  bool FinishPath(Node* path);
  Node* Filter(Node* node);
  Node* Group(Node* node);
  Node* OrderBy(Node* node);
  Node* Bind(Node* node);
  Node* Focus(Node* node);
  Node* Index(Node* node);
  Node* Call(Node* node);
  Node* Lambda(Node* node);
  Node* Block(Node* node);
  Node* Parent(Node* node);

  Node* PathOf(Node* step) {
    Node* path = program_.Make(NodeKind::kPath, step->position);
    path->list.push_back(step);
    return path;
  }

  Program& program_;
  Error error_;
};

// What errors call a node that has no parent.
std::string_view KindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::kArray:
    case NodeKind::kObject:
    case NodeKind::kNegate:
      return "unary";
    case NodeKind::kBinary:
      return "binary";
    case NodeKind::kBlock:
      return "block";
    case NodeKind::kCall:
      return "function";
    case NodeKind::kPartial:
      return "partial";
    case NodeKind::kCondition:
      return "condition";
    case NodeKind::kParent:
      return "parent";
    case NodeKind::kPath:
      return "path";
    case NodeKind::kBind:
      return "bind";
    case NodeKind::kApply:
      return "apply";
    case NodeKind::kVariable:
      return "variable";
    case NodeKind::kDescendants:
      return "descendant";
    case NodeKind::kLambda:
      return "lambda";
    case NodeKind::kTransform:
      return "transform";
    case NodeKind::kRegex:
      return "regex";
    case NodeKind::kSort:
      return "sort";
    default:
      return "value";
  }
}

// A call in tail position is left to its caller's loop: recursion through it takes no stack.
void MarkTailCalls(Node* node) {
  if (!node->predicates.empty() || node->group != nullptr || node->keep_array) return;
  switch (node->kind) {
    case NodeKind::kCall:
      node->tail_call = true;
      return;
    case NodeKind::kCondition:
      MarkTailCalls(node->right);
      if (node->third != nullptr) MarkTailCalls(node->third);
      return;
    case NodeKind::kBlock:
      if (!node->list.empty()) MarkTailCalls(node->list.back());
      return;
    default:
      return;
  }
}

Node* Shaper::NoParent(const Node& node) {
  return Fail("S0217", node, std::string(KindName(node.kind)));
}

Node* Shaper::ShapeKind(Node* node) {
  switch (node->kind) {
    case NodeKind::kBinary:
      return Binary(node);
    case NodeKind::kName: {
      Node* path = PathOf(node);
      path->keep_singleton = node->keep_array;
      return path;
    }
    case NodeKind::kKeyword:
      node->kind = NodeKind::kName;
      return ShapeKind(node);
    case NodeKind::kParent:
      return Parent(node);
    case NodeKind::kNegate:
    case NodeKind::kArray:
    case NodeKind::kObject:
    case NodeKind::kCondition:
      return Parts(node);
    case NodeKind::kBlock:
      return Block(node);
    case NodeKind::kCall:
    case NodeKind::kPartial:
      return Call(node);
    case NodeKind::kLambda:
      return Lambda(node);
    case NodeKind::kTransform:
      node->left = Shape(node->left);
      node->right = Shape(node->right);
      if (node->third != nullptr) node->third = Shape(node->third);
      return node;
    case NodeKind::kEnd:
      return Fail("S0207", *node, "(end)");
    default:
      return node;
  }
}

Node* Shaper::Parts(Node* node) {
  if (!Part(node, &node->left) || !Part(node, &node->right) || !Part(node, &node->third)) {
    return nullptr;
  }
  for (Node*& item : node->list) {
    if (!Part(node, &item)) return nullptr;
  }
  if (node->kind == NodeKind::kNegate && node->left->kind == NodeKind::kNumber) {
    node->left->number = -node->left->number;
    return node->left;
  }
  return node;
}

Node* Shaper::Binary(Node* node) {
  switch (node->op) {
    case Op::kDot:
      return Path(node);
    case Op::kOpenBracket:
      return Filter(node);
    case Op::kOpenBrace:
      return Group(node);
    case Op::kCaret:
      return OrderBy(node);
    case Op::kAssign:
      return Bind(node);
    case Op::kAt:
      return Focus(node);
    case Op::kHash:
      return Index(node);
    case Op::kChain:
      node->kind = NodeKind::kApply;
      node->left = Shape(node->left);
      node->right = Shape(node->right);
      if (ok()) node->keep_array |= node->left->keep_array || node->right->keep_array;
      return node;
    default:
      return Parts(node);
  }
}

Node* Shaper::Path(Node* node) {
  Node* left = Shape(node->left);
  if (!ok()) return nullptr;
  Node* path = left->kind == NodeKind::kPath ? left : PathOf(left);
  if (left->kind == NodeKind::kParent) path->seeking = {left->ancestor};
  Node* rest = Shape(node->right);
  if (!ok()) return nullptr;
  if (rest->kind == NodeKind::kPath) {
    path->list.insert(path->list.end(), rest->list.begin(), rest->list.end());
  } else {
    rest->stages.insert(rest->stages.end(), rest->predicates.begin(), rest->predicates.end());
    rest->predicates.clear();
    path->list.push_back(rest);
  }
  return FinishPath(path) ? path : nullptr;
}

bool Shaper::FinishPath(Node* path) {
  for (Node* step : path->list) {
    if (step->kind == NodeKind::kNumber || step->kind == NodeKind::kConstant) {
      Fail("S0213", *step, "", step->text);
      return false;
    }
    if (step->kind == NodeKind::kString) step->kind = NodeKind::kName;
    path->keep_singleton |= step->keep_array;
  }
  for (Node* step : {path->list.front(), path->list.back()}) {
    if (step->kind == NodeKind::kArray) step->cons_array = true;
  }
  const Node* culprit = nullptr;
  if (!ResolveAncestry(path, &culprit)) NoParent(*culprit);
  return ok();
}

Node* Shaper::Filter(Node* node) {
  Node* result = Shape(node->left);
  if (!ok()) return nullptr;
  const bool in_path = result->kind == NodeKind::kPath;
  Node* step = in_path ? result->list.back() : result;
  if (step->group != nullptr) return Fail("S0209", *node);
  Node* predicate = Shape(node->right);
  if (!ok()) return nullptr;
  for (Ancestor* ancestor : predicate->seeking) {
    if (ancestor->level > 1) {
      --ancestor->level;
      continue;
    }
    const Node* culprit = nullptr;
    if (!SeekParent(step, ancestor, &culprit)) return NoParent(*culprit);
  }
  if (!predicate->seeking.empty()) HandUp(step, *predicate);
  (in_path ? step->stages : step->predicates).push_back({.predicate = predicate});
  return result;
}

Node* Shaper::Group(Node* node) {
  Node* result = Shape(node->left);
  if (!ok()) return nullptr;
  if (result->group != nullptr) return Fail("S0210", *node);
  Node* group = program_.Make(NodeKind::kObject, node->position);
  for (Node* part : node->list) {
    group->list.push_back(Shape(part));
    if (!ok()) return nullptr;
  }
  result->group = group;
  return result;
}

Node* Shaper::OrderBy(Node* node) {
  Node* result = Shape(node->left);
  if (!ok()) return nullptr;
  if (result->kind != NodeKind::kPath) result = PathOf(result);
  Node* sort = program_.Make(NodeKind::kSort, node->position);
  for (Node* term : node->list) {
    if (!Part(sort, &term->left)) return nullptr;
    sort->list.push_back(term);
  }
  result->list.push_back(sort);
  const Node* culprit = nullptr;
  if (!ResolveAncestry(result, &culprit)) return NoParent(*culprit);
  return result;
}

Node* Shaper::Bind(Node* node) {
  node->kind = NodeKind::kBind;
  node->text = node->left->text;
  node->left = nullptr;
  return Part(node, &node->right) ? node : nullptr;
}

Node* Shaper::Focus(Node* node) {
  Node* result = Shape(node->left);
  if (!ok()) return nullptr;
  Node* step = result->kind == NodeKind::kPath ? result->list.back() : result;
  if (!step->stages.empty() || !step->predicates.empty()) return Fail("S0215", *node);
  if (step->kind == NodeKind::kSort) return Fail("S0216", *node);
  if (node->keep_array) step->keep_array = true;
  step->focus = node->right->text;
  step->tuple = true;
  return result;
}

Node* Shaper::Index(Node* node) {
  Node* result = Shape(node->left);
  if (!ok()) return nullptr;
  if (result->kind != NodeKind::kPath) {
    Node* step = result;
    step->stages.insert(step->stages.end(), step->predicates.begin(), step->predicates.end());
    step->predicates.clear();
    result = PathOf(step);
  }
  Node* step = result->list.back();
  if (step->stages.empty()) {
    step->index = node->right->text;
  } else {
    step->stages.push_back({.predicate = nullptr, .index = node->right->text});
  }
  step->tuple = true;
  return result;
}

Node* Shaper::Call(Node* node) {
  for (Node*& argument : node->list) {
    if (!Part(node, &argument)) return nullptr;
  }
  node->left = Shape(node->left);
  return node;
}

Node* Shaper::Lambda(Node* node) {
  node->left = Shape(node->left);
  if (!ok()) return nullptr;
  MarkTailCalls(node->left);
  return node;
}

Node* Shaper::Block(Node* node) {
  for (Node*& item : node->list) {
    if (!Part(node, &item)) return nullptr;
    const bool cons = item->kind == NodeKind::kPath && item->list.front()->cons_array;
    node->cons_array |= item->cons_array || cons;
  }
  return node;
}

Node* Shaper::Parent(Node* node) {
  Ancestor& ancestor = program_.ancestors.emplace_back();
  ancestor.label = static_cast<int>(program_.ancestors.size());
  node->ancestor = &ancestor;
  return node;
}

}  // namespace

Error Shape(Program* program) { return Shaper(program).Run(); }

}  // namespace asl::jsonata
