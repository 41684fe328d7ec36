// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The tree of an expression. The parser makes it as the text is written; Shape() turns chains of
// `.` and `[` into paths of steps with stages and finds what every % refers to; Resolve() gives
// each variable its place in a frame. After that it is immutable and shared by all threads. Nodes
// live in their Program; pointers between them never own.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "asl/jsonata/error.h"
#include "asl/jsonata/lexer.h"

namespace asl::jsonata {

class Regex;      // regex.h
class Signature;  // signature.h
struct Builtin;   // builtin.h
struct Node;

enum class NodeKind : uint8_t {
  kString,
  kNumber,
  kConstant,  // number: 1 true, 0 false, -1 null
  kRegex,
  kName,
  kWildcard,
  kDescendants,
  kParent,
  kVariable,
  kBinary,  // as parsed: any infix operator; shaped: arithmetic, comparison, logic, range
  kNegate,
  kArray,      // list
  kObject,     // list: key, value, key, value …
  kBlock,      // list
  kCondition,  // left ? right : third
  kCall,       // left (list)
  kPartial,    // left (list), with kPlaceholder among them
  kPlaceholder,
  kLambda,     // list: its parameters; left: the body
  kTransform,  // |left|right,third|
  kTerm,       // of an order-by
  kKeyword,    // and, or, in used as names
  kEnd,
  // From here on made by Shape():
  kPath,   // list: its steps
  kSort,   // list: its terms; a step
  kBind,   // text := right
  kApply,  // left ~> right
};

// What a % refers to while it is sought: `level` steps up. All % that mean the same item of the
// same step share a label.
struct Ancestor {
  int label = 0;
  int level = 1;
};

// What is done to a step's result: keep some items, or number them.
struct Stage {
  Node* predicate = nullptr;  // null: an index
  std::string index;
  int index_slot = 0;
};

// Where a variable may be found, tried in this order; a slot may be unbound as yet.
struct Place {
  uint16_t frames_up = 0;
  uint16_t slot = 0;
};

struct Node {
  NodeKind kind = NodeKind::kEnd;
  Op op = Op::kNone;
  bool keep_array = false;      // marked with []
  bool keep_singleton = false;  // a path with such a step
  bool cons_array = false;      // an array that stays whole within its path
  bool tuple = false;           // a step that adds to the tuples that its path carries along
  bool descending = false;      // a term
  bool tail_call = false;       // a call whose value is its function's value
  int height = 0;               // of the tree below, as parsed
  uint32_t position = 0;        // bytes up to the end of its token
  double number = 0;
  std::string text;  // a name, variable, string; the flags of a regex
  Node* left = nullptr;
  Node* right = nullptr;
  Node* third = nullptr;
  std::vector<Node*> list;

  std::vector<Stage> predicates;   // of a node that is no step
  std::vector<Stage> stages;       // of a step
  Node* group = nullptr;           // a kObject
  std::string focus;               // @$focus
  std::string index;               // #$index
  Ancestor* ancestor = nullptr;    // kParent: what it refers to; a step: it is somebody's parent
  std::vector<Ancestor*> seeking;  // % inside that are not found yet
  std::shared_ptr<const Signature> signature;
  std::shared_ptr<const Regex> regex;

  // Made by Resolve():
  std::vector<Place> places;  // a variable or kParent
  int free_name = -1;         // a variable: which of Program::free_names it is otherwise
  int slots = 0;              // a lambda, a block: the size of its frame; 0: it has none
  int slot = 0;               // kBind, a parameter: in the innermost frame
  int scope_slots = 0;        // > 0: evaluated in a frame of its own, because it binds in a tuple
  bool decorated = false;     // has predicates, a group, [] or a scope
  bool fields_only = false;   // a path of plain names
  size_t first_tuple = 0;     // a path: the step from which on it carries tuples, or its size
  int focus_slot = 0;
  int index_slot = 0;
  int ancestor_slot = 0;
  Node* hint = nullptr;  // a call of a bare name: the variable that may have been meant
};

// A name that the expression itself does not bind: a function, or a variable of the caller.
struct FreeName {
  std::string name;
  const Builtin* builtin = nullptr;
};

struct Program {
  std::string text;
  std::deque<Node> nodes;
  std::deque<Ancestor> ancestors;
  Node* root = nullptr;
  std::vector<FreeName> free_names;
  int top_slots = 0;    // variables of the outermost frame
  int tuple_slots = 1;  // of every tuple: its item, then each name and label of the expression

  Node* Make(NodeKind kind, uint32_t position) {
    Node& node = nodes.emplace_back();
    node.kind = kind;
    node.position = position;
    return &node;
  }
};

}  // namespace asl::jsonata
