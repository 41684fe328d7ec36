// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Whole executions: the bytes choose a valid definition of all state types, its input, and what
// workers, clocks and operators do, in any order. TestDriver aborts when the history is not well
// formed (asl/history_check.h), when an Outcome breaks its contract or something is left open. Each
// execution runs with its texts kept and with its texts forgotten, and must do the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "asl/test_driver.h"
#include "tests/naive/generator.h"
#include "tests/naive/random.h"
#include "tests/naive/real.h"

namespace asl::naive {
namespace {

constexpr int kStepsMax = 300;

void Require(bool holds) {
  if (!holds) std::abort();
}

// What happens to the oldest open task.
void Work(TestDriver& driver, Random& random) {
  switch (random.Below(8)) {
    case 0:
    case 1:
      return driver.Receive();
    case 2:
      return driver.Fail(random.Pick({"E1", "E2", "States.Timeout", "States.Runtime"}),
                         random.Pick({"why", ""}));
    case 3:
      return driver.Fail(std::nullopt, std::nullopt);
    case 4:
      return driver.Succeed(random.Pick({"null", "[1,2]", "\"x\"", "{", "-0"}));
    default:
      return driver.Succeed(GenerateInput(random.Next()).dump());
  }
}

// False: nothing will ever happen.
bool Step(TestDriver& driver, Random& random) {
  if (driver.task() != nullptr && random.Percent(30)) driver.PostponeTask();
  if (driver.task() != nullptr && random.Percent(75)) {
    Work(driver, random);
  } else if (random.Percent(1)) {
    driver.Stop({"Stopped", "by hand"});
  } else if (!driver.FireNext()) {
    if (driver.task() == nullptr) return false;
    Work(driver, random);
  }
  return true;
}

std::string Run(const std::shared_ptr<const Program>& program, Random random, Texts texts) {
  TestDriver driver(program, {.seed = 1, .forget = texts == Texts::kForgotten});
  driver.Start(GenerateInput(random.Next()).dump());
  for (int steps = 0; !driver.ended() && steps < kStepsMax; ++steps) Require(Step(driver, random));
  if (!driver.ended()) driver.Stop({});
  Require(driver.ended());
  return driver.TakeTranscript();
}

}  // namespace
}  // namespace asl::naive

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace asl::naive;
  Random random(std::string_view(reinterpret_cast<const char*>(data), size));
  const asl::Compiled compiled = asl::Compile(GenerateDefinition(random).dump());
  Require(compiled.program != nullptr);
  Require(Run(compiled.program, random, Texts::kForgotten) ==
          Run(compiled.program, random, Texts::kKept));
  return 0;
}
