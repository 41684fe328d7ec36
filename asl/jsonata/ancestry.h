// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Finding what each % refers to. A % asks for the item that its context was taken from: one step
// up the path. The step whose items are asked for is marked, and from there on its path carries
// tuples (item and parents) instead of bare items. What is not found inside an expression is
// handed up (Node::seeking) until some enclosing path or predicate answers it. Used by Shape()
// only.
#pragma once

#include "asl/jsonata/tree.h"

namespace asl::jsonata {

// Goes back through `node` as many levels as the ancestor is up. False: nothing there can be a
// parent (S0217, the node is the culprit).
bool SeekParent(Node* node, Ancestor* ancestor, const Node** culprit);

// What `part` seeks, its user `whole` seeks.
void HandUp(Node* whole, const Node& part);

// Looks for what the last step of the path seeks in the steps before it.
bool ResolveAncestry(Node* path, const Node** culprit);

}  // namespace asl::jsonata
