// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// kill_test: the real asld under load is killed after the k-th acknowledgement, k drawn from
// --seed, and started again on the same directory and port; again and again. Then everything must
// end, and be as clients were told it was. --die lets the workers die with the engine. The
// environment variable ASLD_KILLS sets the number of kills for a long run.
//
// --sabotage plants a fault and expects it to be found: `lose` cuts the end off the newest log
// after a kill and accepts the loss; `forget` lets restarted worker processes claim to be those
// that were killed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "storage/log_testing.h"
#include "tests/kill/asld_process.h"
#include "tests/kill/audit.h"
#include "tests/kill/load.h"
#include "tests/kill/worker_side.h"

namespace kill_test {
namespace {

constexpr uint64_t kAcknowledgementsMax = 150;  // between a start and the next kill
constexpr std::chrono::seconds kProgressLimit{180};
constexpr int kKillDuringStartOneIn = 6;
constexpr int kStartMsMax = 400;

struct Options {
  uint64_t seed = 1;
  int kills = 12;
  bool die = false;
  std::string sabotage = "none";
  std::string serve, effects, instance;  // of a worker process
};

std::vector<std::string> FlagsFor(const Options& options) {
  std::vector<std::string> flags = {"--log-level", "warning"};
  if (options.die) {
    flags.insert(flags.end(),
                 {"--lease-ms", "300", "--redeliver", "price,charge,mail,gift,activity:ship"});
  } else {
    // Surviving workers come back within the lease however slow the machine is.
    flags.insert(flags.end(), {"--lease-ms", "60000"});
  }
  if (options.sabotage == "lose") flags.push_back("--accept-loss");
  return flags;
}

// The newest log loses its second half, as if the disk had never had it.
void CutNewestLog(const std::string& directory) {
  const storage::NewestLog log(directory);
  std::filesystem::resize_file(log.path, log.end / 2);
}

class Run {
 public:
  Run(const Options& options, const std::string& directory)
      : options_(options),
        draw_(options.seed),
        flags_(FlagsFor(options)),
        asld_(directory + "/data"),
        effects_(directory + "/effects") {}

  // True when it went as it should.
  bool Go() {
    if (!Start()) return Verdict();
    EngineCalls calls(asld_.address());
    Load load(&calls, &acknowledgements_, &report_);
    if (absl::Status s = load.CreateStateMachines(); !s.ok()) {
      report_.Add(Finding::kRefused, s.ToString());
      return Verdict();
    }
    workers_ = MakeWorkers();
    load.Begin();
    for (int i = 0; i < options_.kills && alive_; ++i) KillOnce(i);
    load.End();
    if (alive_) {
      const WorkersFate fate = options_.die ? WorkersFate::kDie : WorkersFate::kSurvive;
      totals_ = Audit(calls, load.TakeSeen(), effects_.Read(), fate, report_);
      workers_->Finish(report_);
      const std::optional<int> code = asld_.Terminate(kProgressLimit);
      if (code != 0)
        report_.Add(Finding::kRefused, fmt::format("asld ended with {}", code.value_or(-1)));
      Verify();
    }
    return Verdict();
  }

 private:
  bool Start() {
    alive_ = asld_.Start(flags_);
    if (!alive_) report_.Add(Finding::kRefused, "asld does not start: " + asld_.process().errors());
    return alive_;
  }

  std::unique_ptr<Workers> MakeWorkers() {
    if (options_.sabotage == "forget") return ProcessWorkers(asld_.address(), &effects_, true);
    if (options_.die) return ProcessWorkers(asld_.address(), &effects_, false);
    return ThreadWorkers(asld_.address(), &effects_);
  }

  uint64_t Draw(uint64_t below) { return draw_() % below; }

  void KillOnce(int number) {
    const uint64_t after = Draw(kAcknowledgementsMax + 1);
    fmt::print("kill {}: after {} more acknowledgements\n", number + 1, after);
    std::fflush(stdout);
    if (!acknowledgements_.WaitFor(acknowledgements_.count() + after, kProgressLimit)) {
      report_.Add(Finding::kHangs,
                  fmt::format("no {} acknowledgements within {} s", after, kProgressLimit.count()));
    }
    asld_.Kill();
    ++kills_;
    workers_->OnEngineKilled();
    if (Draw(kKillDuringStartOneIn) == 0) {
      asld_.Launch(flags_);
      asld_.process().WaitForLine(kReadyLine, std::chrono::milliseconds(Draw(kStartMsMax)));
      asld_.Kill();
      ++kills_while_starting_;
    }
    if (options_.sabotage == "lose") CutNewestLog(asld_.data_dir());
    if (Start()) workers_->OnEngineStarted();
  }

  // Every row that is left, by asld's own `verify`, which prints what it finds.
  void Verify() {
    Process verify({ASLD_BINARY, "verify", "--data-dir", asld_.data_dir()});
    const std::optional<int> code = verify.WaitForEnd(kProgressLimit);
    if (code != 0) {
      report_.Add(Finding::kRefused,
                  fmt::format("asld verify ended with {} {}", code.value_or(-1), verify.errors()));
    }
  }

  bool Verdict() {
    fmt::print(
        "seed {}: {} kills and {} while starting, {} acknowledgements; {} executions: {} "
        "succeeded, {} aborted; "
        "{} events, {} compared with what was shown before; {} attempts, {} effects, {} of them "
        "repeated; {} findings\n",
        options_.seed, kills_, kills_while_starting_, acknowledgements_.count(), totals_.executions,
        totals_.succeeded, totals_.aborted, totals_.events, totals_.compared, totals_.attempts,
        totals_.effects, totals_.repeated, report_.total());
    if (options_.sabotage == "lose") return report_.count(Finding::kLost) > 0;
    if (options_.sabotage == "forget") return report_.count(Finding::kTwice) > 0;
    return report_.total() == 0;
  }

  const Options options_;
  std::mt19937_64 draw_;
  const std::vector<std::string> flags_;
  Report report_;
  Acknowledgements acknowledgements_;
  Asld asld_;
  EffectLog effects_;
  std::unique_ptr<Workers> workers_;
  AuditTotals totals_;
  bool alive_ = false;
  int kills_ = 0;
  int kills_while_starting_ = 0;
};

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("kills asld under load, again and again, and audits what is left", "kill_test");
  app.add_option("--seed", options.seed, "what the draws begin with")->envname("ASLD_SEED");
  app.add_option("--kills", options.kills, "how often")->envname("ASLD_KILLS");
  app.add_flag("--die", options.die, "worker processes are killed with the engine");
  app.add_option("--sabotage", options.sabotage)->check(CLI::IsMember({"none", "lose", "forget"}));
  app.add_option("--serve", options.serve)->group("");
  app.add_option("--effects", options.effects)->group("");
  app.add_option("--instance", options.instance)->group("");
  CLI11_PARSE(app, argc, argv);
  // What is lost takes the engine's memory of tasks along, so surviving workers would refuse to do
  // them again.
  if (options.sabotage == "lose") options.die = true;
  if (!options.serve.empty())
    return ServeInProcess(options.serve, options.instance, options.effects);

  std::string directory = (std::filesystem::temp_directory_path() / "asld-kill-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;
  fmt::print("kill_test --seed {} --kills {}{} in {}\n", options.seed, options.kills,
             options.die ? " --die" : "", directory);
  const bool good = Run(options, directory).Go();
  if (good) {
    std::filesystem::remove_all(directory);
  } else {
    fmt::print("kept: {}\n", directory);
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace kill_test

int main(int argc, char** argv) { return kill_test::Main(argc, argv); }
