// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The functions that may end a path, and how their arguments are taken apart. Every expected answer
// is Jayway's own (json-path 2.10 with json-smart), asked for each row.
#include <gtest/gtest.h>

#include "asl/path/path_testing.h"

namespace asl {
namespace {

const char* const kDocument =
    R"({"n":[1,2,3],"s":["x","y"],"o":{"k":1},"d":2,"neg":[-1],"a":[{"b":1},{"b":2}]})";

struct Row {
  std::string path;
  std::string expected;
};

TEST(PathFunction, AnswersAsTheLibraryDoes) {
  const Row rows[] = {
      {"$.n.sum(1,2)", "9.0"},
      {"$.n.sum($.n)", "12.0"},
      {R"($.n.sum($.d,"x",{"a":1}))", "8.0"},
      {"$.n.sum(@.n)", "12.0"},
      {"$.n.sum([1,2])", "6.0"},
      {"$.n.sum($.n.length())", "9.0"},
      {"$.n.sum($.n.sum($.d))", "! refused"},
      {"$.n.sum($.zz)", "! fails"},
      {R"($.n.sum("a))", "6.0"},
      {"$.n.concat()", R"("")"},
      {R"($.s.concat("-",$.n,$.o,null))", R"("xy-123{k=1}")"},
      {R"($.concat("a,b",1))", R"("ab1")"},
      {R"($.concat("a\"b","c"))", R"("")"},
      {R"($.concat("a]"))", "! refused"},
      {R"($.n.append(4,{"a":1}))", R"([1,2,3,4,{"a":1}])"},
      {"$.o.append(4)", R"({"k":1})"},
      {"$.n.append(4)[3]", "4"},
      {"$.n.first()", "1"},
      {"$.n.last()", "3"},
      {"$.n.index(1)", "2"},
      {"$.n.index(-1)", "3"},
      {"$.n.index(-3)", "! fails"},
      {"$.n.index(3)", "! fails"},
      {"$.n.index($.d)", "3"},
      {"$.n.index()", "! fails"},
      {"$.d.first()", "! fails"},
      {"$.length($.n)", "6"},
      {"$.length($.n[*])", "0"},
      {"$.length($.o)", "6"},
      {"$.length($.zz)", "! fails"},
      {"$.length(1)", "! fails"},
      {"$..b.length()", "0"},
      {"$..length()", "! fails"},
      {"$..n.sum()", "! fails"},
      {"$..n[0].sum()", "1.0"},
      {"$..n.length().x", "[3]"},
      {"$.n.length().x", "! fails"},
      {"$.n.length( )", "3"},
      {"$.n.length()", "3"},
      {"$.n.length()x", "! fails"},
      {"$.o.keys()", R"(["k"])"},
      {"$.n.keys()", "null"},
      {"$.d.length()", "null"},
      {"$.n.stddev()", "0.8164965809277263"},
      {"$.n.min(0)", "0.0"},
      {"$.neg.max()", "5e-324"},
      {"$.n.nope()", "! fails"},
      {"$.a.sum() ", "! fails"},
      {"$[*].first()", "! fails"},
  };
  for (const Row& row : rows) EXPECT_EQ(FindOrFail(row.path, kDocument), row.expected) << row.path;
}

TEST(PathFunction, SaysWhyItFails) {
  EXPECT_EQ(Find("$.d.sum()", kDocument),
            "! Aggregation function attempted to calculate value using empty array");
  EXPECT_EQ(Find("$.n.nope()", kDocument), "! Function with name: nope does not exist.");
  EXPECT_EQ(Find("$.n.index(9)", kDocument), "! Index 9 out of bounds for length 3");
}

// Each call would add the whole document once more.
TEST(PathFunction, BoundsWhatItBuilds) {
  std::string path = "$.append($)";
  for (int i = 0; i < 100; ++i) path += ".append($)";
  const std::string document = "[\"" + std::string(100'000, 'x') + "\"]";

  EXPECT_EQ(Find(path, document), "! The path finds more than 4194304 bytes");
}

}  // namespace
}  // namespace asl
