// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/task_process.h"

#include <gtest/gtest.h>

namespace aslctl {
namespace {

constexpr int64_t kPatienceMs = 20'000;

std::variant<std::string, asl::Error> Outcome(const std::string& command,
                                              std::string input = "{}") {
  auto process = TaskProcess::Start(command, std::move(input));
  EXPECT_TRUE(process.ok()) << process.status();
  EXPECT_EQ(process->Wait(kPatienceMs), TaskProcess::Waited::kEnded);
  return process->Result();
}

std::string Output(const std::string& command, std::string input = "{}") {
  const auto outcome = Outcome(command, std::move(input));
  const auto* output = std::get_if<std::string>(&outcome);
  return output == nullptr ? "failed: " + *std::get<asl::Error>(outcome).name : *output;
}

asl::Error Failed(const std::string& command) {
  const auto outcome = Outcome(command);
  const auto* error = std::get_if<asl::Error>(&outcome);
  return error == nullptr ? asl::Error{.name = "succeeded"} : *error;
}

TEST(TaskProcess, TheInputComesOnStdinAndStdoutIsTheResult) {
  EXPECT_EQ(Output("cat", R"({"n":1})"), R"({"n":1})");
}

TEST(TaskProcess, AnInputLargerThanAPipePassesThrough) {
  const std::string input(200'000, '7');

  EXPECT_EQ(Output("cat", input), input);
}

TEST(TaskProcess, WhiteSpaceAroundTheResultIsNoPartOfIt) {
  EXPECT_EQ(Output("echo ' [1, 2] '"), "[1, 2]");
}

TEST(TaskProcess, ACommandThatPrintsNothingGivesNull) { EXPECT_EQ(Output("true"), "null"); }

TEST(TaskProcess, ACommandThatIgnoresItsInputIsNotDisturbed) {
  EXPECT_EQ(Output("exec <&-; echo 1", std::string(200'000, '7')), "1");
}

TEST(TaskProcess, TheLastLineOfStderrNamesTheError) {
  EXPECT_EQ(Failed("echo noise >&2; echo 'Payment.Declined: card refused' >&2; exit 1"),
            (asl::Error{.name = "Payment.Declined", .cause = "card refused"}));
}

TEST(TaskProcess, AFailureThatNamesNothingIsNamedAfterItsExitCode) {
  EXPECT_EQ(Failed("echo 'it broke' >&2; exit 3"),
            (asl::Error{.name = "Exit.3", .cause = "it broke"}));
}

TEST(TaskProcess, AKilledCommandIsNamedAfterItsSignal) {
  EXPECT_EQ(Failed("kill -9 $$"), (asl::Error{.name = "Signal.9", .cause = ""}));
}

TEST(TaskProcess, StderrDoesNotMakeASuccessAFailure) {
  EXPECT_EQ(Output("echo 'Warning: hot' >&2; echo 1"), "1");
}

TEST(TaskProcess, TheTimeIsUpWhileItRunsAndItEndsWithItsOwner) {
  auto process = TaskProcess::Start("sleep 60", "{}");
  ASSERT_TRUE(process.ok());

  EXPECT_EQ(process->Wait(1), TaskProcess::Waited::kTimeIsUp);
}

}  // namespace
}  // namespace aslctl
