// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Variables become slots of frames. A frame is made at run time for: the whole expression, a call
// of a lambda, a block that binds variables, and each tuple of a path. A name may stand in several
// of the frames around it, and an inner one may be unbound when it is read (a binding that has not
// happened yet), so a variable has a list of places; the last resort is a free name. All tuples of
// an expression have one layout, so that the tuples of an inner path fit into those of an outer.
#include <algorithm>
#include <map>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/limits.h"
#include "asl/jsonata/parser.h"

namespace asl::jsonata {
namespace {

struct Scope {
  const Scope* outer = nullptr;
  bool tuple = false;
  size_t parameters = 0;           // of the names, from the first: always bound
  std::vector<std::string> names;  // their places are their slots
};

int IndexOf(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

// From which step on the path carries tuples; its size when it never does. An array that is written
// as the first step is evaluated before any tuple is made.
size_t FirstTupleStep(const Node& path) {
  const auto found = std::find_if(path.list.begin(), path.list.end(),
                                  [](const Node* step) { return step->tuple; });
  const bool written = found == path.list.begin() && path.list[0]->cons_array;
  return static_cast<size_t>(found - path.list.begin()) + (written ? 1 : 0);
}

bool IsPlainName(const Node* step) {
  return step->kind == NodeKind::kName && step->stages.empty() && !step->decorated && !step->tuple;
}

// Whether the step is evaluated with the tuples before it, rather than where its path is.
bool SeesTuples(const Node& path, size_t i) {
  const size_t first = FirstTupleStep(path);
  return i > first || (i == first && path.list[i]->kind != NodeKind::kSort);
}

// The names that evaluating `node` may bind in the frame it is evaluated in.
void CollectBound(const Node* node, std::vector<std::string>* names);

void CollectStages(const std::vector<Stage>& stages, std::vector<std::string>* names) {
  for (const Stage& stage : stages) CollectBound(stage.predicate, names);
}

void CollectPath(const Node& path, std::vector<std::string>* names) {
  const size_t first = FirstTupleStep(path);
  for (size_t i = 0; i < path.list.size(); ++i) {
    if (!SeesTuples(path, i)) CollectBound(path.list[i], names);
  }
  if (first == path.list.size()) CollectBound(path.group, names);
}

void CollectBound(const Node* node, std::vector<std::string>* names) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::kBind && IndexOf(*names, node->text) < 0) {
    names->push_back(node->text);
  }
  if (node->kind == NodeKind::kPath) return CollectPath(*node, names);
  if (node->kind != NodeKind::kBlock && node->kind != NodeKind::kLambda) {
    for (const Node* part : {node->left, node->right, node->third}) CollectBound(part, names);
    for (const Node* part : node->list) CollectBound(part, names);
  }
  if (node->tuple) return;  // its predicates and its group see tuples
  CollectStages(node->predicates, names);
  CollectStages(node->stages, names);
  CollectBound(node->group, names);
}

class Resolver {
 public:
  explicit Resolver(Program* program) : program_(*program) {}

  Error Run() {
    for (Node& node : program_.nodes) PlaceTupleNames(&node);
    program_.tuple_slots = static_cast<int>(tuple_names_.size()) + 1;
    Scope top;
    CollectBound(program_.root, &top.names);
    program_.top_slots = static_cast<int>(top.names.size());
    Walk(program_.root, top.names.empty() ? nullptr : &top);
    Error error;
    if (most_names_ <= kVariablesMax && tuple_names_.size() <= kTupleNamesMax) return error;
    error.code = "U1001";
    error.message = "The expression binds too many variables";
    return error;
  }

 private:
  static std::string Label(const Ancestor& ancestor) {
    return "!" + std::to_string(ancestor.label);
  }

  int TupleSlot(const std::string& name) {
    const int next = static_cast<int>(tuple_names_.size()) + 1;
    return tuple_names_.emplace(name, next).first->second;
  }

  void PlaceTupleNames(Node* node) {
    if (!node->focus.empty()) node->focus_slot = TupleSlot(node->focus);
    if (!node->index.empty()) node->index_slot = TupleSlot(node->index);
    for (Stage& stage : node->stages) {
      if (stage.predicate == nullptr) stage.index_slot = TupleSlot(stage.index);
    }
    if (node->ancestor != nullptr) node->ancestor_slot = TupleSlot(Label(*node->ancestor));
  }

  void Find(Node* node, const std::string& name, const Scope* scope) {
    uint16_t up = 0;
    if (scope != nullptr) most_names_ = std::max(most_names_, scope->names.size());
    for (; scope != nullptr; scope = scope->outer, ++up) {
      int slot = IndexOf(scope->names, name);
      if (scope->tuple) {
        const auto found = tuple_names_.find(name);
        slot = found == tuple_names_.end() ? -1 : found->second;
      }
      if (slot < 0) continue;
      node->places.push_back({up, static_cast<uint16_t>(slot)});
      if (static_cast<size_t>(slot) < scope->parameters) return;
    }
    if (node->kind == NodeKind::kVariable) node->free_name = FreeNameOf(name);
  }

  int FreeNameOf(const std::string& name) {
    const auto [found, fresh] =
        free_names_.emplace(name, static_cast<int>(program_.free_names.size()));
    if (fresh) program_.free_names.push_back({name, FindBuiltin(name)});
    return found->second;
  }

  void Walk(Node* node, const Scope* scope);
  void WalkKind(Node* node, const Scope* scope);
  void WalkPath(Node* path, const Scope* scope);
  void WalkStep(Node* step, bool in_tuple, const Scope* scope);
  void WalkBlock(Node* block, const Scope* scope);
  void WalkLambda(Node* lambda, const Scope* scope);
  void WalkInTuple(Node* node, const Scope* scope);
  void WalkStages(const std::vector<Stage>& stages, bool tuple, const Scope* scope);
  void Hint(Node* call, const Scope* scope);

  Program& program_;
  std::map<std::string, int, std::less<>> tuple_names_;
  std::map<std::string, int, std::less<>> free_names_;
  size_t most_names_ = 0;  // in one frame
};

// Everything that `node` binds goes into a frame of its own: the tuple is not for its variables.
void Resolver::WalkInTuple(Node* node, const Scope* scope) {
  Scope own;
  CollectBound(node, &own.names);
  if (own.names.empty()) return Walk(node, scope);
  own.outer = scope;
  node->scope_slots = static_cast<int>(own.names.size());
  Walk(node, &own);
}

void Resolver::WalkStages(const std::vector<Stage>& stages, bool tuple, const Scope* scope) {
  for (const Stage& stage : stages) {
    if (stage.predicate == nullptr) continue;
    tuple ? WalkInTuple(stage.predicate, scope) : Walk(stage.predicate, scope);
  }
}

void Resolver::Walk(Node* node, const Scope* scope) {
  WalkKind(node, scope);
  const bool path = node->kind == NodeKind::kPath;
  node->decorated = !node->predicates.empty() || (!path && node->group != nullptr) ||
                    node->keep_array || node->scope_slots > 0;
  if (path) return;
  Scope tuple{.outer = scope, .tuple = true};
  const Scope* inner = node->tuple ? &tuple : scope;
  WalkStages(node->predicates, node->tuple, inner);
  if (node->group == nullptr) return;
  for (Node* part : node->group->list) {
    node->tuple ? WalkInTuple(part, inner) : Walk(part, inner);
  }
}

void Resolver::WalkKind(Node* node, const Scope* scope) {
  switch (node->kind) {
    case NodeKind::kVariable:
      if (!node->text.empty() && node->text != "$") Find(node, node->text, scope);
      return;
    case NodeKind::kParent:
      return Find(node, Label(*node->ancestor), scope);
    case NodeKind::kBind:
      Walk(node->right, scope);
      // What is bound where nobody can read it (stages that are never evaluated) has no slot.
      node->slot = scope == nullptr || scope->tuple ? -1 : IndexOf(scope->names, node->text);
      if (scope != nullptr) most_names_ = std::max(most_names_, scope->names.size());
      return;
    case NodeKind::kPath:
      return WalkPath(node, scope);
    case NodeKind::kBlock:
      return WalkBlock(node, scope);
    case NodeKind::kLambda:
      return WalkLambda(node, scope);
    case NodeKind::kCall:
    case NodeKind::kPartial:
      Hint(node, scope);
      [[fallthrough]];
    default:
      for (Node* part : {node->left, node->right, node->third}) {
        if (part != nullptr) Walk(part, scope);
      }
      for (Node* part : node->list) Walk(part, scope);
  }
}

void Resolver::WalkStep(Node* step, bool in_tuple, const Scope* scope) {
  if (!in_tuple) return Walk(step, scope);
  if (step->kind != NodeKind::kSort) return WalkInTuple(step, scope);
  for (Node* term : step->list) WalkInTuple(term->left, scope);
}

void Resolver::WalkPath(Node* path, const Scope* scope) {
  const size_t first = path->first_tuple = FirstTupleStep(*path);
  Scope tuple{.outer = scope, .tuple = true};
  for (size_t i = 0; i < path->list.size(); ++i) {
    Node* step = path->list[i];
    const bool after = i >= first;  // the stages of the first tuple step see its tuples
    const std::vector<Stage> stages = std::exchange(step->stages, {});
    WalkStep(step, SeesTuples(*path, i), SeesTuples(*path, i) ? &tuple : scope);
    step->stages = stages;
    WalkStages(step->stages, after, after ? &tuple : scope);
  }
  path->fields_only = path->group == nullptr && !path->keep_singleton &&
                      std::all_of(path->list.begin(), path->list.end(), IsPlainName);
  if (path->group == nullptr) return;
  const bool tuples = first < path->list.size();
  for (Node* part : path->group->list) {
    tuples ? WalkInTuple(part, &tuple) : Walk(part, scope);
  }
}

void Resolver::WalkBlock(Node* block, const Scope* scope) {
  Scope own{.outer = scope};
  for (const Node* item : block->list) CollectBound(item, &own.names);
  block->slots = static_cast<int>(own.names.size());
  for (Node* item : block->list) Walk(item, own.names.empty() ? scope : &own);
}

void Resolver::WalkLambda(Node* lambda, const Scope* scope) {
  Scope own{.outer = scope};
  for (Node* parameter : lambda->list) {
    if (IndexOf(own.names, parameter->text) < 0) own.names.push_back(parameter->text);
    parameter->slot = IndexOf(own.names, parameter->text);
  }
  own.parameters = own.names.size();
  CollectBound(lambda->left, &own.names);
  lambda->slots = static_cast<int>(own.names.size());
  Walk(lambda->left, own.names.empty() ? scope : &own);
}

// foo(x) where $foo(x) was meant deserves a better error.
void Resolver::Hint(Node* call, const Scope* scope) {
  const Node& callee = *call->left;
  if (callee.kind != NodeKind::kPath || callee.list[0]->kind != NodeKind::kName) return;
  const std::string name = callee.list[0]->text;
  call->hint = program_.Make(NodeKind::kVariable, call->position);
  call->hint->text = name;
  Walk(call->hint, scope);
}

}  // namespace

Error Resolve(Program* program) { return Resolver(program).Run(); }

}  // namespace asl::jsonata
