// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How settings are found and checked, whatever they are: a table of them, four places where each may
// be set (flag, variable, file, the table's own default; the first that has it wins), and one check
// for all of them. The table itself is config.cc's. Values; used once, before any thread starts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace engine {

enum class SettingKind : uint8_t {
  kText,     // anything but nothing
  kFile,     // a path, or nothing
  kAddress,  // HOST:PORT, or "off" where that is a choice
  kNumber,   // whole, within [min, max]
  kBytes,    // the same, and may end in KiB, MiB or GiB
  kSwitch,   // true or false
  kChoice,   // one of `choices`
  kList,     // texts, separated by commas
};

struct Setting {
  std::string name;  // in a file; the flag is --name, the variable ASLD_NAME
  SettingKind kind;
  std::string standard;  // the default, written as a user would
  std::string help;
  int64_t min = 0;
  int64_t max = 0;
  std::vector<std::string> choices = {};
  std::string other_variable = {};  // read when ASLD_NAME is not set

  std::string variable() const;
  // "a whole number from 1 to 1024": what the kind and its limits allow.
  std::string allowed() const;
};

struct SettingValue {
  std::string text;                     // as it was written; a list's parts separated by commas
  std::string origin;                   // "--name", "ASLD_NAME", "FILE:LINE" or "default"
  int64_t number = 0;                   // of kNumber and kBytes
  bool on = false;                      // of kSwitch
  std::vector<std::string> items = {};  // of kList
};
using SettingValues = std::map<std::string, SettingValue, std::less<>>;

// Fills in what `text` means, or says "ORIGIN: NAME is 'TEXT', but must be …".
absl::StatusOr<SettingValue> CheckSetting(const Setting& setting, std::string text,
                                          std::string origin);

// The settings of a YAML file: one flat mapping, but for `sections`, which others read. Errors name
// FILE:LINE, the key, and what is allowed; an unknown key gets the name that was probably meant.
absl::StatusOr<SettingValues> ReadSettingsFile(const std::string& path,
                                               const std::vector<Setting>& table,
                                               const std::vector<std::string>& sections = {});

// The name of the table that differs from `name` by a few letters only; empty: none does.
std::string SimilarSetting(std::string_view name, const std::vector<Setting>& table);

// One value for each setting. `flags` and `file` hold checked values.
absl::StatusOr<SettingValues> ResolveSettings(const std::vector<Setting>& table,
                                              const SettingValues& flags, const SettingValues& file,
                                              const char* (*variable)(const std::string& name));

// One line each, "name: value  # origin", which is a file that can be read back.
std::string PrintSettings(const std::vector<Setting>& table, const SettingValues& values);

}  // namespace engine
