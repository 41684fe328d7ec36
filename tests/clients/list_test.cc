// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Lists of executions as a client pages through them.
#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

using asld::v1::ExecutionSummary;
using asld::v1::ListExecutionsRequest;
using asld::v1::ListExecutionsResponse;

constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";
constexpr char kFailing[] = R"({
  "StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "E"}}
})";

class Lists : public ClientTest {
 protected:
  std::vector<ExecutionSummary> List(const std::string& machine, const std::string& status = "",
                                     int page = 0) {
    std::vector<ExecutionSummary> all;
    ListExecutionsRequest request;
    request.set_state_machine(machine);
    request.set_status_filter(status);
    request.set_max_results(page);
    while (true) {
      ListExecutionsResponse response;
      const grpc::Status answer = stub_->ListExecutions(Patient().get(), request, &response);
      EXPECT_EQ(Text(answer), "OK");
      EXPECT_LE(response.executions_size(), page == 0 ? 100 : page);
      all.insert(all.end(), response.executions().begin(), response.executions().end());
      if (!answer.ok() || response.next_token().empty()) return all;
      request.set_next_token(response.next_token());
    }
  }

  // The next token, or why there is none.
  std::string TokenAfter(const std::string& machine, const std::string& status,
                         const std::string& token) {
    ListExecutionsRequest request;
    request.set_state_machine(machine);
    request.set_status_filter(status);
    request.set_max_results(1);
    request.set_next_token(token);
    ListExecutionsResponse response;
    const grpc::Status answer = stub_->ListExecutions(Patient().get(), request, &response);
    return answer.ok() ? response.next_token() : Text(answer);
  }

  void StartSome(const std::string& machine, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(Text(Start(machine, fmt::format("n{:02}", i), "{}")), "OK");
    }
  }

  static std::string Names(const std::vector<ExecutionSummary>& executions) {
    std::string names;
    for (const ExecutionSummary& one : executions) names += one.name() + " ";
    return names;
  }
};

TEST_F(Lists, ShowEachExecutionOnceNewestFirstWhateverThePageSize) {
  ASSERT_EQ(Text(Create("list-pages", kSleeper)), "OK");
  ASSERT_EQ(Text(Create("list-other", kSleeper)), "OK");
  StartSome("list-pages", 9);
  StartSome("list-other", 2);

  const std::vector<ExecutionSummary> all = List("list-pages");

  ASSERT_EQ(all.size(), 9u);
  for (size_t i = 1; i < all.size(); ++i) {
    const auto& newer = all[i - 1].start_date();
    const auto& older = all[i].start_date();
    EXPECT_GE(std::pair(newer.seconds(), newer.nanos()), std::pair(older.seconds(), older.nanos()));
  }
  for (const int page : {1, 2, 4, 8, 9, 10}) {
    EXPECT_EQ(Names(List("list-pages", "", page)), Names(all)) << "pages of " << page;
  }
  EXPECT_EQ(Names(List(ArnOf("stateMachine", "list-pages"))), Names(all));
}

TEST_F(Lists, AnExecutionMovesFromRunningToTheStatusItEndedWith) {
  ASSERT_EQ(Text(Create("list-moves", kSleeper)), "OK");
  StartSome("list-moves", 3);
  ASSERT_EQ(Text(Create("list-fails", kFailing)), "OK");
  asld::v1::Execution failed;
  ASSERT_EQ(Text(StartAndWait("list-fails", "f", "{}", &failed)), "OK");

  ASSERT_EQ(Text(Stop(ArnOf("execution", "list-moves:n01"))), "OK");

  EXPECT_EQ(List("list-moves", "RUNNING").size(), 2u);
  const std::vector<ExecutionSummary> aborted = List("list-moves", "ABORTED");
  ASSERT_EQ(aborted.size(), 1u);
  EXPECT_EQ(aborted[0].execution_arn(), ArnOf("execution", "list-moves:n01"));
  EXPECT_EQ(aborted[0].status(), "ABORTED");
  EXPECT_TRUE(aborted[0].has_stop_date());
  EXPECT_EQ(List("list-moves").size(), 3u);
  EXPECT_EQ(List("list-moves", "SUCCEEDED").size(), 0u);
  EXPECT_EQ(Names(List("list-fails", "FAILED")), "f ");
}

TEST_F(Lists, ATokenOfAnotherListOrAForgedOneIsRefused) {
  constexpr char kRefused[] = "INVALID_ARGUMENT: Invalid Token: 'Invalid token'";
  ASSERT_EQ(Text(Create("list-tokens", kSleeper)), "OK");
  ASSERT_EQ(Text(Create("list-tokens-2", kSleeper)), "OK");
  StartSome("list-tokens", 3);
  const std::string token = TokenAfter("list-tokens", "", "");
  ASSERT_FALSE(token.empty());

  EXPECT_EQ(TokenAfter("list-tokens", "RUNNING", token), kRefused);
  EXPECT_EQ(TokenAfter("list-tokens-2", "", token), kRefused);
  for (const std::string& forged :
       {std::string("x"), std::string("!!!"), std::string("AAAA"), token + token,
        token.substr(0, token.size() / 2), std::string(100'000, 'A')}) {
    EXPECT_EQ(TokenAfter("list-tokens", "", forged), kRefused) << forged.substr(0, 80);
  }
}

TEST_F(Lists, WhatCannotBeListedIsRefused) {
  EXPECT_TRUE(StartsWith(TokenAfter("list-none", "", ""), "NOT_FOUND: State Machine Does Not"));
  ASSERT_EQ(Text(Create("list-empty", Pass())), "OK");
  EXPECT_EQ(List("list-empty").size(), 0u);
  EXPECT_TRUE(StartsWith(TokenAfter("list-empty", "SLEEPING", ""),
                         "INVALID_ARGUMENT: 1 validation error detected: Value 'SLEEPING' at "
                         "'statusFilter'"));
}

}  // namespace
}  // namespace client_test
