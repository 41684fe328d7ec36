// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Expressions beside their trees as one line of text, and texts beside the error that refuses them.
#include "asl/jsonata/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/jsonata/jsonata.h"

namespace asl::jsonata {
namespace {

std::string Show(const Node* node);

std::string ShowAll(const std::vector<Node*>& nodes) {
  std::string out;
  for (const Node* node : nodes) out += (out.empty() ? "" : " ") + Show(node);
  return out;
}

std::string ShowKind(const Node& node) {
  switch (node.kind) {
    case NodeKind::kString:
      return "'" + node.text + "'";
    case NodeKind::kNumber:
      return fmt::format("{}", node.number);
    case NodeKind::kConstant:
    case NodeKind::kName:
    case NodeKind::kPlaceholder:
      return node.text;
    case NodeKind::kVariable:
      return "$" + node.text;
    case NodeKind::kRegex:
      return "/" + node.text + "/";
    case NodeKind::kWildcard:
      return "*";
    case NodeKind::kDescendants:
      return "**";
    case NodeKind::kParent:
      return "%";
    case NodeKind::kBinary:
      return fmt::format("({} {} {})", OpText(node.op), Show(node.left), Show(node.right));
    case NodeKind::kNegate:
      return "(- " + Show(node.left) + ")";
    case NodeKind::kArray:
      return "[" + ShowAll(node.list) + "]";
    case NodeKind::kObject:
      return "{" + ShowAll(node.list) + "}";
    case NodeKind::kBlock:
      return "(do " + ShowAll(node.list) + ")";
    case NodeKind::kCondition:
      return fmt::format("(if {} {} {})", Show(node.left), Show(node.right), Show(node.third));
    case NodeKind::kCall:
    case NodeKind::kPartial:
      return fmt::format("({} {}{})", node.tail_call ? "tail-call" : "call", Show(node.left),
                         node.list.empty() ? "" : " " + ShowAll(node.list));
    case NodeKind::kLambda:
      return fmt::format("(function ({}) {})", ShowAll(node.list), Show(node.left));
    case NodeKind::kTransform:
      return fmt::format("(transform {} {} {})", Show(node.left), Show(node.right),
                         Show(node.third));
    case NodeKind::kPath:
      return "(path " + ShowAll(node.list) + ")";
    case NodeKind::kSort:
      return "(sort " + ShowAll(node.list) + ")";
    case NodeKind::kTerm:
      return (node.descending ? ">" : "<") + Show(node.left);
    case NodeKind::kBind:
      return fmt::format("(:= {} {})", node.text, Show(node.right));
    case NodeKind::kApply:
      return fmt::format("(~> {} {})", Show(node.left), Show(node.right));
    case NodeKind::kKeyword:
    case NodeKind::kEnd:
      break;
  }
  return "?";
}

std::string Show(const Node* node) {
  if (node == nullptr) return "-";
  std::string out = ShowKind(*node);
  for (const Stage& stage : node->predicates) out += "[" + Show(stage.predicate) + "]";
  for (const Stage& stage : node->stages) {
    out += stage.predicate == nullptr ? "#" + stage.index : "[" + Show(stage.predicate) + "]";
  }
  if (!node->focus.empty()) out += "@" + node->focus;
  if (!node->index.empty()) out += "#" + node->index;
  if (node->kind != NodeKind::kParent && node->ancestor != nullptr) {
    out += fmt::format("!{}", node->ancestor->label);
  }
  if (node->keep_array || node->keep_singleton) out += "[]";
  if (node->group != nullptr) out += Show(node->group);
  return out;
}

std::string TreeOf(std::string text) {
  const auto compiled = Compile(std::move(text));
  if (const Error* error = std::get_if<Error>(&compiled)) {
    return fmt::format("{} at {} {}", error->code, error->position, error->token);
  }
  return Show(std::get<0>(compiled)->program().root);
}

struct Row {
  std::string text;
  std::string tree;
};

void ExpectTrees(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(TreeOf(row.text), row.tree) << row.text;
}

TEST(JsonataParser, GroupsOperatorsByTheirPower) {
  ExpectTrees({
      {"1 + 2 * 3", "(+ 1 (* 2 3))"},
      {"1 - 2 - 3", "(- (- 1 2) 3)"},
      {"1 = 2 and 3 < 4 or true", "(or (and (= 1 2) (< 3 4)) true)"},
      {"1 & 2 + 3", "(+ (& 1 2) 3)"},
      {"-3", "-3"},
      {"-a", "(- (path a))"},
      {"1 ? 2 : 3 ? 4", "(if 1 2 (if 3 4 -))"},
      {"$a := $b := 1", "(:= a (:= b 1))"},
      {"$x ~> $f ~> $g", "(~> (~> $x $f) $g)"},
      {"[1..3, 5]", "[(.. 1 3) 5]"},
      {"and and or or in", "(or (and (path and) (path or)) (path in))"},
      {"10/2/1", "(/ (/ 10 2) 1)"},
  });
}

TEST(JsonataParser, MakesPathsOfStepsWithStages) {
  ExpectTrees({
      {"a", "(path a)"},
      {"a.b.c", "(path a b c)"},
      {"a.'b c'.`d`", "(path a b c d)"},
      {"a[0].b[x=1][2]", "(path a[0] b[(= (path x) 1)][2])"},
      {"$x[0]", "$x[0]"},
      {"$x[0].a", "(path $x[0] a)"},
      {"a.(b)[0]", "(path a (do (path b))[0])"},
      {"a.*.**", "(path a * **)"},
      {"a[]", "(path a[])[]"},
      {"a[x][].b", "(path a[(path x)][] b)[]"},
      {"a.b{c: d}", "(path a b){(path c) (path d)}"},
      {"a^(b, >c).d", "(path a (sort <(path b) >(path c)) d)"},
      {"a@$x#$i.b", "(path a@x#i b)"},
      {"a[0]#$i", "(path a[0]#i)"},
  });
}

TEST(JsonataParser, FindsTheStepThatAParentIsOf) {
  ExpectTrees({
      {"a.b.%", "(path a b!1 %)"},
      {"a.b.{ 'x': %.c }", "(path a b!1 {'x' (path % c)})"},
      {"a.b.c.(%.%.d)", "(path a b!2 c!1 (do (path % % d)))"},
      {"a.b[%.c = 1]", "(path a b[(= (path % c) 1)]!1)"},
      {"a.b.{ 'x': %.c, 'y': %.d }", "(path a b!1 {'x' (path % c) 'y' (path % d)})"},
  });
}

TEST(JsonataParser, ReadsFunctions) {
  ExpectTrees({
      {"$f(1, ?)", "(call $f 1 ?)"},
      {"function($x, $y){ $x }", "(function ($x $y) $x)"},
      {"λ($x)<n:n>{ $f($x) }", "(function ($x) (tail-call $f $x))"},
      {"function($x){ $x ? $f($x) : (1; $g($x)) }",
       "(function ($x) (if $x (tail-call $f $x) (do 1 (tail-call $g $x))))"},
      {"function($x){ $f($x)[0] }", "(function ($x) (call $f $x)[0])"},
      {"|a|{'b': 1}, 'c'|", "(transform (path a) {'b' 1} 'c')"},
      {"$match(a, /b(\\/)c/i)", "(call $match (path a) /b(\\/)c/)"},
  });
}

TEST(JsonataParser, SaysWhatIsWrongAndWhere) {
  ExpectTrees({
      {"", "S0207 at 0 (end)"},
      {"1 +", "S0207 at 3 (end)"},
      {"\"abc", "S0101 at 4 "},
      {"\"\\y\"", "S0103 at 2 y"},
      {"\"\\u12\"", "S0104 at 2 "},
      {"`abc", "S0105 at 4 "},
      {"1 /* x", "S0106 at 2 "},
      {"1e999", "S0102 at 0 1e999"},
      {"a b", "S0201 at 3 b"},
      {"[1)", "S0202 at 3 )"},
      {"[1", "S0203 at 2 (end)"},
      {"1 ! 2", "S0204 at 3 !"},
      {"function(x){1}", "S0208 at 10 x"},
      {"@", "S0211 at 1 @"},
      {"a := 1", "S0212 at 1 a"},
      {"a.1", "S0213 at 3 "},
      {"a@b", "S0214 at 3 @"},
      {"a[0]@$b", "S0215 at 5 "},
      {"a^(b)@$c", "S0216 at 6 "},
      {"%", "S0217 at 1 parent"},
      {"[%]", "S0217 at 1 unary"},
      {"[1]{'a': 1}[0]", "S0209 at 12 "},
      {"a{'a': 1}{'b': 2}", "S0210 at 10 "},
      {"$f(//)", "S0301 at 4 "},
      {"/a", "S0302 at 2 "},
      {"/(/", "S0302 at 3 "},
      {"/a**/", "S0303 at 5 a**"},
      {"function($x)<n<n>>{1}", "S0401 at 15 "},
      {"function($x)<(sa<n>)>{1}", "S0402 at 14 "},
      // Positions count UTF-16 units: the note takes two.
      {"'𝄞' 1", "S0201 at 6 1"},
  });
}

TEST(JsonataParser, BoundsWhatItReads) {
  std::string deep(5'000, '(');
  EXPECT_TRUE(TreeOf(deep).starts_with("U1001"));
  std::string chain = "1";
  for (int i = 0; i < 5'000; ++i) chain += "+1";
  EXPECT_TRUE(TreeOf(chain).starts_with("U1001"));
  EXPECT_TRUE(TreeOf("\xff").starts_with("U1001"));
}

}  // namespace
}  // namespace asl::jsonata
