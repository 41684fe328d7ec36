// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace engine::sources {
namespace {

asl::Json Parse(const std::string& text) { return *asl::ParseJson(text).value; }

// "yes", "no", or what is wrong with the pattern.
std::string Match(const std::string& pattern, const std::string& event) {
  const absl::StatusOr<Pattern> compiled = Pattern::Compile(Parse(pattern));
  if (!compiled.ok()) return std::string(compiled.status().message());
  return compiled->Matches(Parse(event)) ? "yes" : "no";
}

TEST(Pattern, EveryKeyMustMatchAndOfItsListOneEntry) {
  EXPECT_EQ(Match(R"({"a":[1,"x"],"b":{"c":[null]}})", R"({"a":"x","b":{"c":null},"d":1})"), "yes");
  EXPECT_EQ(Match(R"({"a":[1,"x"],"b":{"c":[null]}})", R"({"a":"x","b":{}})"), "no");
  EXPECT_EQ(Match(R"({"a":[1]})", R"({"a":1.0})"), "yes");
  EXPECT_EQ(Match(R"({"a":["1"]})", R"({"a":1})"), "no");
  EXPECT_EQ(Match(R"({"a":{"b":[1]}})", R"({"a":"text"})"), "no");
}

TEST(Pattern, AListInTheEventMatchesWithOneOfItsElements) {
  EXPECT_EQ(Match(R"({"a":["x"]})", R"({"a":["w","x"]})"), "yes");
  EXPECT_EQ(Match(R"({"a":["x"]})", R"({"a":[["x"]]})"), "no");
  EXPECT_EQ(Match(R"({"a":[{"numeric":[">",5]}]})", R"({"a":[1,9]})"), "yes");
}

TEST(Pattern, OperatorsOfTexts) {
  EXPECT_EQ(Match(R"({"a":[{"prefix":"eu-"}]})", R"({"a":"eu-1"})"), "yes");
  EXPECT_EQ(Match(R"({"a":[{"prefix":{"equals-ignore-case":"EU-"}}]})", R"({"a":"eu-1"})"), "yes");
  EXPECT_EQ(Match(R"({"a":[{"suffix":".png"}]})", R"({"a":"x.PNG"})"), "no");
  EXPECT_EQ(Match(R"({"a":[{"equals-ignore-case":"Yes"}]})", R"({"a":"yES"})"), "yes");
  EXPECT_EQ(Match(R"({"a":[{"wildcard":"a*b*c"}]})", R"({"a":"aXbYbZc"})"), "yes");
  EXPECT_EQ(Match(R"({"a":[{"wildcard":"a*b*c"}]})", R"({"a":"aXbYbZ"})"), "no");
  EXPECT_EQ(Match(R"({"a":[{"prefix":"1"}]})", R"({"a":1})"), "no");
}

TEST(Pattern, NumbersAnythingButAndPresence) {
  EXPECT_EQ(Match(R"({"n":[{"numeric":[">",0,"<=",5]}]})", R"({"n":5})"), "yes");
  EXPECT_EQ(Match(R"({"n":[{"numeric":[">",0,"<=",5]}]})", R"({"n":5.1})"), "no");
  EXPECT_EQ(Match(R"({"n":[{"numeric":["=",5]}]})", R"({"n":"5"})"), "no");
  EXPECT_EQ(Match(R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"z"})"), "yes");
  EXPECT_EQ(Match(R"({"a":[{"anything-but":{"prefix":"x"}}]})", R"({"a":"xy"})"), "no");
  EXPECT_EQ(Match(R"({"a":[{"anything-but":"x"}]})", R"({})"), "no");
  EXPECT_EQ(Match(R"({"a":[{"exists":false}]})", R"({"b":1})"), "yes");
  EXPECT_EQ(Match(R"({"a":[{"exists":true}]})", R"({"a":0})"), "yes");
  EXPECT_EQ(Match(R"({"b":{"a":[{"exists":false}]}})", R"({"b":"text"})"), "yes");
}

TEST(Pattern, OrTakesOneOfItsBranches) {
  const std::string pattern = R"({"k":["o"],"$or":[{"a":[1]},{"b":[2]}]})";
  EXPECT_EQ(Match(pattern, R"({"k":"o","b":2})"), "yes");
  EXPECT_EQ(Match(pattern, R"({"k":"o","b":3})"), "no");
}

TEST(Pattern, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(Match(R"({"a":{"b":"x"}})", "{}"),
            "the filter is wrong at a.b: values stand in a list, as in [\"order\"]");
  EXPECT_EQ(Match(R"({"a":[{"like":"x"}]})", "{}"),
            "the filter is wrong at a: there is no operator 'like'");
  EXPECT_EQ(Match(R"({"a":[]})", "{}"), "the filter is wrong at a: the list is empty");
  EXPECT_EQ(Match(R"({"a":[{"numeric":[">"]}]})", "{}"),
            "the filter is wrong at a: numeric takes one or two comparisons, as in "
            "[\">\", 0, \"<=\", 5]");
  EXPECT_EQ(Match("[]", "{}"),
            "the filter is wrong at its top: there must be an object with at least one key");
}

}  // namespace
}  // namespace engine::sources
