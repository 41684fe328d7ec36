// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "asld/v1/operator.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/clock.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/interrupt.h"
#include "tools/aslctl/not_found.h"
#include "tools/aslctl/operator_client.h"
#include "tools/aslctl/status_text.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kClear[] = "\x1b[H\x1b[J";

}  // namespace

Exit ShowStatus(const workers::Server& server, Form form) {
  const auto status = OperatorClient(server).GetStatus();
  if (!status.ok()) return Tell(FailureOf(status.status(), "cannot read the engine's status"));
  Print(form, StatusJson(*status), {}, StatusText(*status, StyleOf(stdout)));
  return Exit::kOk;
}

Exit Top(const workers::Server& server, const TopOptions& options) {
  OperatorClient engine(server);
  auto earlier = engine.GetStatus();
  if (!earlier.ok()) return Tell(FailureOf(earlier.status(), "cannot read the engine's status"));
  CatchInterrupts();
  for (uint64_t looks = 0; options.count == 0 || looks < options.count; ++looks) {
    if (WaitForInterrupt(static_cast<int64_t>(options.interval_s * 1000))) break;
    auto status = engine.GetStatus();
    if (!status.ok()) return Tell(FailureOf(status.status(), "cannot read the engine's status"));
    const Style style = StyleOf(stdout);
    const bool terminal = style.now_ms.has_value();
    fmt::print("{}{}{}", terminal ? kClear : "", TopText(*earlier, *status, style),
               terminal ? "" : "\n");
    std::fflush(stdout);
    earlier = std::move(status);
  }
  return Exit::kOk;  // Ctrl-C is how it is meant to end
}

Exit ListParked(const workers::Server& server, Form form) {
  const auto parked = OperatorClient(server).ListParked();
  if (!parked.ok()) return Tell(FailureOf(parked.status(), "cannot list parked executions"));
  Json list = Json::array();
  std::vector<std::vector<Cell>> rows = {{{"EXECUTION", Tone::kDim}, {"CRASHES", Tone::kDim}}};
  for (const asld::v1::ParkedExecution& execution : parked->executions()) {
    list.push_back({{"executionArn", execution.execution_arn()}, {"crashes", execution.crashes()}});
    rows.push_back({{ShortName(execution.execution_arn()), Tone::kStrong},
                    {std::to_string(execution.crashes())}});
  }
  if (list.empty()) fmt::print(stderr, "no execution is parked\n");
  const std::string text = list.empty() ? "" : Columns(rows, StyleOf(stdout));
  Print(form, Json{{"executions", std::move(list)}}, {.name = "executionArn", .list = "executions"},
        text);
  return Exit::kOk;
}

Exit ReleaseParked(EngineClient& engine, const workers::Server& server,
                   const std::string& execution) {
  const std::string what = fmt::format("cannot release '{}'", execution);
  const auto arn = engine.ResolveExecution(execution);
  if (!arn.ok()) return Tell(ExecutionFailure(engine, arn.status(), what, execution));
  if (const absl::Status s = OperatorClient(server).ReleaseParked(*arn); !s.ok()) {
    return Tell(ExecutionFailure(engine, s, what, execution));
  }
  fmt::print(stderr, "released {}\n", ShortName(*arn));
  return Exit::kOk;
}

Exit Backup(const workers::Server& server, const std::string& directory, Form form) {
  const auto backup = OperatorClient(server).Backup(directory);
  if (!backup.ok()) {
    Failure failure = FailureOf(backup.status(), fmt::format("cannot back up to {}", directory));
    if (failure.exit == Exit::kRefused && failure.fix.empty()) {
      failure.fix = "give an absolute path on the engine's machine that does not exist yet";
    }
    return Tell(failure);
  }
  Print(form,
        Json{{"directory", directory},
             {"bytes", backup->bytes()},
             {"files", backup->files()},
             {"seq", backup->seq()}},
        {},
        fmt::format("{}: {} in {} files, up to commit {}\n", directory, Bytes(backup->bytes()),
                    backup->files(), backup->seq()));
  return Exit::kOk;
}

// What AWS's SDKs, started in this terminal, would do to asld's host name. The engine serves any Host,
// but cannot help names that do not resolve.
static Check SdkCheck() {
  constexpr char kSwitch[] = "AWS_DISABLE_HOST_PREFIX_INJECTION=true";
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string of_sfn = variable("AWS_ENDPOINT_URL_SFN");
  const std::string url = of_sfn.empty() ? variable("AWS_ENDPOINT_URL") : of_sfn;
  const bool off = absl::EqualsIgnoreCase(variable("AWS_DISABLE_HOST_PREFIX_INJECTION"), "true");
  if (off) return {.name = "AWS's SDKs", .finding = "put nothing before asld's host"};
  constexpr char kWhatFor[] = "for StartSyncExecution and TestState";
  if (url.empty()) {
    return {
        .name = "AWS's SDKs",
        .finding = fmt::format("put sync- before asld's host {}, unless {}", kWhatFor, kSwitch)};
  }
  return {.name = "AWS's SDKs",
          .verdict = Check::Verdict::kWarning,
          .finding = fmt::format("put sync- before the host of {} {}", url, kWhatFor),
          .fix = fmt::format(
              "{} (boto3 inject_host_prefix=False, JavaScript disableHostPrefix: true)", kSwitch)};
}

Exit Doctor(const workers::Server& server, Form form) {
  const int64_t asked = WallMs();
  const auto status = OperatorClient(server).GetStatus();
  const int64_t answered = WallMs();
  std::vector<Check> checks;
  if (status.ok()) checks = Examine(*status, asked, answered);
  const Failure failure =
      status.ok() ? Failure{} : FailureOf(status.status(), "the engine does not answer");
  const Check endpoint{.name = "endpoint",
                       .verdict = status.ok() ? Check::Verdict::kGood : Check::Verdict::kBad,
                       .finding = status.ok() ? fmt::format("{} answers in {}", server.address,
                                                            Duration(answered - asked))
                                              : fmt::format("{}: {}", server.address, failure.why),
                       .fix = failure.fix};
  checks.insert(checks.begin(), endpoint);
  checks.push_back(SdkCheck());

  const Style style = StyleOf(stdout);
  Json list = Json::array();
  std::vector<std::vector<Cell>> rows;
  bool wrong = false;
  for (const Check& check : checks) {
    const bool good = check.verdict == Check::Verdict::kGood;
    const bool bad = check.verdict == Check::Verdict::kBad;
    wrong = wrong || bad;
    list.push_back({{"check", check.name},
                    {"verdict", good  ? "ok"
                                : bad ? "bad"
                                      : "warning"},
                    {"finding", check.finding},
                    {"fix", check.fix}});
    rows.push_back({{std::string(good  ? style.Good()
                                 : bad ? style.Bad()
                                       : "!"),
                     good  ? Tone::kGood
                     : bad ? Tone::kBad
                           : Tone::kBusy},
                    {check.name, Tone::kStrong},
                    {check.finding},
                    {check.fix.empty() ? "" : "fix: " + check.fix, Tone::kDim}});
  }
  Print(form, Json{{"checks", std::move(list)}}, {.name = "check", .list = "checks"},
        Columns(rows, style));
  if (!status.ok() && failure.exit == Exit::kUnreachable) return Exit::kUnreachable;
  return wrong ? Exit::kFailed : Exit::kOk;
}

}  // namespace aslctl
