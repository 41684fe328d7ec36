// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine of a story: real partitions, interpreter, records, loader and pool over a memory
// store, as in tests/sim, but in one order: after each command everything that can happen without
// time passing happens, front to back. Answers with what came of a command: new history events,
// what workers got, answers to callers, timers armed. One thread.
//
//   partitions N                     first line of a story that needs more than one
//   machine NAME DEFINITION
//   start MACHINE NAME INPUT
//   stop NAME ERROR CAUSE
//   probe FROM TO TEXT               a test message from one partition to another
//   connect W QUEUE,… [slots=N] [forgetting]   lists what it holds, unless forgetting
//   disconnect W                     its process lives on and keeps what it holds
//   die W                            the next one has another instance id
//   receive W STATE
//   heartbeat W STATE
//   succeed W STATE OUTPUT           while not connected: the result is kept
//   fail W STATE ERROR CAUSE         the same
//   forge W STATE OUTPUT             a result under a token that is wrong by one bit
//   unasked W OUTPUT                 a result under a token that is none
//   token STATE succeed OUTPUT       by the task token that the state's input handed out last, as
//   token STATE fail ERROR CAUSE     its member "token"
//   token STATE heartbeat
//   advance 90s, advance 500ms
//   rewind 60s                       the wall clock steps back
//   crash                            what was synced is there for the next process
//
// Any command may end with turns=N: then partitions take so many turns before the next command.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/auditor.h"
#include "tests/sim/checks.h"
#include "tests/sim/process.h"
#include "tests/sim/random.h"
#include "tests/sim/sabotage.h"
#include "tests/sim/store.h"

namespace stories {

class World {
 public:
  World();
  ~World();

  // The lines that came of the command; one that begins with "!" is a mistake in the story or a
  // failed check.
  std::vector<std::string> Do(const std::string& command);

 private:
  struct Worker;
  class Arguments;
  struct Task {
    std::string token;
    bool finished = false;
    workers::Answer result;
  };

  void Begin();
  void Pump(uint64_t turns_max);
  void Crash();
  void Advance(std::string_view time);
  void Machine(Arguments& arguments);
  void Start(Arguments& arguments);
  void Stop(Arguments& arguments);
  void Probe(Arguments& arguments);
  void Connect(Arguments& arguments);
  void Disconnect(Worker& worker);
  void RememberTaskToken(const workers::TaskRequest& task);
  void AnswerByToken(Arguments& arguments);
  void Answer(std::string_view what, Worker& worker, Arguments& arguments);
  Worker& WorkerNamed(const std::string& name);

  void ShowNews();
  void ShowEvents();
  void ShowTimers();
  void ShowProbes();
  void Say(std::string line) { lines_.push_back(std::move(line)); }

  sim::Random random_{1};
  sim::Checks checks_;
  sim::Auditor auditor_{&checks_};
  sim::Sabotage sabotage_{sim::Plant::kNone, &random_};
  std::unique_ptr<sim::SimStore> store_;
  std::unique_ptr<sim::Process> process_;
  uint32_t partitions_ = 1;
  asl::Millis wall_{1'767'225'600'000};  // 2026-01-01T00:00:00Z
  bool faults_ = false;

  std::map<std::string, std::shared_ptr<Worker>> workers_;
  std::vector<std::pair<std::string, engine::ExecutionNumber>>
      executions_;                                  // in order of their start
  std::map<std::string, std::string> task_tokens_;  // by state
  std::map<std::string, size_t> shown_;             // events, by execution name
  std::set<std::string> timers_, probes_;
  std::vector<std::string> lines_;
};

}  // namespace stories
