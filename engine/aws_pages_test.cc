// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Page tokens of every list of AWS's API that is served, over a real engine.
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_replace.h"
#include "engine/aws_test.h"
#include "fmt/format.h"

namespace engine {
namespace {

struct Paged {
  std::string operation;
  std::string members;  // of its request, but for those of paging
};

class AwsPagesTest : public AwsJsonTest {
 protected:
  // Of everything that is listed, two or more.
  void Fill() {
    Create(R"(,"publish":true)");
    const std::string other = absl::StrReplaceAll(kPass, {{"Pass", "Succeed"}});
    for (const std::string& text :
         {absl::StrReplaceAll(other, {{R"(,\"End\":true)", ""}}), std::string(kPass)}) {
      const std::string updated =
          Ask("UpdateStateMachine",
              fmt::format(R"({{"stateMachineArn":"{}","definition":"{}","publish":true}})",
                          kMachine, text));
      ASSERT_FALSE(updated.starts_with("400 ")) << updated;
    }
    for (const char* name : {"a", "b", "c"}) {
      Ask("CreateActivity", fmt::format(R"({{"name":"{}"}})", name));
      Ask("CreateStateMachine",
          fmt::format(R"({{"name":"{}","definition":"{}","roleArn":"r"}})", name, kPass));
      Ask("CreateStateMachineAlias",
          fmt::format(R"({{"name":"{}","routingConfiguration":[{{"stateMachineVersionArn":"{}:1",)"
                      R"("weight":100}}]}})",
                      name, kMachine));
      const std::string execution =
          Ask("StartExecution",
              fmt::format(R"({{"stateMachineArn":"{}","name":"{}"}})", kMachine, name));
      ASSERT_NE(execution.find("executionArn"), std::string::npos) << execution;
    }
  }
  std::string Page(const Paged& list, const std::string& token) {
    const std::string paging = token.empty() ? "" : fmt::format(R"(,"nextToken":"{}")", token);
    return Ask(list.operation, fmt::format(R"({{{}"maxResults":1{}}})", list.members, paging));
  }

  const std::string of_machine_ = fmt::format(R"("stateMachineArn":"{}",)", kMachine);
  const std::string of_execution_ =
      R"("executionArn":"arn:aws:states:us-east-1:123456789012:execution:m:a",)";
  const std::vector<Paged> lists_ = {
      {"ListActivities", ""},
      {"ListStateMachines", ""},
      {"ListStateMachineVersions", of_machine_},
      {"ListStateMachineAliases", of_machine_},
      {"ListStateMachineAliases", absl::StrReplaceAll(of_machine_, {{":m\"", ":m:1\""}})},
      {"ListExecutions", of_machine_},
      {"ListExecutions", of_machine_ + R"("statusFilter":"SUCCEEDED",)"},
      {"GetExecutionHistory", of_execution_},
      {"GetExecutionHistory", of_execution_ + R"("reverseOrder":true,)"},
  };
};

TEST_F(AwsPagesTest, ATokenOutlivesARestartAndFitsNoOtherListAndNoOtherStore) {
  constexpr char kRefused[] = R"(400 {"__type":"com.amazonaws.swf.service.v2.model#InvalidToken",)"
                              R"("message":"Invalid Token: 'Invalid token'"})";
  Fill();
  std::vector<std::string> tokens;
  for (const Paged& list : lists_) {
    const std::string token = Member(Page(list, ""), "nextToken");
    ASSERT_FALSE(token.empty()) << list.operation << list.members << Page(list, "");
    tokens.push_back(token);
  }

  Reopen();
  for (size_t i = 0; i < lists_.size(); ++i) {
    const std::string shown = lists_[i].operation + " " + lists_[i].members;
    const std::string second = Page(lists_[i], tokens[i]);
    EXPECT_FALSE(second.starts_with("400 ")) << shown << second;
    EXPECT_NE(second, Page(lists_[i], "")) << shown;
    for (size_t other = 0; other < lists_.size(); ++other) {
      if (other == i) continue;
      EXPECT_EQ(Page(lists_[i], tokens[other]), kRefused) << shown << other;
    }
    for (size_t at = 0; at < tokens[i].size(); ++at) {
      std::string altered = tokens[i];
      altered[at] = altered[at] == 'A' ? 'B' : 'A';
      EXPECT_EQ(Page(lists_[i], altered), kRefused) << shown << at;
    }
  }

  aws_.Show(nullptr);
  engine_.reset();
  std::filesystem::remove_all(directory_);
  Reopen();
  Fill();
  for (size_t i = 0; i < lists_.size(); ++i) {
    EXPECT_EQ(Page(lists_[i], tokens[i]), kRefused) << lists_[i].operation;
  }
}

}  // namespace
}  // namespace engine
