// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/settings.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>

#include "fmt/format.h"
#include "fmt/ranges.h"

namespace engine {
namespace {

constexpr int kPortMax = 65'535;

std::optional<int64_t> WholeNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::optional<int64_t> Bytes(std::string_view text) {
  int shift = 0;
  for (const auto& [unit, bits] : {std::pair{"KiB", 10}, {"MiB", 20}, {"GiB", 30}}) {
    if (!text.ends_with(unit)) continue;
    text.remove_suffix(3);
    while (text.ends_with(' ')) text.remove_suffix(1);
    shift = bits;
    break;
  }
  const std::optional<int64_t> number = WholeNumber(text);
  if (!number || *number < 0 || *number > std::numeric_limits<int64_t>::max() >> shift) {
    return std::nullopt;
  }
  return *number << shift;
}

bool IsAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::optional<int64_t> port = WholeNumber(text.substr(colon + 1));
  return port && *port >= 0 && *port <= kPortMax;
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> items;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string_view item = text.substr(begin, end - begin);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
    begin = end + 1;
  }
  return items;
}

std::optional<bool> OnOrOff(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return false;
  return std::nullopt;
}

bool Fill(const Setting& setting, SettingValue& value) {
  const std::string& text = value.text;
  switch (setting.kind) {
    case SettingKind::kText:
      return !text.empty();
    case SettingKind::kFile:
      return true;
    case SettingKind::kAddress:
      return IsAddress(text) ||
             std::count(setting.choices.begin(), setting.choices.end(), text) > 0;
    case SettingKind::kNumber:
    case SettingKind::kBytes: {
      const auto number = setting.kind == SettingKind::kBytes ? Bytes(text) : WholeNumber(text);
      value.number = number.value_or(0);
      return number && *number >= setting.min && *number <= setting.max;
    }
    case SettingKind::kSwitch: {
      const std::optional<bool> on = OnOrOff(text);
      value.on = on.value_or(false);
      return on.has_value();
    }
    case SettingKind::kChoice:
      return std::count(setting.choices.begin(), setting.choices.end(), text) > 0;
    case SettingKind::kList:
      value.items = Split(text);
      return true;
  }
  return false;
}

// Letters to insert, delete or replace to make one of the other.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string Setting::variable() const {
  std::string text = "ASLD_" + name;
  for (char& c : text) c = c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

std::string Setting::allowed() const {
  switch (kind) {
    case SettingKind::kText:
      return "a text that is not empty";
    case SettingKind::kFile:
      return "a path";
    case SettingKind::kAddress:
      return choices.empty() ? "HOST:PORT"
                             : fmt::format("HOST:PORT, or {}", fmt::join(choices, " or "));
    case SettingKind::kNumber:
      return fmt::format("a whole number from {} to {}", min, max);
    case SettingKind::kBytes:
      return fmt::format("bytes from {} to {}, as in 64MiB or 1GiB", min, max);
    case SettingKind::kSwitch:
      return "true or false";
    case SettingKind::kChoice:
      return fmt::format("one of {}", fmt::join(choices, ", "));
    case SettingKind::kList:
      return "a list of texts";
  }
  return "";
}

absl::StatusOr<SettingValue> CheckSetting(const Setting& setting, std::string text,
                                          std::string origin) {
  SettingValue value{.text = std::move(text), .origin = std::move(origin)};
  if (Fill(setting, value)) return value;
  return absl::InvalidArgumentError(fmt::format("{}: {} is '{}', but must be {}", value.origin,
                                                setting.name, value.text, setting.allowed()));
}

std::string SimilarSetting(std::string_view name, const std::vector<Setting>& table) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const Setting& setting : table) {
    const size_t distance = Distance(name, setting.name);
    if (distance >= best_distance) continue;
    best = setting.name;
    best_distance = distance;
  }
  return best;
}

absl::StatusOr<SettingValues> ResolveSettings(const std::vector<Setting>& table,
                                              const SettingValues& flags, const SettingValues& file,
                                              const char* (*variable)(const std::string& name)) {
  SettingValues values = flags;
  for (const Setting& setting : table) {
    if (values.contains(setting.name)) continue;
    std::string name = setting.variable();
    const char* text = variable(name);
    if (text == nullptr && !setting.other_variable.empty()) {
      name = setting.other_variable;
      text = variable(name);
    }
    if (text == nullptr && file.contains(setting.name)) {
      values.emplace(setting.name, file.find(setting.name)->second);
      continue;
    }
    absl::StatusOr<SettingValue> value = CheckSetting(
        setting, text == nullptr ? setting.standard : text, text == nullptr ? "default" : name);
    if (!value.ok()) return value.status();
    values.emplace(setting.name, *std::move(value));
  }
  return values;
}

std::string PrintSettings(const std::vector<Setting>& table, const SettingValues& values) {
  std::string text;
  for (const Setting& setting : table) {
    const SettingValue& value = values.find(setting.name)->second;
    std::string shown = value.text;
    if (setting.kind == SettingKind::kList) {
      shown = fmt::format("[{}]", fmt::join(value.items, ", "));
    } else if (setting.kind == SettingKind::kText || setting.kind == SettingKind::kFile ||
               setting.kind == SettingKind::kAddress || setting.kind == SettingKind::kChoice) {
      shown = fmt::format("\"{}\"", shown);  // "off" and digits stay texts when it is read back
    }
    text += fmt::format("{}: {}  # {}\n", setting.name, shown, value.origin);
  }
  return text;
}

}  // namespace engine
