// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Histories that fit and that do not, as short texts: "2<1 Type name", one event each; "-" is an
// event whose ids the recorder took away.
#include "tests/conformance/recorded_history.h"

#include <gtest/gtest.h>

#include <sstream>

namespace conformance {
namespace {

OrderedJson History(const std::string& text) {
  OrderedJson events = OrderedJson::array();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line, ';');) {
    std::istringstream words(line);
    std::string ids, type, name;
    words >> ids >> type >> name;
    OrderedJson event;
    if (ids == "-") {
      event["id"] = OrderedJson::array({0});
      event["previousEventId"] = 0;
    } else {
      event["id"] = std::stoi(ids);
      event["previousEventId"] = std::stoi(ids.substr(ids.find('<') + 1));
    }
    event["type"] = type;
    event["details"] = {{"name", name}};
    events.push_back(event);
  }
  return events;
}

std::string Compared(const std::string& recorded, const std::string& found,
                     const std::vector<std::string>& features = {}) {
  Matcher matcher;
  const OrderedJson wanted = History(recorded);
  return CompareHistories(RuleFor(wanted, features), wanted, History(found), &matcher);
}

constexpr char kTwoBranches[] =
    "1<0 ExecutionStarted;2<0 ParallelStateEntered P;3<2 ParallelStateStarted;"
    "4<3 PassStateEntered A;5<3 PassStateEntered B;6<4 PassStateExited A;7<5 PassStateExited B;"
    "8<7 ParallelStateSucceeded;9<7 ParallelStateExited P;10<9 ExecutionSucceeded";

TEST(Histories, OfOneBranchAreComparedByAbsoluteIds) {
  const std::string recorded = "1<0 ExecutionStarted;2<0 PassStateEntered A;3<2 PassStateExited A";
  EXPECT_EQ(RuleFor(History(recorded), {}), HistoryRule::kAbsoluteIds);
  EXPECT_EQ(Compared(recorded, recorded), "");
  EXPECT_NE(Compared(recorded, "1<0 ExecutionStarted;2<1 PassStateEntered A;3<2 PassStateExited A"),
            "");
  EXPECT_NE(Compared(recorded, "1<0 ExecutionStarted;2<0 PassStateEntered A"), "");
  EXPECT_NE(Compared(recorded, recorded + ";4<3 ExecutionSucceeded"), "");
}

TEST(Histories, OfBranchesThatRanAtOnceMayTakeAnotherOrder) {
  EXPECT_EQ(RuleFor(History(kTwoBranches), {}), HistoryRule::kPerBranch);
  EXPECT_EQ(Compared(kTwoBranches,
                     "1<0 ExecutionStarted;2<0 ParallelStateEntered P;3<2 ParallelStateStarted;"
                     "4<3 PassStateEntered B;5<4 PassStateExited B;6<3 PassStateEntered A;"
                     "7<6 PassStateExited A;8<5 ParallelStateSucceeded;9<5 ParallelStateExited P;"
                     "10<9 ExecutionSucceeded"),
            "");
}

TEST(Histories, OfBranchesMustHangTogetherAsRecorded) {
  const std::string head =
      "1<0 ExecutionStarted;2<0 ParallelStateEntered P;3<2 ParallelStateStarted;";
  EXPECT_NE(Compared(kTwoBranches,
                     head + "4<3 PassStateEntered A;5<3 PassStateEntered B;6<4 PassStateExited A;"
                            "7<4 PassStateExited B;8<7 ParallelStateSucceeded;"
                            "9<7 ParallelStateExited P;10<9 ExecutionSucceeded"),
            "");
  // One event more.
  EXPECT_NE(Compared(kTwoBranches, std::string(kTwoBranches) + ";11<9 ExecutionSucceeded"), "");
  // What follows the branches has its ids.
  EXPECT_NE(Compared(kTwoBranches,
                     head + "4<3 PassStateEntered A;5<3 PassStateEntered B;6<4 PassStateExited A;"
                            "7<5 PassStateExited B;9<7 ParallelStateSucceeded;"
                            "10<7 ParallelStateExited P;11<10 ExecutionSucceeded"),
            "");
}

TEST(Histories, ThatWereSortedAreAMultisetBetweenTheEventsThatKeptTheirIds) {
  const std::string recorded =
      "1<0 ExecutionStarted;2<0 ParallelStateEntered P;3<2 ParallelStateStarted;"
      "- PassStateEntered A;- PassStateEntered B;- PassStateExited A;- PassStateExited B;"
      "9<7 ParallelStateExited P;10<9 ExecutionSucceeded";
  const std::vector<std::string> sorted = {"order-parallel-sorted"};
  EXPECT_EQ(Compared(recorded, kTwoBranches, sorted), "");
  std::string other = kTwoBranches;
  other.replace(other.find("PassStateExited B"), 17, "PassStateExited A");
  EXPECT_NE(Compared(recorded, other, sorted), "");
  other = kTwoBranches;
  other.replace(other.find("8<7 ParallelStateSucceeded"), 26, "8<7 PassStateEntered B");
  EXPECT_NE(Compared(recorded, other, sorted), "");
}

}  // namespace
}  // namespace conformance
