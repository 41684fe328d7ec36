// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a source of work asks of the engine: the real one over engine/api, or a test's. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/ids.h"

namespace engine {

class Engine;

namespace sources {

struct StartOutcome {
  enum class Kind : uint8_t {
    kStarted,   // durably
    kRunning,   // there is one of that name already, and it runs
    kEnded,     // it has ended
    kBadInput,  // it can never start: `why`
    kRefused,   // the engine cannot start it now: `why`
  };
  Kind kind = Kind::kRefused;
  ExecutionNumber execution = ExecutionNumber::kNone;  // of the first three, where it is kept
  bool succeeded = false;                              // of kEnded
  std::string why;
};

class Executions {
 public:
  virtual ~Executions() = default;

  // `done` is called once, on any thread, also within the call.
  virtual void Start(const std::string& state_machine, std::string name, std::string input,
                     std::function<void(StartOutcome)> done) = 0;
  // `done` hears whether it succeeded, once, on any thread, also within the call, as long as the
  // ticket is kept.
  using Ticket = std::shared_ptr<void>;
  virtual Ticket AwaitEnd(ExecutionNumber execution, std::function<void(bool)> done) = 0;
  // Why no more work should be taken in now; empty: it may. Takes microseconds.
  virtual std::string Unready(const std::string& state_machine) = 0;
};

std::unique_ptr<Executions> ExecutionsOf(Engine* engine);

}  // namespace sources
}  // namespace engine
