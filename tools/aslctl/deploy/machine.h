// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is to be deployed: the state machines of a file, a folder or a template, and each of them made
// ready for one place: substitutions done, settings read. Reads files; calls nobody. One thread.
//
// Layers of settings, the last one wins: a template's properties, deploy.yaml of the folder (what it
// says for all, then under machines: NAME), NAME.deploy.yaml, the command line.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/aslctl/definition_file.h"
#include "tools/aslctl/deploy/descriptor.h"
#include "tools/aslctl/deploy/template.h"

namespace aslctl {

// The command line's part of it.
struct SourceOptions {
  std::string path;
  bool by_name = false;             // path is a state machine's name: there are no files
  std::string to;                   // target: "aws", "local" or a name in targets
  std::optional<std::string> only;  // of the machines there, the one of this name
  std::vector<std::string> sets;    // NAME=VALUE
  std::string substitutions_from;   // a file
  nlohmann::ordered_json layer = nlohmann::ordered_json::object();  // of settings
};

struct MachineSource {
  std::string path;
  std::string base;  // "…/order" of "…/order.asl.json"
  std::string text;  // before substitution; empty when the template's text holds the definition
  nlohmann::ordered_json layers;                       // settings, without the template's
  std::shared_ptr<const nlohmann::ordered_json> tree;  // of a template; null when there is none
  std::optional<TemplateMachine> in_template;

  // A name for messages, before anything is resolved.
  std::string ShortName() const;
  // The account's number is needed to resolve it.
  bool NeedsAccount() const;
};

struct Machine {
  Descriptor settings;
  DefinitionFile file;
  Place place;
  std::vector<std::string> warnings;  // whole sentences
};

absl::StatusOr<std::vector<MachineSource>> FindMachines(const SourceOptions& options);

// Settings that say where to go: profile, endpoint, regions. Templates say nothing of these.
absl::StatusOr<Descriptor> TargetOf(const MachineSource& source);

absl::StatusOr<Machine> Resolve(const MachineSource& source, const SourceOptions& options,
                                const Place& place);

}  // namespace aslctl
