// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What filters accept, family by family. Every expected answer is Jayway's own (json-path 2.10 with
// json-smart), asked for each row.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>

#include "asl/path/path_testing.h"

namespace asl {
namespace {

struct Row {
  std::string condition;
  std::string items;
  std::string accepted;
};

void Check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(FindOrFail(fmt::format("$[?({})]", row.condition), row.items), row.accepted)
        << row.condition << " of " << row.items;
  }
}

TEST(Filter, ComparesByTypeAndValue) {
  Check(std::to_array<Row>({
      {"@ == 1", R"([1,"1",1.0,"1.0","x",true,null,[1]])", R"([1,"1",1.0])"},
      {"@ == '1'", R"([1,"1",1.0,"1.0"])", R"([1,"1",1.0])"},
      {"'1.0' == @", R"([1,"1",1.0,1.00,"1.0"])", R"([1.0,1.00,"1.0"])"},
      {"@ === '1'", R"([1,"1"])", R"(["1"])"},
      {"@ !== 1", R"([1,"1",1.0])", R"(["1"])"},
      {"@ == true", R"([true,"true",1])", "[true]"},
      {"@ == null", R"([null,"null",0,[]])", "[null]"},
      {"@.a == null", R"([{"a":null},{"b":1}])", R"([{"a":null}])"},
      {"@.a == @.b",
       R"([{"a":1,"b":1},{},{"a":null,"b":null},{"a":[1],"b":[1.0]},{"a":{"x":1,"y":2},"b":{"y":2,"x":1}}])",
       R"([{"a":1,"b":1},{"a":null,"b":null},{"a":{"x":1,"y":2},"b":{"y":2,"x":1}}])"},
      {"@.a != @.b", R"([{"a":1},{},{"a":1,"b":1}])", R"([{"a":1},{}])"},
      {"@ == []", R"([[],{},""])", "[[]]"},
      {"[] == @", "[[]]", "[]"},
      {"@ == {'a':1}", R"([{"a":1},{"a":1.0},{"a":"1"}])", R"([{"a":1}])"},
      {"@ <= null", "[null]", "[]"},
      {"@ < true", "[false]", "[]"},
      {"@ < '2'", R"(["1","10","2",1])", R"(["1","10"])"},
      {"@ < 2", R"([1,1.9,"1",2,-1e3])", "[1,1.9,-1e3]"},
      {R"(@ >= '\u00e9')", R"(["é","z","😀"])", R"(["é","😀"])"},
  }));
}

TEST(Filter, MatchesPatternsOnWholeTexts) {
  Check(std::to_array<Row>({
      {"@ =~ /a.c/", R"(["abc","a\nc","xabc","ABC"])", R"(["abc"])"},
      {"@ =~ /A.C/is", R"(["abc","a\nc"])", R"(["abc","a\nc"])"},
      {"@ =~ /a b/x", R"(["ab","a b"])", R"(["ab"])"},
      {R"(@ =~ /[\p{Alpha}]+\d/)", R"(["ab1","é1"])", R"(["ab1"])"},
      {R"(@ =~ /\w+/U)", R"(["é"])", R"(["é"])"},
      {R"(@ =~ /\u0061/)", R"(["a"])", R"(["a"])"},
      {"@ =~ /1.0/", R"([1.0,"1.0",1])", R"([1.0,"1.0"])"},
      {"@ =~ /true/", R"([true,"true"])", R"([true,"true"])"},
      {"@ =~ //", R"([null,"",{}])", R"([null,"",{}])"},
      {"@ =~ /x/", R"([["x",1],["y"],{"x":"x"}])", R"([["x",1]])"},
      {"@ =~ /.*/", R"([[["x"]]])", "! fails"},
      {"/a/i =~ @", R"(["A"])", R"(["A"])"},
      {"@ in [1,'a',null]", R"([1,"1","a",null,"b",[1]])", R"([1,"1","a",null])"},
  }));
}

TEST(Filter, TreatsListsAsSetsOfScalars) {
  Check(std::to_array<Row>({
      {"@ in 'abc'", R"(["a"])", "[]"},
      {"@ in [[1]]", "[1]", "! fails"},
      {"@ in ['$.x']", R"(["$.x","a"])", "[]"},
      {R"(@ in ["'a'"])", R"(["a","'a'"])", R"(["a"])"},
      {"@ in @.x", "[1]", "[]"},
      {"@ nin [1]", R"([1,2,"1",[1]])", "[2,[1]]"},
      {"@ nin {'a':1}", "[1]", "[1]"},
      {"@ nin 1", "[2]", "[]"},
      {"@ nin @.zz", "[2]", "[]"},
      {"@ contains 'b'", R"(["abc",["b"],["abc"],{"b":1},5])", R"(["abc",["b"]])"},
      {"@ contains 1", R"([[1],["1"],[1.0],"1",1])", R"([[1],["1"],[1.0]])"},
      {"@ contains [1]", "[[[1]]]", "! fails"},
      {"@ subsetof [1,2]", R"([[1],[],[3],["1"],1,{}])", R"([[1],[],["1"]])"},
      {"@ anyof [1,2]", "[[1,5],[],[3]]", "[[1,5]]"},
      {"@ noneof [1,2]", "[[1,5],[],[3],4]", "[[],[3]]"},
      {"@ all [1]", "[[1]]", "[]"},
  }));
}

TEST(Filter, AsksForSizesAndTypes) {
  Check(std::to_array<Row>({
      {"!(@ all [1])", "[[1]]", "[]"},
      {"@ size 2", R"(["ab","é😀",[1,2],{"a":1,"b":2},12])", R"(["ab",[1,2]])"},
      {"@ size 1.9", R"(["a"])", R"(["a"])"},
      {"@ size -1", "[{},[]]", "[{}]"},
      {"@ size '1'", R"(["a"])", "[]"},
      {"@ empty true", R"(["",[],"a",[1],null])", R"(["",[]])"},
      {"@ empty false", R"(["",[],"a",[1],0])", R"(["a",[1]])"},
      {"@ empty true", "[{}]", "! fails"},
      {"@ empty 1", R"([""])", "[]"},
      {"@ exists true", "[true,false]", "[true]"},
      {"@ exists 1", "[2]", "! fails"},
  }));
}

TEST(Filter, CombinesTests) {
  Check(std::to_array<Row>({
      {"@ type 'string'", R"(["a"])", "[]"},
      {"@.a", R"([{"a":null},{"b":1},{"a":1}])", R"([{"a":null},{"a":1}])"},
      {"!@.a", R"([{"a":null},{"b":1}])", R"([{"b":1}])"},
      {"@..a", R"([{"b":1},{"a":1}])", R"([{"b":1},{"a":1}])"},
      {"@.*.a", R"([{"x":{"a":1}},{"x":{}}])", R"([{"x":{"a":1}}])"},
      {"@['a','b']", R"([{"a":1,"b":2},{"a":1}])", R"([{"a":1,"b":2}])"},
      {"$[0]", "[[1],[]]", "[[1]]"},
      {"@.a || @.b && @.c", R"([{"a":1},{"b":1},{"b":1,"c":1}])", R"([{"a":1},{"b":1,"c":1}])"},
      {"(@.a || @.b) && @.c", R"([{"a":1},{"a":1,"c":1}])", R"([{"a":1,"c":1}])"},
      {"!(@.a && @.b)", R"([{"a":1},{"a":1,"b":1}])", R"([{"a":1}])"},
  }));
}

TEST(Filter, CallsFunctions) {
  Check(std::to_array<Row>({
      {"@.a && @.b == 1 || @ == 5", R"([5,{"a":1,"b":1}])", R"([5,{"a":1,"b":1}])"},
      {"@.length() == 2", R"([[1,2],{"a":1,"b":2},"ab"])", R"([[1,2],{"a":1,"b":2}])"},
      {"@.sum() > 2", "[[1,2]]", "[[1,2]]"},
      {"@.sum() > 2", "[[]]", "! fails"},
  }));
}

TEST(Filter, ReadsLiteralsAsTheLibraryDoes) {
  Check(std::to_array<Row>({
      {"@.keys() contains 'a'", R"([{"a":1}])", "! fails"},
      {"@.nope() == 1", "[1]", "[]"},
      {R"(@ == 'it\'s')", R"(["it's"])", R"(["it's"])"},
      {R"(@ == "\u0041")", R"(["A"])", R"(["A"])"},
      {"@ in [01, 1., ,x y]", R"([1,"x y"])", R"([1,"x y"])"},
      {"@ in [a:1]", R"(["a:1"])", R"(["a:1"])"},
      {"@ in ['a''b']", R"(["a"])", "! refused"},
      {"@ == 1e", "[1]", "! refused"},
      {"@ ~ 1", "[1]", "! refused"},
      {"@.a == 1 && ", "[1]", "! refused"},
      {"true", "[1]", "! refused"},
      {"@ == 1 == 1", "[1]", "! refused"},
  }));
}

// A pattern that backtracking would take 2^30 steps for.
TEST(Filter, MatchesHostilePatternsInLinearTime) {
  const std::string text(30'000, 'a');

  EXPECT_EQ(Find("$[?(@ =~ /(a|a)*(a|aa)*b/)]", fmt::format("[\"{}\"]", text)), "[]");
  EXPECT_EQ(FindOrFail("$[?(@ =~ /(a)\\1/)]", "[\"aa\"]"), "! refused");
}

}  // namespace
}  // namespace asl
