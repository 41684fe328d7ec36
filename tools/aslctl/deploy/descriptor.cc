// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/descriptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/aslctl/deploy/yaml_tree.h"
#include "tools/aslctl/suggest.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string>& Keys() {
  static const std::vector<std::string> keys = {
      "name",    "type",    "role",     "logging",       "tracing",
      "tags",    "publish", "alias",    "substitutions", "substitutions_from",
      "regions", "profile", "endpoint", "targets",       "machines"};
  return keys;
}

absl::Status Wrong(const std::string& key, const std::string& wanted) {
  return absl::InvalidArgumentError(fmt::format("{}: expected {}", key, wanted));
}

absl::Status CheckKeys(const Json& object, const std::string& where,
                       const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = DidYouMean(key, known);
    return absl::InvalidArgumentError(
        fmt::format("there is no setting '{}{}'{}", where, key, near.empty() ? "" : ": " + near));
  }
  return absl::OkStatus();
}

absl::Status ReadText(const Json& from, const char* key, std::string* to) {
  if (!from.contains(key) || from[key].is_null()) return absl::OkStatus();
  *to = ScalarText(from[key]);
  return to->empty() && !from[key].is_string() ? Wrong(key, "a text") : absl::OkStatus();
}

// true, on, false, off.
std::optional<bool> ReadSwitch(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value == "on" || value == "yes") return true;
  if (value == "off" || value == "OFF" || value == "no") return false;
  return std::nullopt;
}

absl::Status ReadLogging(const Json& value, std::optional<Logging>* to) {
  to->emplace();
  if (ReadSwitch(value) == false) return absl::OkStatus();
  if (!value.is_object()) return Wrong("logging", "off, or level and destination");
  const absl::Status known =
      CheckKeys(value, "logging.", {"level", "include_execution_data", "destination"});
  if (!known.ok()) return known;
  if (const absl::Status s = ReadText(value, "level", &(*to)->level); !s.ok()) return s;
  // YAML 1.1's habit: OFF without quotes.
  if (value.contains("level") && ReadSwitch(value["level"]) == false) (*to)->level = "OFF";
  const auto levels = {"ALL", "ERROR", "FATAL", "OFF"};
  if (std::find(levels.begin(), levels.end(), (*to)->level) == levels.end()) {
    return Wrong("logging.level", "ALL, ERROR, FATAL or OFF");
  }
  if (value.contains("include_execution_data")) {
    const std::optional<bool> data = ReadSwitch(value["include_execution_data"]);
    if (!data) return Wrong("logging.include_execution_data", "true or false");
    (*to)->include_execution_data = *data;
  }
  return ReadText(value, "destination", &(*to)->destination);
}

absl::Status ReadTexts(const Json& value, const std::string& key, Tags* to) {
  if (!value.is_object()) return Wrong(key, "names and values");
  for (const auto& [name, text] : value.items()) {
    if (!text.is_primitive() || text.is_null()) return Wrong(key + "." + name, "a text");
    (*to)[name] = ScalarText(text);
  }
  return absl::OkStatus();
}

absl::Status ReadRate(const Json& value, std::optional<double>* to) {
  std::string text = ScalarText(value);
  if (text.ends_with('%')) text.pop_back();
  char* end = nullptr;
  const double rate = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(rate >= 0 && rate <= 100)) {
    return Wrong("alias.failure_rate", "percent, as in 5%");
  }
  *to = rate;
  return absl::OkStatus();
}

absl::Status ReadAlias(const Json& value, std::optional<AliasSettings>* to) {
  if (ReadSwitch(value) == false) return absl::OkStatus();
  AliasSettings alias;
  if (value.is_string()) alias.name = value.get<std::string>();
  if (value.is_object()) {
    absl::Status s =
        CheckKeys(value, "alias.", {"name", "steps", "bake", "failure_rate", "executions"});
    if (s.ok()) s = ReadText(value, "name", &alias.name);
    if (s.ok() && value.contains("steps")) {
      std::string steps = value["steps"].is_array() ? "" : ScalarText(value["steps"]);
      for (const Json& step : value["steps"]) {
        if (value["steps"].is_array()) steps += (steps.empty() ? "" : ",") + ScalarText(step);
      }
      const absl::StatusOr<std::vector<int>> read = ReadSteps(steps);
      if (!read.ok()) return read.status();
      alias.steps = *read;
    }
    if (s.ok() && value.contains("bake")) {
      const absl::StatusOr<absl::Duration> bake = ReadDuration(ScalarText(value["bake"]));
      if (!bake.ok()) return bake.status();
      alias.bake = *bake;
    }
    if (s.ok() && value.contains("failure_rate")) {
      s = ReadRate(value["failure_rate"], &alias.failure_rate_max);
    }
    if (s.ok() && value.contains("executions")) {
      const Json& least = value["executions"];
      if (!least.is_number_integer() || least < 1 || least > 1'000'000) {
        return Wrong("alias.executions", "a number of executions");
      }
      alias.executions_min = least.get<int>();
    }
    if (!s.ok()) return s;
  }
  if (alias.name.empty()) return Wrong("alias", "a name, or settings with a name");
  *to = std::move(alias);
  return absl::OkStatus();
}

absl::Status ReadRegions(const Json& value, std::vector<std::string>* to) {
  if (value.is_string()) to->push_back(value.get<std::string>());
  for (const Json& region : value.is_array() ? value : Json::array()) {
    if (!region.is_string()) return Wrong("regions", "a list of names");
    to->push_back(region.get<std::string>());
  }
  return to->empty() ? Wrong("regions", "a list of names") : absl::OkStatus();
}

absl::Status ReadSubstitutions(const Json& value, Descriptor* to) {
  if (ReadSwitch(value) == false) {
    to->substitute = false;
    return absl::OkStatus();
  }
  Tags values;
  if (const absl::Status s = ReadTexts(value, "substitutions", &values); !s.ok()) return s;
  to->substitutions.insert(values.begin(), values.end());
  return absl::OkStatus();
}

absl::Status ReadKey(const std::string& key, const Json& value, Descriptor* to) {
  if (value.is_null()) return absl::OkStatus();
  if (key == "logging") return ReadLogging(value, &to->logging);
  if (key == "tags") return ReadTexts(value, key, &to->tags.emplace());
  if (key == "alias") return ReadAlias(value, &to->alias);
  if (key == "regions") return ReadRegions(value, &to->regions);
  if (key == "substitutions") return ReadSubstitutions(value, to);
  if (key == "tracing" || key == "publish") {
    const std::optional<bool> on = ReadSwitch(value);
    if (!on) return Wrong(key, "true or false");
    if (key == "tracing") to->tracing = *on;
    if (key == "publish") to->publish = *on;
  }
  return absl::OkStatus();
}

}  // namespace

void AddLayer(const Json& over, const std::string& to, Json* under) {
  if (!over.is_object()) return;
  Json rest = over;
  rest.erase("targets");
  rest.erase("machines");
  if (rest.contains("tags")) under->erase("tags");
  // An alias that is a name alone keeps what is said of its steps.
  if (rest.contains("alias") && rest["alias"].is_string() && rest["alias"] != "off" &&
      under->contains("alias") && (*under)["alias"].is_object()) {
    rest["alias"] = Json{{"name", rest["alias"]}};
  }
  under->merge_patch(rest);
  if (!over.contains("targets") || !over["targets"].is_object()) return;
  const Json& targets = over["targets"];
  if (targets.contains(to)) AddLayer(targets[to], to, under);
}

absl::StatusOr<Descriptor> ReadDescriptor(const Json& layers) {
  Descriptor to;
  if (!layers.is_object()) return Wrong("the descriptor", "names and values");
  if (const absl::Status s = CheckKeys(layers, "", Keys()); !s.ok()) return s;
  std::string role;
  for (const auto& [key, text] : std::initializer_list<std::pair<const char*, std::string*>>{
           {"name", &to.name},
           {"type", &to.type},
           {"role", &role},
           {"substitutions_from", &to.substitutions_from},
           {"profile", &to.profile},
           {"endpoint", &to.endpoint}}) {
    if (const absl::Status s = ReadText(layers, key, text); !s.ok()) return s;
  }
  if (!role.empty()) to.role = role;
  if (to.type != "STANDARD" && to.type != "EXPRESS") return Wrong("type", "STANDARD or EXPRESS");
  for (const auto& [key, value] : layers.items()) {
    if (const absl::Status s = ReadKey(key, value, &to); !s.ok()) return s;
  }
  if (to.alias) to.publish = true;
  return to;
}

absl::StatusOr<absl::Duration> ReadDuration(const std::string& text) {
  absl::Duration duration;
  const bool seconds = text.find_first_not_of("0123456789") == std::string::npos;
  if (text.empty() || !absl::ParseDuration(seconds ? text + "s" : text, &duration) ||
      duration < absl::ZeroDuration() || duration > absl::Hours(24 * 7)) {
    return Wrong("bake", "a time such as 30s or 5m, a week at most");
  }
  return duration;
}

absl::StatusOr<std::vector<int>> ReadSteps(const std::string& text) {
  std::vector<int> steps;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if (word.ends_with('%')) word.pop_back();
    int step = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), step);
    if (error != std::errc() || end != word.data() + word.size()) {
      return Wrong("steps", "percents such as 10,50,100");
    }
    steps.push_back(step);
  }
  if (const absl::Status s = CheckSteps(steps); !s.ok()) return s;
  return steps;
}

absl::Status CheckSteps(const std::vector<int>& steps) {
  const bool grow = std::is_sorted(steps.begin(), steps.end(), std::less_equal<>());
  if (steps.empty() || !grow || steps.front() < 1 || steps.back() != 100) {
    return Wrong("steps", "percents that grow up to 100, such as 10,50,100");
  }
  return absl::OkStatus();
}

}  // namespace aslctl
