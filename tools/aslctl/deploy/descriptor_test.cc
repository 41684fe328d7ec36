// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/descriptor.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/aslctl/deploy/substitutions.h"
#include "tools/aslctl/deploy/yaml_tree.h"

namespace aslctl {
namespace {

absl::StatusOr<Descriptor> Read(const std::string& yaml) {
  const auto tree = ReadYamlTree(yaml);
  if (!tree.ok()) return tree.status();
  return ReadDescriptor(*tree);
}

std::string ErrorOf(const std::string& yaml) { return std::string(Read(yaml).status().message()); }

TEST(Descriptor, SaysEverythingThatIsNotInTheDefinition) {
  const auto read = Read(R"(
name: order
type: EXPRESS
role: arn:aws:iam::012345678901:role/order
logging: {level: ALL, include_execution_data: on, destination: 'arn:x:*'}
tracing: off
tags: {team: shop, cost: 12}
alias: {name: live, steps: [10, 50, 100], bake: 5m, failure_rate: 2.5%, executions: 20}
regions: [eu-west-1, us-east-1]
substitutions: {Account: 012345678901, Retries: 3}
)");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->role, "arn:aws:iam::012345678901:role/order");
  EXPECT_EQ(read->logging, (Logging{"ALL", true, "arn:x:*"}));
  EXPECT_EQ(read->tracing, false);
  EXPECT_EQ(read->tags, (Tags{{"team", "shop"}, {"cost", "12"}}));
  EXPECT_EQ(read->alias->steps, (std::vector<int>{10, 50, 100}));
  EXPECT_EQ(read->alias->bake, absl::Minutes(5));
  EXPECT_EQ(read->alias->failure_rate_max, 2.5);
  EXPECT_TRUE(read->publish);
  EXPECT_EQ(read->substitutions.at("Account"), "012345678901");
}

TEST(Descriptor, WhatNobodyMentionsIsLeftAsItIs) {
  const auto read = Read("");
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->role || read->logging || read->tracing || read->tags || read->alias);
  EXPECT_EQ(Read("logging: off")->logging, Logging{});
}

TEST(Descriptor, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(ErrorOf("traicng: on"), "there is no setting 'traicng': did you mean 'tracing'?");
  EXPECT_EQ(ErrorOf("alias: {name: a, step: 1}"),
            "there is no setting 'alias.step': did you mean 'steps'?");
  EXPECT_EQ(ErrorOf("alias: {name: a, steps: [50, 10]}"),
            "steps: expected percents that grow up to 100, such as 10,50,100");
  EXPECT_EQ(ErrorOf("alias: {name: a, bake: soon}"),
            "bake: expected a time such as 30s or 5m, a week at most");
  EXPECT_EQ(ErrorOf("type: FAST"), "type: expected STANDARD or EXPRESS");
}

TEST(Descriptor, LaterLayersWinAndATargetComesLast) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::object();
  AddLayer(*ReadYamlTree("{role: a, tags: {x: 1}, alias: {name: live, bake: 1m}}"), "aws", &layers);
  AddLayer(*ReadYamlTree("{tags: {y: 2}, targets: {aws: {role: b}, local: {role: c}}}"), "aws",
           &layers);
  AddLayer(*ReadYamlTree("{alias: next}"), "aws", &layers);
  const auto read = ReadDescriptor(layers);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->role, "b");
  EXPECT_EQ(read->tags, (Tags{{"y", "2"}}));
  EXPECT_EQ(read->alias->name, "next");
  EXPECT_EQ(read->alias->bake, absl::Minutes(1));
}

TEST(YamlTree, KnowsTheShortTagsOfTemplates) {
  const auto tree = ReadYamlTree("{a: !Ref B, c: !GetAtt D.Arn, e: !Sub 'x${F}', g: '5'}");
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(tree->dump(),
            R"({"a":{"Ref":"B"},"c":{"Fn::GetAtt":["D","Arn"]},"e":{"Fn::Sub":"x${F}"},"g":"5"})");
}

TEST(YamlTree, RefusesWhatNeverEnds) {
  EXPECT_FALSE(ReadYamlTree("a: &a [*a]").ok());
  EXPECT_FALSE(ReadYamlTree("a: [").ok());
}

TEST(Substitute, ReplacesNamesAndNothingElse) {
  const auto find = [](std::string_view name) -> std::optional<std::string> {
    if (name == "A" || name == "AWS::Region") return "<" + std::string(name) + ">";
    return std::nullopt;
  };
  const Substituted done = Substitute("${A} ${AWS::Region}$ {A}${ A }${A-b}${}\n x${B}${", find);
  EXPECT_EQ(done.text, "<A> <AWS::Region>$ {A}${ A }${A-b}${}\n x${B}${");
  ASSERT_EQ(done.missing.size(), 1u);
  EXPECT_EQ(done.missing[0].name, "B");
  EXPECT_EQ(done.missing[0].line, 2);
  EXPECT_EQ(done.missing[0].column, 3);
}

}  // namespace
}  // namespace aslctl
