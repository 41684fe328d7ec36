// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/ancestry.h"

namespace asl::jsonata {

bool SeekParent(Node* node, Ancestor* ancestor, const Node** culprit) {
  switch (node->kind) {
    case NodeKind::kName:
    case NodeKind::kWildcard:
      if (--ancestor->level == 0) {
        if (node->ancestor != nullptr) ancestor->label = node->ancestor->label;
        node->ancestor = ancestor;
        node->tuple = true;
      }
      return true;
    case NodeKind::kParent:
      ++ancestor->level;
      return true;
    case NodeKind::kBlock:
      if (node->list.empty()) return true;
      node->tuple = true;
      return SeekParent(node->list.back(), ancestor, culprit);
    case NodeKind::kPath:
      node->tuple = true;
      for (size_t i = node->list.size(); i-- > 0;) {
        if (!SeekParent(node->list[i], ancestor, culprit)) return false;
        if (ancestor->level <= 0) break;
      }
      return true;
    default:
      *culprit = node;
      return false;
  }
}

void HandUp(Node* whole, const Node& part) {
  whole->seeking.insert(whole->seeking.end(), part.seeking.begin(), part.seeking.end());
  if (part.kind == NodeKind::kParent) whole->seeking.push_back(part.ancestor);
}

bool ResolveAncestry(Node* path, const Node** culprit) {
  std::vector<Node*>& steps = path->list;
  std::vector<Ancestor*> sought = steps.back()->seeking;
  if (steps.back()->kind == NodeKind::kParent) sought.push_back(steps.back()->ancestor);
  for (Ancestor* ancestor : sought) {
    size_t before = steps.size() - 1;  // the steps not yet looked at
    while (ancestor->level > 0) {
      if (before == 0) {
        path->seeking.push_back(ancestor);
        break;
      }
      Node* step = steps[--before];
      // Steps that bind their item do not move the context: several of them count as one.
      while (before > 0 && !step->focus.empty() && !steps[before - 1]->focus.empty()) {
        step = steps[--before];
      }
      if (!SeekParent(step, ancestor, culprit)) return false;
    }
  }
  return true;
}

}  // namespace asl::jsonata
