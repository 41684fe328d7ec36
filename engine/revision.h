// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A revision of a state machine: its text, compiled once, immutable, shared by every execution that
// started with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "asl/definition.h"
#include "asl/time.h"

namespace engine {

// What AWS is told of a state machine beyond its definition and role. Kept and described; nothing
// is logged or traced by it yet.
struct MachineLogging {
  std::string level = "OFF";
  bool data = false;
  std::vector<std::string> groups;  // ARNs of log groups; AWS takes one at most
  friend bool operator==(const MachineLogging&, const MachineLogging&) = default;
};
struct MachineSettings {
  MachineLogging logging;
  bool tracing = false;
  friend bool operator==(const MachineSettings&, const MachineSettings&) = default;
};

struct Revision {
  std::string id;  // hash of text and settings: the same text is the same revision, as AWS has it
  std::string machine;  // name of the state machine
  // What rows of lists call the state machine by: its own as long as anything of it is kept.
  uint32_t number = 0;
  std::string role_arn;
  std::string definition;
  MachineSettings settings;
  asl::Millis closed;   // no execution began with it after this time; 0: one still may
  asl::Millis updated;  // when an update made it the current one; 0: the machine began with it
  std::shared_ptr<const asl::Program> program;

  // Of the state machine, as long as this is the revision that new executions begin with.
  bool current = false;
  bool deleting = false;
  asl::Millis created;
};
using RevisionPtr = std::shared_ptr<const Revision>;

std::string RevisionId(const std::string& machine, const std::string& definition,
                       const std::string& role_arn, const MachineSettings& settings = {});

}  // namespace engine
