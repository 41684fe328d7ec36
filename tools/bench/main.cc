// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld_bench: one load against a running engine, one JSON line of raw figures on stdout. What is
// compared with what, and how often, is decided by the driver beside it (tools/bench/run).

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/bench/chain.h"
#include "tools/bench/definitions.h"
#include "tools/bench/event_cost.h"
#include "tools/bench/histories.h"
#include "tools/bench/scale_commands.h"
#include "tools/bench/watcher.h"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kChainMachine[] = "bench-chain";
constexpr size_t kMessageBytesMax =
    16 << 20;  // a channel's default of 4 MiB is the engine's limit, not ours

constexpr int kReconnectMs = 20;

struct ChainCommand {
  ChainOptions options{.state_machine = kChainMachine, .function = kFunction};
  size_t input_bytes = 300;
  size_t result_bytes = 300;
  std::string result_path = "$";
  int check = 100;
  WatchKind watch = WatchKind::kNone;
};

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  // A second, the default, would be most of what a start takes.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

ResultPath ParseResultPath(const std::string& text) {
  if (text == "null") return ResultPath::kDiscard;
  return text == "$.r" ? ResultPath::kKeepBeside : ResultPath::kReplace;
}

absl::StatusOr<Json> RunChainCommand(const std::shared_ptr<grpc::Channel>& channel,
                                     ChainCommand& command) {
  const std::string definition =
      ChainDefinition(command.options.steps, ParseResultPath(command.result_path));
  if (absl::Status s = CreateStateMachine(channel, kChainMachine, definition); !s.ok()) return s;
  command.options.input = Document(command.input_bytes);
  command.options.result = Document(command.result_bytes);
  Watcher watcher(channel, command.watch);
  const auto report = RunChain(channel, command.options);
  if (!report.ok()) return report.status();
  if (absl::Status s = watcher.WaitForEnds(report->executions); !s.ok()) return s;
  if (absl::Status s = CheckHistories(channel, report->arn_prefix, report->executions,
                                      command.check, command.options.steps);
      !s.ok()) {
    return s;
  }
  const auto steps = static_cast<double>(report->steps);
  return Json{{"open", command.options.open},
              {"seconds", report->seconds},
              {"steps", report->steps},
              {"steps_per_s", steps / report->seconds},
              {"executions", report->executions},
              {"step_p50_us", report->step_p50_us},
              {"step_p99_us", report->step_p99_us},
              {"start_p50_us", report->start_p50_us},
              {"start_p99_us", report->start_p99_us},
              {"client_cpu_us_per_step", steps > 0 ? report->client_cpu_us / steps : 0},
              {"watch_updates", watcher.updates()},
              {"watch_events", watcher.events()},
              {"histories_checked", command.check}};
}

absl::StatusOr<Json> RunEventCostCommand(const std::shared_ptr<grpc::Channel>& channel,
                                         const EventCostOptions& options) {
  const auto report = MeasureEventCost(channel, options);
  if (!report.ok()) return report.status();
  return Json{
      {"cohort", options.cohort}, {"early_us", report->early_us}, {"late_us", report->late_us}};
}

int Print(const absl::StatusOr<std::string>& figures) {
  if (figures.ok()) {
    fmt::print("{}\n", *figures);
    return 0;
  }
  fmt::print(stderr, "asld_bench: {}\n", figures.status().ToString());
  return 1;
}

int Main(int argc, char** argv) {
  CLI::App app("Loads for measuring asld; tools/bench/run compares and prints the figures.");
  app.require_subcommand(1);
  std::string address = "127.0.0.1:8084";
  app.add_option("--address", address, "gRPC address of the engine")->capture_default_str();

  ChainCommand chain;
  CLI::App* chain_app = app.add_subcommand("chain", "Closed loop of executions of Tasks in a row");
  chain_app->add_option("--open", chain.options.open, "Executions kept open")
      ->check(CLI::Range(1, 100'000));
  chain_app->add_option("--steps", chain.options.steps, "Tasks per execution")
      ->check(CLI::Range(1, 10));
  chain_app->add_option("--seconds", chain.options.seconds, "Length of the run");
  chain_app->add_option("--executions", chain.options.executions,
                        "Start so many at most; 0: no limit");
  chain_app->add_option("--input-bytes", chain.input_bytes)->check(CLI::Range(8, 262'144));
  chain_app->add_option("--result-bytes", chain.result_bytes)->check(CLI::Range(8, 262'144));
  chain_app->add_option("--result-path", chain.result_path, "Of every Task")
      ->check(CLI::IsMember({"$", "$.r", "null"}));
  chain_app->add_option("--watch", chain.watch, "Watch every execution: status or events")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, WatchKind>{{"none", WatchKind::kNone},
                                           {"status", WatchKind::kStatus},
                                           {"events", WatchKind::kEvents}}));
  chain_app->add_option("--check", chain.check, "Histories to read back and check");

  EventCostOptions cost;
  CLI::App* cost_app =
      app.add_subcommand("event-cost", "CPU per transition late and early in a history");
  cost_app->add_option("--pid", cost.engine, "Process id of the engine")->required();
  cost_app->add_option("--cohort", cost.cohort)->check(CLI::Range(1, 1000));
  cost_app->add_option("--windows", cost.windows)->check(CLI::Range(1, 4));
  cost_app->add_option("--late-event", cost.late_event)->check(CLI::Range(100, 20'000));
  const std::vector<ScaleCommand> scale_commands = AddScaleCommands(app);
  CLI11_PARSE(app, argc, argv);

  const std::shared_ptr<grpc::Channel> channel = Connect(address);
  for (const ScaleCommand& command : scale_commands) {
    if (command.app->parsed()) return Print(command.run(channel));
  }
  const absl::StatusOr<Json> figures =
      chain_app->parsed() ? RunChainCommand(channel, chain) : RunEventCostCommand(channel, cost);
  if (!figures.ok()) return Print(figures.status());
  return Print(figures->dump());
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
