// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Source: public reports of what ValidateStateMachineDefinition answers (summer 2026). The depth of
// the recursion is the height of the tree, which the parser bounds.
#include "asl/jsonata/references.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "asl/jsonata/tree.h"

namespace asl::jsonata {
namespace {

void Add(std::string name, const Node& at, std::vector<Reference>* list) {
  const auto same = [&](const Reference& reference) { return reference.name == name; };
  if (std::any_of(list->begin(), list->end(), same)) return;
  list->push_back({std::move(name), at.position});
}

// The parts of a node that are evaluated where the node is, not within what it finds.
void CollectTopLevel(const Node* node, std::vector<Reference>* found) {
  if (node == nullptr) return;
  switch (node->kind) {
    case NodeKind::kName:
      return Add(node->text, *node, found);
    case NodeKind::kVariable:
      if (node->text.empty()) Add("$", *node, found);
      if (node->text == "$") Add("$$", *node, found);
      return;
    case NodeKind::kPath:
      return CollectTopLevel(node->list[0], found);
    case NodeKind::kLambda:
      return CollectTopLevel(node->left, found);
    case NodeKind::kTransform:
      return;
    default:
      for (const Node* part : {node->left, node->right, node->third}) CollectTopLevel(part, found);
      for (const Node* part : node->list) CollectTopLevel(part, found);
  }
}

// A variable that is not bound in the expression itself wherever it is read.
bool IsStates(const Node& node) {
  return node.kind == NodeKind::kVariable && node.text == "states" && node.places.empty() &&
         node.predicates.empty() && node.stages.empty();
}

void CollectStates(const Program& program, std::vector<Reference>* found) {
  for (const Node& node : program.nodes) {
    if (node.kind != NodeKind::kPath || node.list.size() < 2 || !IsStates(*node.list[0])) continue;
    const Node& member = *node.list[1];
    if (member.kind == NodeKind::kName) Add(member.text, member, found);
  }
}

// A name that is bound around where it is read is the expression's own.
void CollectVariables(const Program& program, std::vector<VariableRead>* found) {
  std::set<const Node*> hints;  // of what was perhaps meant
  std::set<std::string_view> names = {"states"};
  for (const Node& node : program.nodes) hints.insert(node.hint);
  for (const Node& node : program.nodes) {
    if (node.kind != NodeKind::kVariable || node.free_name < 0 || !node.places.empty()) continue;
    if (hints.contains(&node) || !names.insert(node.text).second) continue;
    const FreeName& name = program.free_names[static_cast<size_t>(node.free_name)];
    found->push_back({name.name, name.builtin != nullptr});
  }
}

void Order(std::vector<Reference>* list) {
  std::stable_sort(list->begin(), list->end(),
                   [](const Reference& a, const Reference& b) { return a.position < b.position; });
}

}  // namespace

References ReferencesOf(const Expression& expression) {
  References references;
  CollectTopLevel(expression.program().root, &references.top_level);
  CollectStates(expression.program(), &references.states);
  CollectVariables(expression.program(), &references.variables);
  Order(&references.top_level);
  Order(&references.states);
  return references;
}

}  // namespace asl::jsonata
