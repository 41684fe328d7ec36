// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What paths are and what they find, beyond the corpus (corpus_test.cc): roots, reference paths,
// AWS's texts, bounds.
#include "asl/path/path.h"

#include <gtest/gtest.h>

#include "asl/path/path_testing.h"

namespace asl {
namespace {

TEST(Path, FindsOneValueOrSaysWhatIsMissing) {
  const PathCase cases[] = {
      {"$", "5", "5"},
      {"$.a.b", R"({"a":{"b":[1]}})", "[1]"},
      {"$['a']['b']", R"({"a":{"b":1.10}})", "1.10"},
      {"$.a[0]", R"({"a":[7,8]})", "7"},
      {R"($['T\""N"'])", R"({"T\\\"\"N\"":1})", "1"},
      {R"($["T\"'N"])", R"({"T\"'N":1})", "1"},
      {R"($['\'\\'])", R"({"'\\":1})", "1"},
      {"$.a[-1]", R"({"a":[7,8]})", "8"},
      {"$.a", R"({"a":null})", "null"},
      {"$.x", "{}", "! No results for path: $['x']"},
      {"$.a.x", R"({"a":{}})", "! No results for path: $['a']['x']"},
      {"$.no.x", "{}", "! Missing property in path $['no']"},
      {"$.a.no.x", R"({"a":{}})", "! Missing property in path $['a']['no']"},
      {"$.a[5]", R"({"a":[7,8]})", "! No results for path: $['a'][5]"},
      {"$.a[-3]", R"({"a":[7,8]})", "! No results for path: $['a'][-3]"},
      {"$.a.b", R"({"a":"text"})",
       "! Expected to find an object with property ['b'] in path $['a'] but found 'string'."},
      {"$.a[0]", R"({"a":{}})",
       "! Filter: [0] can only be applied to arrays. Current context is: {}"},
      {"$[0].b[1]", "{}",
       "! Filter: [0]['b'][1] can only be applied to arrays. Current context is: {}"},
      {"$[\"a\"].b", R"({"a":1})",
       "! Expected to find an object with property ['b'] in path $['a'] but found 'number'."},
      {"$[\"a\"].b.c", R"({"a":{}})", "! Missing property in path $['a']['b']"},
      {R"($["it's\\"])", "{}", R"(! No results for path: $["it's\"])"},
      {"$.a[0]", R"({"a":null})", "! The path $['a'] is null"},
  };
  for (const PathCase& c : cases) EXPECT_EQ(Find(c.path, c.document), c.expected) << c.path;
}

TEST(Path, CollectsTheMatchesOfAnIndefinitePath) {
  const PathCase cases[] = {
      {"$[*].a", R"([{"a":1},{"b":2},{"a":3}])", "[1,3]"},
      {"$.x[*]", "{\"x\":[]}", "[]"},
      {"$.x[*].y", "{}", "[]"},
      {"$.no.x[1:5]", "{}", "[]"},
      {"$.x[*]", "{\"x\":5}", "[]"},
      {"$..a", R"({"a":{"a":1},"b":[{"a":2}]})", R"([{"a":1},1,2])"},
      {"$[1:3]", "[0,1,2,3]", "[1,2]"},
      {"$[-2:]", "[0,1,2,3]", "[2,3]"},
      {"$[:-1]", "[0,1,2]", "[0,1]"},
      {"$[1:-1]", "[0,1,2]", "[]"},
      {"$[0,2]", "[0,1,2]", "[0,2]"},
      {"$['a','b']", R"({"b":2,"a":1})", R"({"a":1,"b":2})"},
      {"$.*", R"({"b":2,"a":1})", "[2,1]"},
      {"$[?(@.p > 1 && @.q == 'x')].p", R"([{"p":2,"q":"x"},{"p":1,"q":"x"},{"p":3}])", "[2]"},
      {"$.a[?(@.id == $.b)].c", R"({"b":2,"a":[{"id":1,"c":"no"},{"id":2,"c":"yes"}]})",
       R"(["yes"])"},
      {"$[?(@.s =~ /A.*/i)].s", R"([{"s":"abc"},{"s":"bac"},{"s":5}])", R"(["abc"])"},
      {"$[?(@ in ['x', 5])]", R"(["x",5,"y"])", R"(["x",5])"},
      {"$[?(!@.a)]", R"([{"a":1},{"b":1}])", R"([{"b":1}])"},
      {"$[?(@.a size 2)].a", R"([{"a":[1,2]},{"a":"xy"},{"a":[1]}])", R"([[1,2],"xy"])"},
      {"$[?(@.a nin ['p'])].a", R"([{"a":"p"},{"a":"q"}])", R"(["q"])"},
      {"$[?(@.a contains 'b')].a", R"([{"a":"abc"},{"a":["b"]},{"a":["abc"]}])",
       R"(["abc",["b"]])"},
      {"$[?(@.a subsetof ['p','q'])].a", R"([{"a":["p"]},{"a":["r"]}])", R"([["p"]])"},
      {"$.[?(@.a)]", R"({"a":1})", R"([{"a":1}])"},
      {"$.a.length()", R"({"a":[1,2,3]})", "3"},
      {"$..a.length()", R"({"x":{"a":[1,2]},"a":[3]})", "3"},
      {"$.a.sum()", R"({"a":[1,2.5,"x"]})", "3.5"},
      {"$.a.max()", R"({"a":[1,2]})", "2.0"},
      {"$.a.avg()", R"({"a":[]})",
       "! Aggregation function attempted to calculate value using empty array"},
      {"$..sum()", "1", "! A function needs a step between '..' and its name"},
      {"$.*\u00e9", R"({"a":1})", "[1]"},
  };
  for (const PathCase& c : cases) EXPECT_EQ(Find(c.path, c.document), c.expected) << c.path;
}

TEST(Path, RefusesWhatIsNoPath) {
  const PathCase cases[] = {
      {"", "1", "! Path must start with '$'"},
      {"a", "1", "! Path must start with '$'"},
      {"@.a", "1", "! Path must start with '$'"},
      {"$.", "1", "! Path must not end with a '.' or '..'"},
      {"$..", "1", "! Path must not end with a '.' or '..'"},
      {"$.a b", "1",
       "! Use bracket notion ['my prop'] if your property contains blank characters. position: 2"},
      {"$[:]", "1", "! Failed to parse SliceOperation: :"},
      {"$[]", "1", "! Could not parse token starting at position 1. Expected ?, ', 0-9, * "},
      {"$['a", "1", "! Property has not been closed - missing closing '"},
      {"$[?(@.a == )]", "1", "! Expected a number, found ''"},
      {"$[?@.a]", "1", "! Could not parse token starting at position 1. Expected ?, ', 0-9, * "},
      {"$[99999999999]", "1", "! Failed to parse token in ArrayIndexOperation: 99999999999"},
      {"$[?(@.a =~ /(/)]", "1",
       "! Could not parse token starting at position 1. Expected ?, ', 0-9, * "},
      {"$x.a-b c", "1",
       "! Use bracket notion ['my prop'] if your property contains blank characters. position: 2"},
  };
  for (const PathCase& c : cases) {
    std::string found = Find(c.path, c.document);
    if (c.path == "$[?(@.a =~ /(/)]") {
      EXPECT_TRUE(found.starts_with("! ")) << found;
    } else {
      EXPECT_EQ(found, c.expected) << c.path;
    }
  }
}

TEST(Path, KnowsItsRootAndWhetherItCanBeWrittenTo) {
  struct RootCase {
    std::string path;
    PathRoot root;
    std::string variable;
    bool definite, reference;
  };
  const RootCase cases[] = {
      {"$", PathRoot::kInput, "", true, true},
      {"$.a[0]['b c']", PathRoot::kInput, "", true, true},
      {"$$.Execution.Id", PathRoot::kContext, "", true, true},
      {"$$", PathRoot::kContext, "", true, true},
      {"$x", PathRoot::kVariable, "x", true, true},
      {"$x_1.a[0]", PathRoot::kVariable, "x_1", true, true},
      {"$['a','b']", PathRoot::kInput, "", true, false},
      {"$.a.length()", PathRoot::kInput, "", true, false},
      {"$.a[*]", PathRoot::kInput, "", false, false},
      {"$..a", PathRoot::kInput, "", false, false},
      {"$.a[0,1]", PathRoot::kInput, "", false, false},
      {"$.a[0:1]", PathRoot::kInput, "", false, false},
      {"$.a[?(@.b)]", PathRoot::kInput, "", false, false},
  };
  for (const RootCase& c : cases) {
    absl::StatusOr<Path> path = Path::Compile(c.path);
    ASSERT_TRUE(path.ok()) << c.path;
    EXPECT_EQ(path->text(), c.path);
    EXPECT_EQ(path->root(), c.root) << c.path;
    EXPECT_EQ(path->variable(), c.variable) << c.path;
    EXPECT_EQ(path->definite(), c.definite) << c.path;
    EXPECT_EQ(path->is_reference(), c.reference) << c.path;
  }
}

TEST(Path, WordsAFailureAsAws) {
  absl::StatusOr<Path> path = Path::Compile("$$.no.x");
  absl::StatusOr<PathValue> found = Evaluate(*path, *ParseJson("{}").value);

  EXPECT_EQ(InvalidPathText(*path, found.status()),
            "Invalid path '$$.no.x' : Missing property in path $['no']");
}

std::string Repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Path, BoundsItsOwnLengthAndNesting) {
  const PathCase cases[] = {
      {"$" + Repeat(".a", 201), "{}", "! Path has more than 200 steps"},
      {"$" + Repeat("[?(@", 6) + Repeat(")]", 6), "[]", "! Filters are nested too deeply"},
      {"$[?(" + Repeat("(", 100'000) + "@" + Repeat(")", 100'000) + ")]", "[]",
       "! Filter is nested too deeply"},
      {"$[?(" + Repeat("!", 100'000) + "(@))]", "[]", "! Filter is nested too deeply"},
  };
  for (const PathCase& c : cases)
    EXPECT_EQ(Find(c.path, c.document), c.expected) << c.path.substr(0, 20);
}

TEST(Path, BoundsTheValuesItLooksAt) {
  std::string document = "[" + Repeat("[1,1,1,1,1,1,1,1,1,1],", 99) + "[1]]";

  EXPECT_EQ(Find("$[?($..[?($..[?($..* == 1)] == 1)] == 1)]", document),
            "! The path looks at more than 1000000 values");
}

TEST(Path, BoundsTheBytesItFinds) {
  std::string document = Repeat("[", 100) + "\"" + Repeat("x", 100'000) + "\"" + Repeat("]", 100);

  EXPECT_EQ(Find("$..*", document), "! The path finds more than 4194304 bytes");
}

TEST(Path, WalksTheDeepestDocumentThereIs) {
  std::string document = Repeat("[", 1'000) + Repeat("]", 1'000);

  EXPECT_EQ(Find("$..*.length()", document), "998");
  EXPECT_EQ(Find("$..[?(@[0])]", document).substr(0, 2), "[[");
  // Filters as deep as they may nest, each of which walks down from the root again.
  std::string nested = "$" + Repeat("[?($..", 5) + "*" + Repeat(" == 1)]", 5);
  EXPECT_EQ(Find(nested, document), "! The path looks at more than 1000000 values");
}

}  // namespace
}  // namespace asl
