// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld_lambda_bench: a Lambda endpoint that answers at once, and two closed loops against it: bare
// invocations by the AWS client alone, and executions of a chain of Tasks in an engine that calls
// it. One JSON line of raw figures on stdout; tools/bench/run compares them.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "asld/v1/workflows.grpc.pb.h"
#include "tools/bench/clock.h"
#include "tools/bench/definitions.h"
#include "tools/bench/lambda_endpoint.h"
#include "workers/aws/http_client.h"
#include "workers/aws/lambda.h"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;
namespace aws = workers::aws;

constexpr char kMachine[] = "bench-lambda-chain";
constexpr char kFunctionArn[] = "arn:aws:lambda:us-east-1:123456789012:function:bench-step";
constexpr int kTasks = 10;
constexpr size_t kPayloadBytes = 300;

// Keeps `open` of something under way for a while, then waits for the rest. `begin` starts one and
// is told when it has ended, with an error or none.
class ClosedLoop {
 public:
  using Ended = std::function<void(const std::string& error)>;
  using Begin = std::function<void(Ended ended)>;

  ClosedLoop(int open, double seconds, Begin begin)
      : open_(open), seconds_(seconds), begin_(std::move(begin)) {}

  // How many ended within the time, and the time.
  absl::StatusOr<std::pair<uint64_t, double>> Run() {
    const Clock::time_point began = Now();
    until_ = began +
             std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_));
    for (int i = 0; i < open_; ++i) One();
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ == 0; });
    if (!error_.empty()) return absl::InternalError(error_);
    return std::pair{ended_, seconds_};
  }

 private:
  void One() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++under_way_;
    }
    begin_([this](const std::string& error) { OnEnd(error); });
  }

  void OnEnd(const std::string& error) {
    const bool late = Now() >= until_;
    bool more = false;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!error.empty() && error_.empty()) error_ = error;
      more = !late && error_.empty();
      if (!late) ++ended_;
    }
    if (more) One();
    std::lock_guard<std::mutex> lock(mutex_);
    --under_way_;
    if (under_way_ == 0) changed_.notify_one();
  }

  const int open_;
  const double seconds_;
  const Begin begin_;
  Clock::time_point until_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int under_way_ = 0;  // under mutex_, as the rest
  uint64_t ended_ = 0;
  std::string error_;
};

struct Options {
  std::string address;   // of the engine
  std::string endpoint;  // URL
  int open = 256;
  double seconds = 10;
};

Json Figures(const Options& options, double steps, double seconds) {
  return {{"open", options.open}, {"seconds", seconds}, {"steps_per_s", steps / seconds}};
}

absl::StatusOr<Json> RunCalls(const Options& options) {
  auto http = aws::HttpClient::Start({});
  if (!http.ok()) return http.status();
  auto endpoint = aws::ParseEndpoint(options.endpoint);
  if (!endpoint.ok()) return endpoint.status();
  auto settings = aws::LoadSettings(aws::ProcessVariables());
  if (!settings.ok()) return settings.status();
  aws::Client client({.settings = *settings,
                      .region = "us-east-1",
                      .endpoint = *endpoint,
                      .credentials = aws::Credentials{.access_key_id = "bench",
                                                      .secret_access_key = aws::Secret("bench")}},
                     http->get());
  const std::string payload = Document(kPayloadBytes);
  const double cpu = CpuMicros();
  const auto ended = ClosedLoop(options.open, options.seconds, [&](ClosedLoop::Ended done) {
                       aws::Invoke(client, {.function = kFunctionArn, .payload = payload},
                                   [done = std::move(done)](aws::InvokeResult result) {
                                     const auto* failure = std::get_if<aws::InvokeFailure>(&result);
                                     done(failure == nullptr ? "" : failure->cause);
                                   });
                     }).Run();
  if (!ended.ok()) return ended.status();
  Json figures = Figures(options, static_cast<double>(ended->first), ended->second);
  figures["cpu_us_per_step"] = (CpuMicros() - cpu) / static_cast<double>(ended->first);
  return figures;
}

struct Call {
  grpc::ClientContext context;
  asld::v1::StartExecutionRequest request;
  asld::v1::Execution execution;
};

std::string Definition() {
  Json machine = {{"StartAt", "S0"}, {"States", Json::object()}};
  for (int i = 0; i < kTasks; ++i) {
    Json state = {{"Type", "Task"}, {"Resource", kFunctionArn}};
    if (i + 1 < kTasks) {
      state["Next"] = fmt::format("S{}", i + 1);
    } else {
      state["End"] = true;
    }
    machine["States"][fmt::format("S{}", i)] = std::move(state);
  }
  return machine.dump();
}

absl::StatusOr<Json> RunChain(const Options& options) {
  const auto channel = grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials());
  if (absl::Status s = CreateStateMachine(channel, kMachine, Definition()); !s.ok()) return s;
  const auto stub = asld::v1::Workflows::NewStub(channel);
  const std::string input = Document(kPayloadBytes);
  const auto ended =
      ClosedLoop(options.open, options.seconds, [&](ClosedLoop::Ended done) {
        auto call = std::make_shared<Call>();
        call->request.set_state_machine(kMachine);
        call->request.set_input(input);
        stub->async()->StartAndWait(&call->context, &call->request, &call->execution,
                                    [call, done = std::move(done)](const grpc::Status& status) {
                                      if (!status.ok()) return done(status.error_message());
                                      const bool good = call->execution.status() == "SUCCEEDED";
                                      done(good ? "" : call->execution.ShortDebugString());
                                    });
      }).Run();
  if (!ended.ok()) return ended.status();
  return Figures(options, kTasks * static_cast<double>(ended->first), ended->second);
}

int Main(int argc, char** argv) {
  CLI::App app("A Lambda endpoint and loads on it, for measuring asld");
  app.require_subcommand(1);
  Options options;
  CLI::App* endpoint = app.add_subcommand("endpoint", "Answers every invocation at once");
  CLI::App* calls = app.add_subcommand("calls", "Closed loop of bare invocations");
  calls->add_option("--endpoint", options.endpoint)->required();
  CLI::App* chain = app.add_subcommand("chain", "Closed loop of executions of ten Tasks");
  chain->add_option("--address", options.address)->required();
  for (CLI::App* load : {calls, chain}) {
    load->add_option("--open", options.open)->check(CLI::Range(1, 100'000));
    load->add_option("--seconds", options.seconds);
  }
  CLI11_PARSE(app, argc, argv);
  if (*endpoint) {
    const absl::Status status = ServeLambda(Document(kPayloadBytes));
    fmt::print(stderr, "asld_lambda_bench: {}\n", status.ToString());
    return 1;
  }
  const absl::StatusOr<Json> figures = *calls ? RunCalls(options) : RunChain(options);
  if (!figures.ok()) {
    fmt::print(stderr, "asld_lambda_bench: {}\n", figures.status().ToString());
    return 1;
  }
  fmt::print("{}\n", figures->dump());
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
