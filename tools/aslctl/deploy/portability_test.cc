// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/portability.h"

#include <gtest/gtest.h>

namespace aslctl {
namespace {

std::string Check(const std::string& state, Side side, const std::string& yaml_settings = "") {
  Machine machine;
  machine.settings.name = yaml_settings.empty() ? "order" : yaml_settings;
  machine.settings.role = "arn:aws:iam::123456789012:role/r";
  machine.place = {.region = "eu-west-1", .account = "123456789012", .local = side == Side::kAsld};
  machine.file =
      DefinitionFile::FromText("f.json", R"({"StartAt":"A","States":{"A":)" + state + "}}");
  std::string lines = PortabilityText(machine, CheckPortability(machine, side));
  // Advice is not what this is about.
  std::string kept;
  for (size_t at = 0; at < lines.size();) {
    const size_t end = lines.find('\n', at);
    const std::string line = lines.substr(at, end - at + 1);
    if (line.find("NOT_") != line.npos) kept += line;
    at = end + 1;
  }
  return kept;
}

std::string Task(const std::string& resource, const std::string& parameters = "{}") {
  return R"({"Type":"Task","Resource":")" + resource + R"(","Parameters":)" + parameters +
         R"(,"End":true})";
}

TEST(Portability, AFunctionOfTheSamePlaceGoesAnywhere) {
  const std::string task = Task("arn:aws:lambda:eu-west-1:123456789012:function:pay");
  EXPECT_EQ(Check(task, Side::kAws), "");
  EXPECT_EQ(Check(task, Side::kAsld), "");
}

TEST(Portability, NamesThatOnlyAWorkerCanHaveAreToldWithTheirPlace) {
  EXPECT_EQ(Check(Task("arn:aws:lambda:eu-west-1:123456789012:function:pay.now"), Side::kAws),
            "f.json:1:56: error: 'pay.now' is a worker's name that no Lambda function can have: "
            "letters, digits, '-' and '_', 64 at most [NOT_ON_AWS] /States/A/Resource\n");
  EXPECT_EQ(Check(Task("arn:aws:states:::lambda:invoke", R"({"FunctionName":"p w"})"), Side::kAws)
                    .find("NOT_ON_AWS] /States/A/Parameters/FunctionName") == std::string::npos,
            false);
}

TEST(Portability, AnotherRegionsFunctionCannotBeCalled) {
  EXPECT_EQ(
      Check(Task("arn:aws:lambda:us-east-1:123456789012:function:pay"), Side::kAws),
      "f.json:1:56: error: it is in region us-east-1, and a state machine in eu-west-1 cannot "
      "call it [NOT_ON_AWS] /States/A/Resource\n");
  EXPECT_EQ(Check(Task("arn:aws:lambda:eu-west-1:210987654321:function:pay"), Side::kAws),
            "f.json:1:56: warning: it is in account 210987654321, and the role in 123456789012: it "
            "must allow calls from there [NOT_ON_AWS] /States/A/Resource\n");
}

TEST(Portability, AddressesOfThisMachineAreNotAwss) {
  const std::string lines =
      Check(Task("arn:aws:states:::sqs:sendMessage",
                 R"({"QueueUrl":"http://127.0.0.1:9324/0/q","MessageBody":"x"})"),
            Side::kAws);
  EXPECT_NE(lines.find("'http://127.0.0.1:9324/0/q' is an address that AWS cannot reach "
                       "[NOT_ON_AWS] /States/A/Parameters/QueueUrl"),
            lines.npos)
      << lines;
}

TEST(Portability, WhatAsldDoesNotServeIsAnErrorThere) {
  const std::string glue = Task("arn:aws:states:::glue:startJobRun", R"({"JobName":"j"})");
  EXPECT_NE(Check(glue, Side::kAsld).find("error: "), std::string::npos);
  EXPECT_EQ(Check(glue, Side::kAws), "");
}

TEST(Portability, NamesOfStateMachinesAreChecked) {
  EXPECT_EQ(Check(R"({"Type":"Pass","End":true})", Side::kAws, "a b"),
            "a b: name: error: 'a b' is no name of a state machine [NOT_ON_AWS]\n");
}

}  // namespace
}  // namespace aslctl
