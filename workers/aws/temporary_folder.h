// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For tests: a folder that goes with its owner, and an environment whose shared files of AWS lie in
// it. Not thread-safe.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "workers/aws/shared_config.h"

namespace workers::aws {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "aws_test_XXXXXX";
    root_ = mkdtemp(pattern.data());
    Set("HOME", root_);
    Set("AWS_CONFIG_FILE", path("config"));
    Set("AWS_SHARED_CREDENTIALS_FILE", path("credentials"));
  }
  ~TemporaryFolder() { std::filesystem::remove_all(root_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name) const { return root_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(path(name)) << text;
  }
  void Set(const std::string& variable, const std::string& value) {
    environment_[variable] = value;
  }
  Variables variables() const {
    return [environment = environment_](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
  }

 private:
  std::string root_;
  std::map<std::string, std::string> environment_;
};

}  // namespace workers::aws
