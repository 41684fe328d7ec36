// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Ten thousand GetActivityTask calls that wait at once on a real asld: each gets a task of its own,
// none is dropped, and every execution ends.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "fmt/format.h"
#include "tests/kill/asld_process.h"
#include "tools/bench/http_load.h"

namespace {

using bench::AwsCall;
using bench::HttpLoad;

constexpr size_t kPolls = 10'000;
constexpr size_t kActivities = 10;  // AWS lets 1,000 wait for one
constexpr size_t kStarters = 64;
constexpr int64_t kLookAgainUs = 10'000;
constexpr char kScope[] = "arn:aws:states:us-east-1:123456789012";

std::string TextOf(const std::string& body, std::string_view member) {
  const std::string begin = fmt::format(R"("{}":")", member);
  const size_t at = body.find(begin);
  if (at == std::string::npos) return "";
  return body.substr(at + begin.size(), body.find('"', at + begin.size()) - at - begin.size());
}

// One call after the other on one connection.
std::vector<std::string> Say(int port, const std::vector<std::string>& calls) {
  std::vector<std::string> answers;
  HttpLoad load(port, 1,
                [&](size_t, const HttpLoad::Answer* last) -> std::optional<HttpLoad::Step> {
                  if (last != nullptr) answers.push_back(last->body);
                  if (answers.size() == calls.size()) return std::nullopt;
                  return HttpLoad::Step{.request = calls[answers.size()]};
                });
  EXPECT_TRUE(load.Run().ok());
  return answers;
}

std::string CreateMachine(size_t activity) {
  return AwsCall("CreateStateMachine",
                 fmt::format(R"({{"name":"m{0}","roleArn":"r","definition":"{{\"StartAt\":\"T\",)"
                             R"(\"States\":{{\"T\":{{\"Type\":\"Task\",\"Resource\":)"
                             R"(\"{1}:activity:a{0}\",\"End\":true}}}}}}"}})",
                             activity, kScope));
}

TEST(LongPolls, TenThousandWaitAtOnceAndEachGetsItsTask) {
  if (!HttpLoad::MayOpen(kPolls))
    GTEST_SKIP() << "this process may not open " << kPolls << " files";
  std::string directory = (testing::TempDir() + "/asld-polls-XXXXXX");
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  kill_test::Asld asld(directory + "/data");
  ASSERT_TRUE(asld.Start()) << asld.process().errors();
  const int port = asld.http_port();
  std::vector<std::string> preparations;
  for (size_t i = 0; i < kActivities; ++i) {
    preparations.push_back(AwsCall("CreateActivity", fmt::format(R"({{"name":"a{}"}})", i)));
    preparations.push_back(CreateMachine(i));
  }
  Say(port, preparations);

  // Connections 0 to kPolls poll, and end the task they get; on a slow machine a poll may wait its
  // minute and ask again. The others start the executions once all of those are open.
  std::set<std::string> tokens;
  std::vector<bool> asked(kPolls);  // to end its task
  size_t polling = 0;
  size_t finished = 0;
  size_t started = 0;
  const auto poll = [](size_t connection) {
    return HttpLoad::Step{
        .request = AwsCall("GetActivityTask", fmt::format(R"({{"activityArn":"{}:activity:a{}"}})",
                                                          kScope, connection % kActivities))};
  };
  const auto start = [&]() -> std::optional<HttpLoad::Step> {
    if (polling < kPolls) return HttpLoad::Step{bench::HttpGet("/healthz"), kLookAgainUs};
    if (started == kPolls) return std::nullopt;
    const size_t activity = started++ % kActivities;
    return HttpLoad::Step{
        AwsCall("StartExecution",
                fmt::format(R"({{"stateMachineArn":"{}:stateMachine:m{}"}})", kScope, activity))};
  };
  HttpLoad load(
      port, kPolls + kStarters,
      [&](size_t connection, const HttpLoad::Answer* last) -> std::optional<HttpLoad::Step> {
        if (last != nullptr) {
          EXPECT_EQ(last->status, 200) << last->body;
        }
        if (connection >= kPolls) return start();
        if (last == nullptr) ++polling;
        if (last == nullptr) return poll(connection);
        if (asked[connection]) {
          ++finished;
          return std::nullopt;
        }
        const std::string token = TextOf(last->body, "taskToken");
        if (token.empty()) return poll(connection);
        EXPECT_TRUE(tokens.insert(token).second) << "one task was given twice";
        asked[connection] = true;
        return HttpLoad::Step{
            AwsCall("SendTaskSuccess", fmt::format(R"({{"taskToken":"{}","output":"1"}})", token))};
      });
  const absl::Status status = load.Run();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(tokens.size(), kPolls);
  EXPECT_EQ(finished, kPolls);

  std::vector<std::string> lists;
  for (size_t i = 0; i < kActivities; ++i) {
    lists.push_back(
        AwsCall("ListExecutions", fmt::format(R"({{"stateMachineArn":"{}:stateMachine:m{}",)"
                                              R"("statusFilter":"RUNNING"}})",
                                              kScope, i)));
  }
  for (const std::string& list : Say(port, lists)) EXPECT_EQ(list, R"({"executions":[]})");
}

}  // namespace
