// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The configuration file. yaml-cpp answers by exceptions, which end here.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>

#include "engine/settings.h"
#include "fmt/format.h"

namespace engine {
namespace {

std::string At(const std::string& path, const YAML::Mark& mark) {
  return fmt::format("{}:{}", path, mark.line + 1);
}

absl::Status Unknown(const std::string& where, const std::string& key,
                     const std::vector<Setting>& table) {
  const std::string similar = SimilarSetting(key, table);
  return absl::InvalidArgumentError(
      fmt::format("{}: there is no setting '{}'{}", where, key,
                  similar.empty() ? std::string("; `asld config` shows those there are")
                                  : fmt::format("; did you mean {}?", similar)));
}

// The text of a scalar, or of a list's scalars with commas between them.
absl::StatusOr<std::string> TextOf(const YAML::Node& node, const Setting& setting,
                                   const std::string& where) {
  if (node.IsScalar()) return node.Scalar();
  const bool list = node.IsSequence() && setting.kind == SettingKind::kList;
  std::string text;
  for (const YAML::Node& item : list ? node : YAML::Node()) {
    if (!item.IsScalar())
      return absl::InvalidArgumentError(
          fmt::format("{}: {} holds something that is no text", where, setting.name));
    text += (text.empty() ? "" : ",") + item.Scalar();
  }
  if (list) return text;
  return absl::InvalidArgumentError(fmt::format("{}: {} must be {}, and there is {}", where,
                                                setting.name, setting.allowed(),
                                                node.IsMap()        ? "a mapping"
                                                : node.IsSequence() ? "a list"
                                                                    : "nothing"));
}

absl::StatusOr<SettingValues> ReadMapping(const std::string& path, const YAML::Node& root,
                                          const std::vector<Setting>& table,
                                          const std::vector<std::string>& sections) {
  SettingValues values;
  if (root.IsNull()) return values;
  if (!root.IsMap()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: expected a mapping of settings, as in `data-dir: /var/lib/asld`",
                    At(path, root.Mark())));
  }
  for (const auto& entry : root) {
    const std::string where = At(path, entry.first.Mark());
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (std::find(sections.begin(), sections.end(), key) != sections.end()) continue;
    const Setting* setting = nullptr;
    for (const Setting& one : table) {
      if (one.name == key) setting = &one;
    }
    if (setting == nullptr) return Unknown(where, key, table);
    if (values.contains(key)) {
      return absl::InvalidArgumentError(fmt::format("{}: {} is set twice; first at {}", where, key,
                                                    values.find(key)->second.origin));
    }
    absl::StatusOr<std::string> text = TextOf(entry.second, *setting, where);
    if (!text.ok()) return text.status();
    absl::StatusOr<SettingValue> value = CheckSetting(*setting, *std::move(text), where);
    if (!value.ok()) return value.status();
    values.emplace(key, *std::move(value));
  }
  return values;
}

}  // namespace

absl::StatusOr<SettingValues> ReadSettingsFile(const std::string& path,
                                               const std::vector<Setting>& table,
                                               const std::vector<std::string>& sections) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(
        fmt::format("{}: there is no such file; give another with --config or ASLD_CONFIG", path));
  }
  try {
    return ReadMapping(path, YAML::LoadFile(path), table, sections);
  } catch (const YAML::BadFile&) {
    return absl::InvalidArgumentError(fmt::format("{}: cannot be read by this user", path));
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(fmt::format("{}: not YAML: {}", At(path, e.mark), e.msg));
  }
}

}  // namespace engine
