// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/log.h"

#include <gtest/gtest.h>

#include <regex>

#include "asl/json.h"

namespace engine {
namespace {

// What `say` writes to standard error.
template <typename Say>
std::string Logged(LogFormat format, const std::string& level, Say say) {
  testing::internal::CaptureStderr();
  SetUpLog(format, level);
  say();
  return testing::internal::GetCapturedStderr();
}

const LogFields kFields = {.partition = 3, .execution = ExecutionNumber{0xabcd}};

TEST(LogTest, ATextLineHasTimeLevelAndFieldsAheadOfTheMessage) {
  const std::string line =
      Logged(LogFormat::kText, "info", [] { Log(LogLevel::kError, kFields, "cannot\nbe read"); });
  EXPECT_TRUE(std::regex_match(
      line, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z error partition=3 )"
                       R"(execution=000000000000abcd cannot be read\n)")))
      << line;
}

TEST(LogTest, AJsonLineIsOneObjectWhateverTheMessageHolds) {
  const std::string line = Logged(
      LogFormat::kJson, "info", [] { Log(LogLevel::kWarning, kFields, "a \"quoted\"\nline \\"); });
  EXPECT_FALSE(asl::ValidateJson(line).has_value()) << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find(R"("level":"warning","partition":3,"execution":"000000000000abcd",)"
                      R"("message":"a \"quoted\"\nline \\"})"),
            std::string::npos)
      << line;
}

TEST(LogTest, FieldsDoNotStayForTheNextLine) {
  const std::string lines = Logged(LogFormat::kText, "info", [] {
    Log(LogLevel::kError, kFields, "first");
    Log(LogLevel::kError, {}, "second");
  });
  EXPECT_NE(lines.find("error second\n"), std::string::npos) << lines;
}

TEST(LogTest, BelowItsLevelNothingIsLoggedButAnnouncements) {
  const auto say = [] {
    Log(LogLevel::kInfo, {}, "unheard");
    Announce(LogLevel::kInfo, "ready");
  };
  EXPECT_EQ(Logged(LogFormat::kText, "error", say), "asld: ready\n");
  const std::string json = Logged(LogFormat::kJson, "off", say);
  EXPECT_EQ(json.find("unheard"), std::string::npos);
  EXPECT_NE(json.find(R"("message":"ready"})"), std::string::npos) << json;
}

}  // namespace
}  // namespace engine
