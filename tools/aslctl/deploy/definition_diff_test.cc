// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a plan says of a definition, as lines.
#include "tools/aslctl/deploy/definition_diff.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace aslctl {
namespace {

std::string Diff(const std::string& from, const std::string& to) {
  std::string lines;
  for (const Change& change : DiffDefinitions(from, to)) {
    const char kind = change.kind == Change::Kind::kAdded     ? '+'
                      : change.kind == Change::Kind::kRemoved ? '-'
                                                              : '~';
    lines +=
        fmt::format("{}{} {} {} > {}\n", kind, change.subject, change.path, change.from, change.to);
  }
  return lines;
}

TEST(DefinitionDiff, TheSameBytesDifferInNothing) {
  EXPECT_EQ(Diff("{}", "{}"), "");
  EXPECT_EQ(Diff("no JSON", "no JSON"), "");
}

TEST(DefinitionDiff, WhiteSpaceAndOrderAreADifferenceOfTheText) {
  EXPECT_EQ(Diff(R"({"a":1,"b":2})", R"({"b":2.0, "a":1})"),
            "~definition  13 bytes > 16 bytes, other white space or order\n");
}

TEST(DefinitionDiff, EachValueThatDiffersIsTold) {
  EXPECT_EQ(
      Diff(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B","Result":{"x":[1,2]}}}})",
           R"({"StartAt":"B","States":{"A":{"Type":"Pass","End":true,"Result":{"x":[1,3]}}}})"),
      "~definition StartAt \"A\" > \"B\"\n"
      "-state A Next \"B\" > \n"
      "~state A Result.x[1] 2 > 3\n"
      "+state A End  > true\n");
}

TEST(DefinitionDiff, StatesWithinOthersAreToldByTheirOwnNames) {
  EXPECT_EQ(Diff(R"({"States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"I",
                    "States":{"I":{"Type":"Pass"},"J":{"Type":"Fail"}}}}}})",
                 R"({"States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"K",
                    "States":{"I":{"Type":"Task"},"K":{"Type":"Wait"}}}}}})"),
            "~state M ItemProcessor.StartAt \"I\" > \"K\"\n"
            "~state M/I Type \"Pass\" > \"Task\"\n"
            "-state M/J  Fail > \n"
            "+state M/K   > Wait\n");
}

TEST(DefinitionDiff, ABranchThatCameIsToldByItsStates) {
  EXPECT_EQ(Diff(R"({"States":{"P":{"Branches":[{"States":{"A":{"Type":"Pass"}}}]}}})",
                 R"({"States":{"P":{"Branches":[{"States":{"A":{"Type":"Pass"}}},
                                                {"States":{"B":{"Type":"Fail"}}}]}}})"),
            "+state P[1]/B   > Fail\n");
}

TEST(DefinitionDiff, APayloadMayHaveAFieldCalledStates) {
  EXPECT_EQ(Diff(R"({"States":{"A":{"Parameters":{"States":{"x":1}}}}})",
                 R"({"States":{"A":{"Parameters":{"States":{"x":2}}}}})"),
            "~state A Parameters.States.x 1 > 2\n");
}

TEST(DefinitionDiff, WhatIsNoDefinitionDiffersAsAWhole) {
  EXPECT_EQ(Diff("[", "{}"), "~definition  [ > {}\n");
}

}  // namespace
}  // namespace aslctl
