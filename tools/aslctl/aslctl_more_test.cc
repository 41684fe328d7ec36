// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The program as a shell sees it: lists and forms of output, watching, the operator's commands, and
// what is made of the tree of commands.

#include <nlohmann/json.hpp>

#include "tools/aslctl/fake_engine.h"

namespace aslctl {
namespace {

using testing::Test;

testing::AssertionResult Has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << part << "' is not in:\n" << text;
}

TEST_F(Aslctl, ListsTheExecutionsOfAMachineByStatus) {
  const Ran all = Run("ls order");
  EXPECT_EQ(all.exit, 0);
  EXPECT_TRUE(Has(all.out, "order/good  SUCCEEDED  2025-11-23T16:00:00.000Z  2.0 s"));
  EXPECT_TRUE(Has(all.out, "order/bad"));

  EXPECT_EQ(Run("ls order --status failed -o name").out, std::string(kExecutionPrefix) + "bad\n");
  EXPECT_EQ(Run("ls --status FAILED").exit, 2);
}

TEST_F(Aslctl, EveryFormTellsTheSame) {
  const auto json = nlohmann::json::parse(Run("ls order -o json").out);
  const auto yaml = Run("ls order -o yaml").out;
  const auto lines = Run("ls order -o jsonl").out;

  EXPECT_EQ(json["executions"][1]["name"], "bad");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_EQ(nlohmann::json::parse(lines.substr(0, lines.find('\n'))), json["executions"][0]);
  EXPECT_TRUE(Has(yaml, "executions:\n  - executionArn: arn:aws:states:us-east-1:42:execution"));
  EXPECT_TRUE(Has(yaml, "    startDate: \"2025-11-23T16:00:00.000Z\""));
}

TEST_F(Aslctl, YamlQuotesWhatWouldBeReadAsSomethingElse) {
  EXPECT_TRUE(Has(Run("describe order -o yaml").out, "revisionId: \"0042\""));
}

TEST_F(Aslctl, UpdatesTheDefinitionOrTheRole) {
  const std::string good = File("updated.json", "{\"StartAt\":\"A\"}");
  EXPECT_EQ(Run("update order " + good).out, "r2\n");
  EXPECT_EQ(Run("update order --role arn:aws:iam::42:role/other -o json").exit, 0);
  EXPECT_EQ(Run("update order").exit, 2);
  EXPECT_EQ(Run("update refund " + good).exit, 3);

  const Ran bad = Run("update order " + File("bad.json", "{}"));
  EXPECT_EQ(bad.exit, 4);
  EXPECT_TRUE(Has(bad.err, "bad.json:1:1:"));
}

TEST_F(Aslctl, PublishesAndListsVersions) {
  const std::string arn = kMachineArn;
  EXPECT_EQ(Run("publish order").out, arn + ":3\n");
  EXPECT_EQ(Run("publish order --revision 7").exit, 4);
  EXPECT_EQ(Run("publish refund").exit, 3);
  const std::string good = File("published.json", "{\"StartAt\":\"A\"}");
  EXPECT_EQ(Run("create order --publish " + good).out, arn + "\n" + arn + ":1\n");

  const Ran versions = Run("versions order");
  EXPECT_EQ(versions.exit, 0);
  EXPECT_TRUE(Has(versions.out, "2        2025-11-23T16:00:00.000Z  0042      with refunds\n"));
  EXPECT_TRUE(Has(versions.out, "1        2025-11-23T16:00:00.000Z  0042\n"));
  EXPECT_EQ(Run("versions order -o name").out, arn + ":2\n" + arn + ":1\n");
  EXPECT_EQ(Run("versions").exit, 2);
  EXPECT_EQ(Run("versions delete order:2").exit, 0);
  EXPECT_EQ(engine_.deleted, "order:2");
  EXPECT_EQ(Run("versions delete order").exit, 2);
}

TEST_F(Aslctl, LeadsAliasesToVersions) {
  const std::string arn = kMachineArn;
  EXPECT_TRUE(Has(Run("aliases order").out, "PROD   2=90 1=10  2025-11-23T16:00:00.000Z\n"));
  const auto json = nlohmann::json::parse(Run("aliases order -o json").out);
  EXPECT_EQ(json["stateMachineAliases"][0]["routingConfiguration"][1]["weight"], 10);

  EXPECT_TRUE(Has(Run("aliases set order:PROD 1=40 2=60").out, "PROD   1=40 2=60"));
  EXPECT_EQ(Run("aliases set order:NEW 2 -o name").out, arn + ":NEW\n") << "it is created";
  for (const char* wrong : {"order:PROD", "order:PROD x", "order:PROD 1=", "order:PROD 1 2",
                            "order 1", "order:PROD 1=1 2=2 3=97"}) {
    EXPECT_EQ(Run(std::string("aliases set ") + wrong).exit, 2) << wrong;
  }
  EXPECT_EQ(Run("aliases delete order:PROD").exit, 0);
  EXPECT_EQ(engine_.deleted, "order:PROD");
}

TEST_F(Aslctl, DeletesOnlyWhenSomebodySaysYes) {
  const Ran asked = Run("delete order");
  EXPECT_EQ(asked.exit, 2);
  EXPECT_TRUE(Has(asked.err, "fix: --yes deletes without asking"));
  EXPECT_EQ(engine_.deleted, "");

  EXPECT_EQ(Run("delete order --yes").exit, 0);
  EXPECT_EQ(engine_.deleted, "order");
  EXPECT_EQ(Run("delete ordr --yes").exit, 3);
}

TEST_F(Aslctl, ASlipOfTheFingerIsUnderstood) {
  EXPECT_TRUE(Has(Run("strat order").err, "fix: did you mean 'start'?"));
  EXPECT_TRUE(Has(Run("start order --inptu 1").err, "fix: did you mean '--input'?"));
  EXPECT_TRUE(Has(Run("describe ordr").err, "fix: did you mean 'order'?"));
  EXPECT_TRUE(Has(Run("parked relaese x").err, "fix: did you mean 'release'?"));
}

TEST_F(Aslctl, AWatchPrintsOneLinePerEventWhenPipedAndThenTheOutput) {
  const Ran ran = Run("watch order/good");

  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "    1.0 s  … Pay  Task\n    3.0 s  ✓ Succeeded\n{\"paid\":true}\n");
}

TEST_F(Aslctl, AWatchGoesOnWhereItBrokeOff) {
  const Ran ran = Run("start order --name broken --watch -o jsonl");

  EXPECT_EQ(ran.exit, 0) << ran.err;
  std::string ids;
  for (size_t at = 0; (at = ran.out.find("\"id\":", at)) != std::string::npos; ++at) {
    ids += ran.out[at + 5];
  }
  EXPECT_EQ(ids, "1234");
}

TEST_F(Aslctl, CtrlCDetachesAWatchAndSaysSo) {
  const Ran ran = Run("watch order/interrupted");

  EXPECT_EQ(ran.exit, 130);
  EXPECT_TRUE(Has(ran.err, "why: it runs on in the engine"));
}

TEST_F(Aslctl, ShowsTheStatusOfTheEngine) {
  engine_.operator_service.next.set_version("0.9");
  engine_.operator_service.next.set_disk_free(5ull << 30);

  const Ran ran = Run("status");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_TRUE(Has(ran.out, "Version      0.9"));
  EXPECT_TRUE(Has(ran.out, "5.0 GiB free"));
  EXPECT_TRUE(Has(Run("status -o json").out, "\"version\": \"0.9\""));
}

TEST_F(Aslctl, TopShowsRatesOfTwoLooks) {
  const Ran ran = Run("top --interval 1 --count 1");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_TRUE(Has(ran.out, "transitions"));
  EXPECT_TRUE(Has(ran.out, "500/s"));
}

TEST_F(Aslctl, ShowsWhereTheTasksOfFunctionsGo) {
  EXPECT_EQ(Run("routes").out,
            "MATCH  TO      WHERE                             AT ONCE  FROM\n"
            "pay-*  lambda  http://127.0.0.1:3001             20       /etc/asld.yaml:3\n"
            "flaky  mock    Lambda.TooManyRequestsException            /etc/asld.yaml:7\n"
            "*      worker                                             default\n");
  EXPECT_EQ(Run("routes pay-now -o name").out, "pay-*\n");
  const auto reloaded = Run("routes reload");
  EXPECT_EQ(reloaded.exit, 4);
  EXPECT_TRUE(Has(reloaded.err, "the routes are as they were"));
  EXPECT_TRUE(Has(reloaded.err, "/etc/asld.yaml:4: routes[0].to is 'lamda'"));
}

TEST_F(Aslctl, TheDoctorTellsWhatSdksPutBeforeTheHost) {
  const Ran idle = Run("doctor");
  EXPECT_TRUE(Has(idle.out, "and TestState, unless AWS_DISABLE_HOST_PREFIX_INJECTION=true"));

  setenv("AWS_ENDPOINT_URL_SFN", "http://127.0.0.1:8083", 1);
  const Ran warned = Run("doctor");
  setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "TRUE", 1);
  const Ran good = Run("doctor");
  unsetenv("AWS_DISABLE_HOST_PREFIX_INJECTION");
  unsetenv("AWS_ENDPOINT_URL_SFN");
  EXPECT_EQ(warned.exit, 0);
  EXPECT_TRUE(Has(warned.out, "!  AWS's SDKs  put sync- before the host of http://127.0.0.1:8083"));
  EXPECT_TRUE(Has(warned.out, "inject_host_prefix=False"));
  EXPECT_TRUE(Has(good.out, "AWS's SDKs  put nothing before asld's host"));
}

TEST_F(Aslctl, ListsAndReleasesParkedExecutions) {
  EXPECT_EQ(Run("parked -o name").out, std::string(kExecutionPrefix) + "crasher\n");
  EXPECT_EQ(Run("parked release order/crasher").exit, 0);
  EXPECT_EQ(engine_.operator_service.released, std::string(kExecutionPrefix) + "crasher");
}

TEST_F(Aslctl, BacksUp) {
  EXPECT_EQ(Run("backup /backups/monday").out,
            "/backups/monday: 3.0 MiB in 7 files, up to commit 42\n");
  EXPECT_EQ(Run("backup monday").exit, 4);
}

TEST_F(Aslctl, TheDoctorFindsNothingOrSaysWhatToDo) {
  asld::v1::Status& status = engine_.operator_service.next;
  status.set_disk_free(100 << 20);
  EXPECT_EQ(Run("doctor").exit, 0) << Run("doctor").out;

  auto& queue = *status.add_queues();
  queue.set_name("charge");
  queue.set_waiting(3);
  status.set_parked(1);
  status.set_refusing_starts(true);
  engine_.operator_service.skew_s = 120;
  const Ran ran = Run("doctor");

  EXPECT_EQ(ran.exit, 1);
  EXPECT_TRUE(Has(ran.out, "fix: start a worker that serves 'charge'"));
  EXPECT_TRUE(Has(ran.out, "fix: aslctl parked"));
  EXPECT_TRUE(Has(ran.out, "✗  disk"));
  EXPECT_TRUE(Has(ran.out, "ahead"));
  EXPECT_EQ(RunAt(kNothing, "doctor").exit, 5);
}

TEST_F(Aslctl, CompletionsComeFromTheTreeOfCommands) {
  const std::string script = File("completion.bash", Run("completion bash").out);
  const std::string complete =
      "bash -c 'source {}; COMP_WORDS=(aslctl {}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); "
      "_aslctl; echo ${{COMPREPLY[@]}}'";
  const auto completed = [&](const std::string& words) {
    const std::string out = testing::TempDir() + fmt::format("completed-{}", getpid());
    const std::string command = fmt::format(fmt::runtime(complete), script, words) + " >" + out;
    EXPECT_EQ(std::system(command.c_str()), 0);
    return *ReadFile(out);
  };

  EXPECT_EQ(completed("desc"), "describe\n");
  EXPECT_EQ(completed("start --ti"), "--timeout\n");
  EXPECT_EQ(completed("ls -o y"), "yaml\n");
  EXPECT_EQ(completed("parked rel"), "release\n");
  EXPECT_EQ(Run("__complete machines").out, "order\nrefund\n");
  EXPECT_EQ(Run("__complete order/").out, "order/good\norder/bad\n");
  EXPECT_TRUE(Has(Run("completion zsh").out, "bashcompinit"));
  EXPECT_TRUE(Has(Run("completion fish").out, "-l input"));
}

TEST_F(Aslctl, TheManualPageKnowsEveryCommand) {
  const std::string page = Run("man").out;

  EXPECT_TRUE(Has(page, ".SS parked release\\fI EXECUTION\\fR"));
  EXPECT_TRUE(Has(page, "\\fB\\-i, \\-\\-input\\fR \\fITEXT\\fR"));
  EXPECT_TRUE(Has(page, ".SH EXIT STATUS"));
  EXPECT_FALSE(Has(page, "__complete"));
}

}  // namespace
}  // namespace aslctl
