// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A revision of a state machine: its text, compiled once, immutable, shared by every execution that
// started with it.
#pragma once

#include <memory>
#include <string>

#include "asl/definition.h"
#include "asl/time.h"

namespace engine {

struct Revision {
  std::string id;  // hash of text and settings: the same text is the same revision, as AWS has it
  std::string machine;  // name of the state machine
  std::string role_arn;
  std::string definition;
  asl::Millis created;
  std::shared_ptr<const asl::Program> program;
};
using RevisionPtr = std::shared_ptr<const Revision>;

std::string RevisionId(const std::string& machine, const std::string& definition,
                       const std::string& role_arn);

}  // namespace engine
