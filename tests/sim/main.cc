// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld_sim: runs seeds of the simulation and says what came of them. A failing seed prints the rule
// that was broken and the last steps, and ends with exit code 1; the same seed with the same
// options replays it exactly.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"
#include "tests/sim/run.h"

namespace {

const sim::Run* running = nullptr;  // for the signal handler alone
sim::Options options;

const std::map<std::string, sim::StoreMode> kStores = {
    {"memory", sim::StoreMode::kMemory}, {"independent", sim::StoreMode::kIndependent}};
const std::map<std::string, sim::Plant> kPlants = {
    {"none", sim::Plant::kNone},
    {"early-release", sim::Plant::kEarlyRelease},
    {"lost-dispatch", sim::Plant::kLostDispatch},
    {"lost-timer-row", sim::Plant::kLostTimerRow},
    {"lost-frame-row", sim::Plant::kLostFrameRow},
    {"lost-result-row", sim::Plant::kLostResultRow},
    {"lost-listing-row", sim::Plant::kLostListingRow},
    {"kept-timer-row", sim::Plant::kKeptTimerRow},
    {"kept-end-row", sim::Plant::kKeptEndRow},
    {"double-send", sim::Plant::kDoubleSend},
    {"lost-sync", sim::Plant::kLostSync},
    {"lost-slot", sim::Plant::kLostSlot},
    {"lost-letter", sim::Plant::kLostLetter},
};

std::string StoreName() {
  return options.store == sim::StoreMode::kMemory ? "memory" : "independent";
}

void Report(const sim::Run& run, const std::string& rule, const std::string& found) {
  std::fputs(
      fmt::format("seed {} FAILED: {}\n  found: {}\n  build: {}\n  again: asld_sim --seed {} "
                  "--store {} --steps {}\n",
                  options.seed, rule, found, ASLD_COMMIT, options.seed, StoreName(), options.steps)
          .c_str(),
      stdout);
  run.trace().Print(stdout);
  std::fflush(stdout);
}

// An assertion of the engine is a failed check too. The process is lost anyway, so printing from
// the handler is fair.
void OnAbort(int) {
  if (running != nullptr) Report(*running, "no assertion fails", "see the message above");
  _exit(1);
}

bool RunSeed(uint64_t seed, bool print, sim::Run::Totals* sum) {
  options.seed = seed;
  sim::Run run(options);
  running = &run;
  const bool passed = run.Execute();
  running = nullptr;
  const sim::Run::Totals t = run.totals();
  if (print) {
    fmt::print(
        "seed {} store {} partitions {} threads 1 crashes {} messages {} steps {} turns {} "
        "executions {} events {} "
        "tasks {} fingerprint {:016x}\n",
        seed, StoreName(), run.partitions(), t.crashes, t.messages, t.steps, t.turns, t.executions,
        t.events, t.tasks, run.trace().fingerprint());
  }
  if (!passed) Report(run, run.checks().rule(), run.checks().found());
  sum->steps += t.steps;
  sum->turns += t.turns;
  sum->crashes += t.crashes;
  sum->messages += t.messages;
  sum->executions += t.executions;
  sum->events += t.events;
  sum->tasks += t.tasks;
  return passed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Simulates the engine: one seed, one thread, a virtual clock, faults between any two steps.");
  uint64_t seed = 0;
  std::string range;
  bool quiet = false;
  app.add_option("--seed", seed, "One seed");
  app.add_option("--seeds", range, "A range such as 1..200");
  app.add_option("--steps", options.steps, "Steps with faults; then everything must end")
      ->capture_default_str();
  app.add_option("--show", options.shown, "Steps shown when a check fails")->capture_default_str();
  app.add_option("--store", options.store, "memory: one log; independent: a log per partition")
      ->transform(CLI::CheckedTransformer(kStores));
  app.add_option("--plant", options.plant, "A defect that a checker must find")
      ->transform(CLI::CheckedTransformer(kPlants));
  app.add_flag("--quiet", quiet, "No line per seed");
  CLI11_PARSE(app, argc, argv);
  uint64_t first = seed, last = seed;
  if (!range.empty() && std::sscanf(range.c_str(), "%lu..%lu", &first, &last) != 2) {
    std::fputs("--seeds wants a range such as 1..200\n", stderr);
    return 2;
  }

  spdlog::set_level(spdlog::level::off);
  std::signal(SIGABRT, OnAbort);
  sim::Run::Totals sum;
  for (uint64_t i = first; i <= last; ++i) {
    if (!RunSeed(i, !quiet, &sum)) return 1;
    std::fflush(stdout);
  }
  fmt::print(
      "{} seeds passed: build {} store {} threads 1 crashes {} messages {} steps {} turns {} "
      "executions {} events {} "
      "tasks {}\n",
      last - first + 1, ASLD_COMMIT, StoreName(), sum.crashes, sum.messages, sum.steps, sum.turns,
      sum.executions, sum.events, sum.tasks);
  return 0;
}
