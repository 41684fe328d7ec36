// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The program as a shell sees it: what it prints where, and its exit code.

#include "tools/aslctl/fake_engine.h"

namespace aslctl {
namespace {

TEST_F(Aslctl, ExitsWith2AndThreeLinesWhenTheCommandLineIsWrong) {
  const Ran ran = Run("start");

  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "aslctl: cannot read the command line\n  why: MACHINE is required\n"
            "  fix: aslctl start --help\n");
}

TEST_F(Aslctl, ExitsWith2OnAnUnknownCommandOrAnInputFileThatIsNotThere) {
  EXPECT_EQ(Run("strat order").exit, 2);
  EXPECT_EQ(Run("start order --input @/nowhere").exit, 2);
  EXPECT_EQ(Run("create order /nowhere").exit, 2);
  EXPECT_EQ(Run("history order/good -o tree --reverse").exit, 2);
}

TEST_F(Aslctl, HelpIsData) {
  const Ran ran = Run("start --help");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.out.find("Example: aslctl start order"), std::string::npos);
}

TEST_F(Aslctl, ExitsWith5WhenNoEngineIsThere) {
  const Ran ran = RunAt(kNothing, "ls");

  EXPECT_EQ(ran.exit, 5);
  EXPECT_NE(ran.err.find("fix: start the engine, or give its address"), std::string::npos);
  EXPECT_EQ(RunAt(kNothing, "wait order/good").exit, 5);
}

TEST_F(Aslctl, TheAddressOptionBeatsTheEnvironment) {
  EXPECT_EQ(RunAt(kNothing, "ls --address " + engine_.address).exit, 0);
}

TEST_F(Aslctl, ListsEveryPageOfStateMachines) {
  const Ran ran = Run("ls -o name");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "order\nrefund\n");
}

TEST_F(Aslctl, ExitsWith3WhenTheMachineOrTheExecutionIsNotThere) {
  EXPECT_EQ(Run("describe refund").exit, 3);
  EXPECT_EQ(Run("start refund").exit, 3);
  EXPECT_EQ(Run("describe order/gone").exit, 3);
}

TEST_F(Aslctl, ExitsWith4WhenTheEngineRefuses) {
  const std::string file = File("definition.json", "{}");

  EXPECT_EQ(Run("create taken " + file).exit, 4);
  EXPECT_EQ(Run("create new " + file).exit, 4);
}

TEST_F(Aslctl, StartPrintsTheArnAndNothingElse) {
  const Ran ran = Run("start order --name good");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, std::string(kExecutionPrefix) + "good\n");
  EXPECT_EQ(ran.err, "");
}

TEST_F(Aslctl, StartAndWaitPrintsTheOutputOnStdoutAndTheRestOnStderr) {
  const Ran ran = Run("start order --name good --wait");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "{\"paid\":true}\n");
  EXPECT_NE(ran.err.find("order/good SUCCEEDED after 2.0 s"), std::string::npos);
}

TEST_F(Aslctl, AFailedExecutionExitsWith1AndSaysWhatWhyAndHowToGoOn) {
  const Ran ran = Run("wait order/bad");

  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "aslctl: order/bad FAILED after 2.0 s\n  why: Declined: card refused\n"
            "  fix: aslctl history arn:aws:states:us-east-1:42:execution:order:bad -o tree\n");
}

TEST_F(Aslctl, WaitingForAWorkerThatIsNotThereIsSaidOnceAndEndsWith124) {
  const Ran ran = Run("start order --name stuck --wait --timeout 2");

  EXPECT_EQ(ran.exit, 124);
  EXPECT_EQ(ran.err,
            "started arn:aws:states:us-east-1:42:execution:order:stuck\n"
            "Task 'Pay' waits for a worker that serves 'charge': none is connected\n"
            "aslctl: order/stuck has not ended after 2.0 s\n"
            "  why: it runs on; only the waiting is over\n"
            "  fix: aslctl wait arn:aws:states:us-east-1:42:execution:order:stuck\n");
}

TEST_F(Aslctl, CtrlCLetsGoOfAnExecutionAndSaysThatItRunsOn) {
  const Ran ran = Run("wait order/interrupted");

  EXPECT_EQ(ran.exit, 130);
  EXPECT_NE(ran.err.find("why: it runs on in the engine"), std::string::npos);
}

TEST_F(Aslctl, DescribeShowsWhatAnExecutionWaitsFor) {
  const Ran ran = Run("describe order/stuck");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.out.find("Waits      Task 'Pay' waits for a worker that serves 'charge'"),
            std::string::npos);
  EXPECT_NE(Run("describe order/good -o json").out.find("\"status\": \"SUCCEEDED\""),
            std::string::npos);
}

TEST_F(Aslctl, ColoursAreForTerminalsOrWhoeverAsks) {
  EXPECT_EQ(Run("describe order/good").out.find('\x1b'), std::string::npos);
  EXPECT_NE(Run("describe order/good --color always").out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace aslctl
