// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The real interpreter must agree with the naive one on status, output, error and cause.
// ASLD_NAIVE=N runs N cases, ASLD_SEED=N begins with that seed; both are printed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/naive/generator.h"
#include "tests/naive/real.h"

namespace asl::naive {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string Shown(const Ending& ending) {
  return fmt::format("{} {} error={} cause={}", ending.status,
                     ending.output ? ending.output->dump() : "-", ending.failed.error.value_or("-"),
                     ending.failed.cause.value_or("-"));
}

TEST(Naive, AgreesWithTheRealInterpreter) {
  const uint64_t first = FromEnvironment("ASLD_SEED", 1);
  const uint64_t count = FromEnvironment("ASLD_NAIVE", 3'000);
  std::map<std::string, size_t> statuses;
  size_t ambiguous = 0;
  size_t states = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const Value definition = GenerateDefinition(seed);
    const Value input = GenerateInput(seed);
    const Worker worker = GenerateWorker(seed);
    const Texts texts = seed % 2 == 0 ? Texts::kForgotten : Texts::kKept;
    const RealEnding real = RunReal(definition, input, worker, texts);
    const std::string shown =
        fmt::format("seed {}\n{}\ninput {}", seed, definition.dump(1), input.dump());
    ASSERT_EQ(real.refused, "") << shown;
    const Ending naive = RunNaive(definition, input, worker);
    states += naive.states;
    if (naive.ambiguous) {
      ++ambiguous;
      continue;
    }
    ++statuses[naive.status];
    ASSERT_EQ(Shown(real.ending), Shown(naive)) << shown;
  }
  std::cout << fmt::format("seeds {}..{}: {} states, {} cases ambiguous", first, first + count - 1,
                           states, ambiguous);
  for (const auto& [status, cases] : statuses) std::cout << fmt::format(", {} {}", cases, status);
  std::cout << "\n";
  EXPECT_LT(ambiguous, count / 10);
  EXPECT_GT(statuses["SUCCEEDED"], count / 4);
  EXPECT_GT(statuses["FAILED"], count / 10);
}

}  // namespace
}  // namespace asl::naive
