// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// usage: asld_language_bench WORK SECONDS
//
// The language alone, on one thread. WORK is a file with a JSON object: machines (name → definition),
// input, document, expressions (JSONata), paths (JSONPath); SECONDS is how long each is measured.
// Prints a line of JSON for each, named as ../shared/peers/interp.mjs names its own.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "asl/definition.h"
#include "asl/jsonata/jsonata.h"
#include "asl/path/path.h"
#include "tools/bench/in_memory.h"

namespace bench {
namespace {

using Work = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const std::string& why) {
  fmt::print(stderr, "asld_language_bench: {}\n", why);
  std::exit(1);
}

// Calls per second.
double Rate(double seconds, const std::function<void()>& call) {
  constexpr int kBatch = 20;
  for (int i = 0; i < 10 * kBatch; ++i) call();
  const auto begin = Clock::now();
  int64_t calls = 0;
  double passed = 0;
  while (passed < seconds) {
    for (int i = 0; i < kBatch; ++i) call();
    calls += kBatch;
    passed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return static_cast<double>(calls) / passed;
}

void Print(const Work& line) { fmt::print("{}\n", line.dump()); }

void MeasureMachines(const Work& work, double seconds) {
  const auto input = std::make_shared<const std::string>(work["input"].dump());
  for (const auto& [name, definition] : work["machines"].items()) {
    const asl::Compiled compiled = asl::Compile(definition.dump());
    if (compiled.program == nullptr) Die(asl::RefusalText(compiled));
    InMemory interpreter(compiled.program);
    const double rate = Rate(seconds, [&] {
      if (const absl::Status s = interpreter.Run(input); !s.ok()) Die(s.ToString());
    });
    Print({{"scenario", name}, {"executions_per_s", rate}});
  }
}

void MeasureExpressions(const Work& work, const asl::Json& document, double seconds) {
  for (const std::string text : work["expressions"]) {
    const auto compiled = asl::jsonata::Compile(text);
    if (compiled.index() != 0) Die(std::get<1>(compiled).message);
    const asl::jsonata::Expression& expression = *std::get<0>(compiled);
    asl::jsonata::Environment environment;
    environment.input = &document;
    const double evaluations = Rate(seconds, [&] {
      const asl::jsonata::Evaluation answer = Evaluate(expression, environment);
      if (!answer.value) Die("no value: " + text);
    });
    const double compilations = Rate(seconds / 2, [&] {
      if (asl::jsonata::Compile(text).index() != 0) Die("no expression: " + text);
    });
    Print({{"scenario", "jsonata"},
           {"expr", text},
           {"eval_per_s", evaluations},
           {"compile_per_s", compilations}});
  }
}

void MeasurePaths(const Work& work, const asl::Json& document, double seconds) {
  for (const std::string text : work["paths"]) {
    const absl::StatusOr<asl::Path> path = asl::Path::Compile(text);
    if (!path.ok()) Die(path.status().ToString());
    const double rate = Rate(seconds, [&] {
      if (!asl::Evaluate(*path, document).ok()) Die("no match: " + text);
    });
    Print({{"scenario", "jsonpath"}, {"path", text}, {"eval_per_s", rate}});
  }
}

void Measure(const std::string& file, double seconds) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  const Work work = Work::parse(text.str(), nullptr, false);
  if (work.is_discarded()) Die(file + " is not JSON");
  const asl::JsonParse document = asl::ParseJson(work["document"].dump());
  MeasureMachines(work, seconds);
  MeasureExpressions(work, *document.value, seconds / 4);
  MeasurePaths(work, *document.value, seconds / 4);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc != 3) bench::Die("usage: asld_language_bench WORK SECONDS");
  bench::Measure(argv[1], std::atof(argv[2]));
  return 0;
}
