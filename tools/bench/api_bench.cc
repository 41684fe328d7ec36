// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld_api_bench: calls per second through the two doors of a running engine, one JSON line on
// stdout. StartExecution over AWS's JSON against the same request to /healthz of the same HTTP server,
// StartExecution over gRPC against health checks of the same gRPC server; and what is left of the
// first when five times as many callers ask as are let in. At the end every execution that was
// acknowledged must have ended. tools/bench/run prints the ratios.
#include <fmt/format.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asld/v1/workflows.pb.h"
#include "tools/bench/clock.h"
#include "tools/bench/http_load.h"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kMachineArn[] = "arn:aws:states:us-east-1:123456789012:stateMachine:bench-start";
constexpr char kCreate[] = R"({"name":"bench-start","roleArn":"r","definition":)"
                           R"("{\"StartAt\":\"S\",\"States\":{\"S\":{\"Type\":\"Succeed\"}}}"})";
constexpr int kOverload = 5;  // times as many when it is too much

// What a caller does who is refused. Sdk: as AWS's SDKs in their standard mode, which wait a random
// part of a second before the first retry and of two before the second, and then give up (AWS SDKs
// and Tools Reference Guide, "Retry behavior"); the caller goes on to its next call at once.
enum class Refused { kSdk, kHammer };
constexpr int kSdkAttempts = 3;
constexpr int64_t kSdkWaitUs = 1'000'000;
constexpr int64_t kHammerUs = 50'000;

struct Figures {
  double per_s = 0;
  uint64_t acknowledged = 0;  // all good answers, also those after the time
  uint64_t failed = 0;
  double server_us = 0;  // CPU per good answer
  double load_us = 0;
  double refused_per_s = 0;
  std::vector<double> refusal_ms = {};  // sorted
};

double Quantile(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<size_t>(q * static_cast<double>(sorted.size() - 1))];
}

// CPU time from its construction on, of the server (0: unknown) and of this process.
class CpuMeter {
 public:
  explicit CpuMeter(pid_t server) : server_(server), server_us_(Server()), load_us_(CpuMicros()) {}
  // `answers`: good ones since then.
  void Read(uint64_t answers, Figures& figures) const {
    const double calls = std::max<double>(1, static_cast<double>(answers));
    figures.server_us = (Server() - server_us_) / calls;
    figures.load_us = (CpuMicros() - load_us_) / calls;
  }

 private:
  double Server() const { return server_ == 0 ? 0 : CpuMicrosOf(server_).value_or(0); }
  const pid_t server_;
  const double server_us_;
  const double load_us_;
};

Clock::time_point After(double seconds) {
  return Now() + std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
}

// A closed loop of one request for `seconds`, which begin when all are connected: connecting is no
// part of what is measured. Who is throttled waits and tries again.
class HttpLoop {
 public:
  HttpLoop(int port, size_t connections, std::string request, Refused refused = Refused::kSdk)
      : port_(port),
        sent_(connections),
        refusals_(connections),
        request_(std::move(request)),
        refused_(refused) {}

  absl::StatusOr<Figures> Run(double seconds, pid_t server) {
    seconds_ = seconds;
    server_ = server;
    HttpLoad load(port_, sent_.size(), [this](size_t connection, const HttpLoad::Answer* last) {
      return Next(connection, last);
    });
    if (absl::Status s = load.Run(); !s.ok()) return s;
    figures_.per_s = static_cast<double>(in_time_) / seconds;
    figures_.refused_per_s = static_cast<double>(figures_.refusal_ms.size()) / seconds;
    std::sort(figures_.refusal_ms.begin(), figures_.refusal_ms.end());
    cpu_->Read(figures_.acknowledged - before_, figures_);
    return figures_;
  }

 private:
  void Begin() {
    before_ = figures_.acknowledged;
    figures_.refusal_ms.clear();
    end_ = After(seconds_);
    cpu_.emplace(server_);
  }

  std::optional<HttpLoad::Step> Next(size_t connection, const HttpLoad::Answer* last) {
    if (last == nullptr && ++connected_ == sent_.size()) Begin();
    const Clock::time_point now = Now();
    int64_t delay_us = 0;
    if (last != nullptr && last->status == 200) {
      refusals_[connection] = 0;
      ++figures_.acknowledged;
      if (cpu_.has_value() && now <= end_) ++in_time_;
    } else if (last != nullptr && last->body.find("ThrottlingException") != std::string::npos) {
      figures_.refusal_ms.push_back(MicrosBetween(sent_[connection], now) / 1e3);
      delay_us = Backoff(refusals_[connection]);
    } else if (last != nullptr) {
      ++figures_.failed;
    }
    sent_[connection] = now + std::chrono::microseconds(delay_us);
    if (cpu_.has_value() && sent_[connection] >= end_) return std::nullopt;
    return HttpLoad::Step{.request = request_, .delay_us = delay_us};
  }

  // `refusals`: of this call so far; counts the new one.
  int64_t Backoff(int& refusals) {
    if (refused_ == Refused::kHammer) return kHammerUs;
    if (++refusals == kSdkAttempts) return refusals = 0;
    return std::uniform_int_distribution<int64_t>(0, kSdkWaitUs << (refusals - 1))(random_);
  }

  const int port_;
  std::vector<Clock::time_point> sent_;
  std::vector<int> refusals_;
  const std::string request_;
  const Refused refused_;
  std::minstd_rand random_;
  double seconds_ = 0;
  pid_t server_ = 0;
  size_t connected_ = 0;
  std::optional<CpuMeter> cpu_;  // once all are connected, as are
  Clock::time_point end_;
  uint64_t before_ = 0;  // good answers until then
  uint64_t in_time_ = 0;
  Figures figures_;
};

// The same over gRPC, with one method and one message for all calls.
class GrpcLoop {
 public:
  GrpcLoop(const std::string& address, size_t open, std::string method, const std::string& message)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        calls_(open),
        method_(std::move(method)),
        slice_(message) {}

  Figures Run(double seconds, pid_t server) {
    const CpuMeter cpu(server);
    end_ = After(seconds);
    for (size_t i = 0; i < calls_; ++i) Call();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return open_ == 0; });
    figures_.per_s = static_cast<double>(in_time_) / seconds;
    cpu.Read(figures_.acknowledged, figures_);
    return figures_;
  }

 private:
  struct One {
    grpc::ClientContext context;
    grpc::ByteBuffer request, response;
  };

  void Call() {
    {
      std::lock_guard lock(mutex_);
      ++open_;
    }
    auto* one = new One;
    one->request = grpc::ByteBuffer(&slice_, 1);
    stub_.UnaryCall(&one->context, method_, {}, &one->request, &one->response,
                    [this, one](const grpc::Status& status) {
                      delete one;
                      const bool more = Now() < end_;
                      if (more) Call();
                      std::lock_guard lock(mutex_);
                      ++(status.ok() ? figures_.acknowledged : figures_.failed);
                      if (more) ++in_time_;
                      if (--open_ == 0) done_.notify_one();
                    });
  }

  grpc::GenericStub stub_;
  const size_t calls_;
  const std::string method_;
  grpc::Slice slice_;
  Clock::time_point end_;
  std::mutex mutex_;
  std::condition_variable done_;
  int open_ = 0;          // guarded by mutex_
  uint64_t in_time_ = 0;  // guarded by mutex_
  Figures figures_;       // guarded by mutex_
};

// The body of one call's answer.
absl::StatusOr<std::string> Ask(int http, const std::string& request) {
  std::string body;
  HttpLoad load(http, 1, [&](size_t, const HttpLoad::Answer* last) {
    if (last != nullptr) body = last->body;
    return last != nullptr ? std::nullopt : std::optional(HttpLoad::Step{request});
  });
  if (absl::Status s = load.Run(); !s.ok()) return s;
  return body;
}

// Until that many executions have ended, or `patience_s` are over; how many have.
absl::StatusOr<uint64_t> WaitForEnds(int http, uint64_t wanted, double patience_s) {
  const std::string line = "\nasld_executions_ended_total ";
  const Clock::time_point until = After(patience_s);
  for (;;) {
    const absl::StatusOr<std::string> metrics = Ask(http, HttpGet("/metrics"));
    if (!metrics.ok()) return metrics.status();
    const size_t at = metrics->find(line);
    if (at == std::string::npos) return absl::NotFoundError("/metrics counts no ends");
    const uint64_t ended = std::strtoull(&(*metrics)[at + line.size()], nullptr, 10);
    if (ended >= wanted || Now() > until) return ended;
  }
}

// Of several runs of one part: means, and all of the counts and refusals.
Figures Together(const std::vector<Figures>& runs) {
  Figures all;
  const double share = 1 / static_cast<double>(runs.size());
  for (const Figures& one : runs) {
    all.per_s += one.per_s * share;
    all.server_us += one.server_us * share;
    all.load_us += one.load_us * share;
    all.refused_per_s += one.refused_per_s * share;
    all.acknowledged += one.acknowledged;
    all.failed += one.failed;
    all.refusal_ms.insert(all.refusal_ms.end(), one.refusal_ms.begin(), one.refusal_ms.end());
  }
  std::sort(all.refusal_ms.begin(), all.refusal_ms.end());
  return all;
}

Json ToJson(const char* name, const Figures& figures) {
  return {{fmt::format("{}_per_s", name), figures.per_s},
          {fmt::format("{}_server_us", name), figures.server_us},
          {fmt::format("{}_load_us", name), figures.load_us},
          {fmt::format("{}_failed", name), figures.failed}};
}

Json RefusalsToJson(const char* name, const Figures& figures) {
  return {{fmt::format("{}_refused_per_s", name), figures.refused_per_s},
          {fmt::format("{}_refusal_p50_ms", name), Quantile(figures.refusal_ms, 0.5)},
          {fmt::format("{}_refusal_p99_ms", name), Quantile(figures.refusal_ms, 0.99)},
          {fmt::format("{}_refusal_max_ms", name), Quantile(figures.refusal_ms, 1)}};
}

// Over AWS's API. What is compared lies side by side in time, because a start costs more while the
// store writes and merges its tables: each overload stands between two peaks.
class AwsDoor {
 public:
  AwsDoor(int http, pid_t server, size_t open, double seconds)
      : http_(http), server_(server), open_(open), seconds_(seconds) {}

  absl::StatusOr<Json> Run() {
    const absl::StatusOr<std::string> created = Ask(http_, AwsCall("CreateStateMachine", kCreate));
    if (!created.ok()) return created.status();
    const std::string body = fmt::format(R"({{"stateMachineArn":"{}"}})", kMachineArn);
    const std::string start = AwsCall("StartExecution", body);
    const std::string empty = EmptyCall("StartExecution", body);
    Measure(warm_ups_, open_, start);  // a store without tables is no store yet
    Measure(empties_, open_, empty);
    Measure(peaks_, open_, start);
    for (int i = 0; i < 2; ++i) {
      Measure(overloads_, open_ * kOverload, start);
      Measure(peaks_, open_, start);
    }
    Measure(hammers_, open_ * kOverload, start, Refused::kHammer);
    Measure(peaks_, open_, start);
    Measure(empties_, open_, empty);
    if (!status_.ok()) return status_;
    Json all = ToJson("http_empty", Together(empties_));
    all.update(ToJson("aws_start", Together(peaks_)));
    all.update(ToJson("overload", Together(overloads_)));
    all.update(RefusalsToJson("overload", Together(overloads_)));
    all.update(ToJson("hammer", Together(hammers_)));
    all.update(RefusalsToJson("hammer", Together(hammers_)));
    all.update({{"overload_vs_peak", (OfPeak(overloads_[0], 0) + OfPeak(overloads_[1], 1)) / 2},
                {"hammer_vs_peak", OfPeak(hammers_[0], 2)}});
    return all;
  }

  uint64_t acknowledged() const {
    uint64_t all = 0;
    for (const auto* runs : {&warm_ups_, &peaks_, &overloads_, &hammers_})
      for (const Figures& one : *runs) all += one.acknowledged;
    return all;
  }

 private:
  void Measure(std::vector<Figures>& runs, size_t callers, const std::string& request,
               Refused refused = Refused::kSdk) {
    if (!status_.ok()) return;
    absl::StatusOr<Figures> figures =
        HttpLoop(http_, callers, request, refused).Run(seconds_, server_);
    if (!figures.ok()) {
      status_ = figures.status();
    } else {
      runs.push_back(*std::move(figures));
    }
  }
  // `before`: the peak before it.
  double OfPeak(const Figures& figures, size_t before) const {
    return figures.per_s / ((peaks_[before].per_s + peaks_[before + 1].per_s) / 2);
  }

  const int http_;
  const pid_t server_;
  const size_t open_;
  const double seconds_;
  absl::Status status_;
  std::vector<Figures> warm_ups_, empties_, peaks_, overloads_, hammers_;
};

// `open`: calls under way over each door.
absl::StatusOr<Json> RunDoors(int http, const std::string& grpc, pid_t server, size_t open,
                              double seconds) {
  AwsDoor aws(http, server, open, seconds);
  absl::StatusOr<Json> all = aws.Run();
  if (!all.ok()) return all;
  asld::v1::StartExecutionRequest request;
  request.set_state_machine("bench-start");
  const Figures health =
      GrpcLoop(grpc, open, "/grpc.health.v1.Health/Check", "").Run(seconds, server);
  const Figures starts =
      GrpcLoop(grpc, open, "/asld.v1.Workflows/StartExecution", request.SerializeAsString())
          .Run(seconds, server);
  constexpr double kPatienceS = 30;
  const uint64_t acknowledged = aws.acknowledged() + starts.acknowledged;
  const auto ended = WaitForEnds(http, acknowledged, kPatienceS);
  if (!ended.ok()) return ended.status();
  all->update(ToJson("grpc_empty", health));
  all->update(ToJson("grpc_start", starts));
  all->update({{"acknowledged", acknowledged}, {"ended", *ended}});
  return all;
}

int Main(int argc, char** argv) {
  CLI::App app("Calls per second through the doors of a running asld.");
  int http = 8083;
  std::string grpc = "127.0.0.1:8084";
  pid_t server = 0;
  size_t open = 64;
  double seconds = 5;
  app.add_option("--http", http, "Port of its HTTP server")->capture_default_str();
  app.add_option("--grpc", grpc, "Address of its gRPC server")->capture_default_str();
  app.add_option("--pid", server, "The process, for its CPU time");
  app.add_option("--open", open, "Calls under way over each door")->capture_default_str();
  app.add_option("--seconds", seconds, "Length of each part")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const absl::StatusOr<Json> figures = RunDoors(http, grpc, server, open, seconds);
  if (!figures.ok()) {
    fmt::print(stderr, "asld_api_bench: {}\n", figures.status().ToString());
    return 1;
  }
  fmt::print("{}\n", figures->dump());
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
