// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A definition in a file, in JSON or YAML, and what is to be said of it. The engine knows JSON only:
// YAML is made into it here, and problems keep their places in the file. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/definition.h"
#include "asl/yaml_definition.h"

namespace aslctl {

class DefinitionFile {
 public:
  // YAML when the name ends in .yaml or .yml, JSON when it ends in .json; otherwise what the first
  // character tells. "-" is stdin. The error is the system's; what is no YAML is a problem.
  static absl::StatusOr<DefinitionFile> Read(const std::string& path);
  // The same of a text that has been read; places are those in `text`.
  static DefinitionFile FromText(const std::string& path, std::string text);

  const std::string& path() const { return path_; }
  // What the engine gets; empty when the file is no YAML.
  const std::string& json() const { return yaml_ ? yaml_->json : json_; }

  // Why the engine refuses it: AWS's errors; without any, what is not served yet. Empty: it does
  // not.
  std::vector<asl::Problem> Refusals() const;

  // All there is to say for a machine of that type, in the order of the file: AWS's errors and
  // warnings, what is not served yet and our advice as warnings.
  std::vector<asl::Problem> Findings(asl::MachineType type) const;

  // Problems of json() with their places in the file, in its order.
  std::vector<asl::Problem> Placed(std::vector<asl::Problem> problems) const;

 private:
  std::string path_;
  std::string text_;
  std::string json_;                         // of a JSON file
  std::optional<asl::YamlDefinition> yaml_;  // of a YAML file
  std::optional<asl::Problem> yaml_error_;
};

// "FILE:LINE:COLUMN: error: text [CODE] /States/Pay", a line for each problem.
std::string ListProblems(const DefinitionFile& file, const std::vector<asl::Problem>& problems);

}  // namespace aslctl
