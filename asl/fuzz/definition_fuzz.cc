// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Compiles any text, for both types of machine, gives advice and says which variables it reads; runs
// what compiles with answers drawn from a hash of the text. TestDriver aborts when a history is not dense, ends twice, refers to a text that was never stored, or leaves
// something open. Each runs twice, with texts kept and with texts forgotten, and must do the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "asl/advice.h"
#include "asl/definition.h"
#include "asl/limits.h"
#include "asl/test_driver.h"
#include "asl/variable_references.h"

namespace {

// FNV-1a: the script must depend on the text alone.
uint64_t Hash(std::string_view text) {
  uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

class Script {
 public:
  explicit Script(uint64_t seed) : state_(seed | 1) {}
  uint64_t Below(uint64_t n) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % n;
  }

 private:
  uint64_t state_;
};

void Answer(asl::TestDriver& driver, Script& script) {
  static constexpr const char* kResults[] = {
      "{}", "1", "[1,2,{\"a\":null}]", "\"x\"", "{\"Payload\":{\"a\":true}}", "{", "-0", "1e400"};
  static constexpr const char* kErrors[] = {"A", "States.Timeout", "States.Runtime",
                                            "States.TaskFailed"};
  switch (script.Below(6)) {
    case 0:
      return driver.Receive();
    case 1:
      return driver.Fail(kErrors[script.Below(4)], script.Below(2) != 0 ? "why" : "");
    case 2:
      return driver.Fail(std::nullopt, std::nullopt);
    case 3:
      driver.FireNext();
      return;
    default:
      return driver.Succeed(kResults[script.Below(8)]);
  }
}

// The transcript of one execution whose every answer follows from the text. `forget`: the driver
// drops all texts between signals.
std::string Run(const std::shared_ptr<const asl::Program>& program, uint64_t hash, bool forget) {
  static constexpr const char* kInputs[] = {"{}", "{\"a\":{\"b\":[1,2]},\"n\":3}", "7", "null"};
  Script script(hash);
  asl::TestDriver::Options options;
  options.seed = hash | 1;
  options.forget = forget;
  asl::TestDriver driver(program, options);
  driver.Start(kInputs[script.Below(4)]);
  for (int steps = 0; !driver.ended() && steps < 100; ++steps) {
    if (driver.task()) {
      Answer(driver, script);
    } else if (script.Below(2) == 0 && driver.SucceedByToken("{\"a\":1}")) {
      // Somebody had the task token.
    } else if (!driver.FireNext() && !driver.SucceedByToken("1")) {
      std::abort();  // open, and nothing would ever wake it
    }
  }
  if (!driver.ended()) driver.Stop({});
  if (!driver.ended()) std::abort();
  return driver.TakeTranscript();
}

bool IsRefused(const asl::Compiled& compiled) {
  return !compiled.not_served.empty() ||
         std::any_of(compiled.problems.begin(), compiled.problems.end(),
                     [](const asl::Problem& p) { return p.severity == asl::Severity::kError; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  asl::Advise(text);
  asl::VariableReferences(text);
  asl::Compile(text, asl::MachineType::kExpress);
  const asl::Compiled compiled = asl::Compile(text);
  if ((compiled.program == nullptr) != IsRefused(compiled)) std::abort();
  if (compiled.program == nullptr) return 0;
  if (Run(compiled.program, Hash(text), true) != Run(compiled.program, Hash(text), false)) {
    std::abort();  // what is in memory must not change what happens
  }
  return 0;
}
