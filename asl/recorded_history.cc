// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/recorded_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

namespace asl {
namespace {

std::string DetailsKey(const HistoryEvent& event) {
  const std::string type(EventTypeName(event.type));
  if (type.ends_with("StateEntered")) return "stateEnteredEventDetails";
  if (type.ends_with("StateExited")) return "stateExitedEventDetails";
  std::string key = type + "EventDetails";
  key[0] = static_cast<char>(key[0] - 'A' + 'a');
  return key;
}

void AddPayload(const TestDriver& driver, const HistoryEvent& event, OrderedJson* details) {
  switch (PayloadFieldOf(event.type)) {
    case PayloadField::kNone:
      return;
    case PayloadField::kInput:
      (*details)["input"] = driver.TextOf(event.payload.ref);
      (*details)["inputDetails"]["truncated"] = false;
      return;
    case PayloadField::kOutput:
      (*details)["output"] = driver.TextOf(event.payload.ref);
      (*details)["outputDetails"]["truncated"] = false;
      return;
    case PayloadField::kParameters:
      (*details)["parameters"] = driver.TextOf(event.payload.ref);
      return;
  }
}

OrderedJson EventJson(const TestDriver& driver, const HistoryEvent& event) {
  OrderedJson details = OrderedJson::object();
  AddPayload(driver, event, &details);
  if (!event.name.empty())
    details[event.type == EventType::kActivityStarted ? "workerName" : "name"] = event.name;
  if (!event.resource.empty()) details["resource"] = event.resource;
  if (!event.resource_type.empty()) details["resourceType"] = event.resource_type;
  if (!event.region.empty()) details["region"] = event.region;
  if (!event.role_arn.empty()) details["roleArn"] = event.role_arn;
  if (event.timeout_s) details["timeoutInSeconds"] = *event.timeout_s;
  if (event.heartbeat_s) details["heartbeatInSeconds"] = *event.heartbeat_s;
  if (event.error.name) details["error"] = *event.error.name;
  if (event.error.cause) details["cause"] = *event.error.cause;
  OrderedJson json;
  json["id"] = ToInt(event.id);
  json["previousEventId"] = ToInt(event.previous);
  json["type"] = EventTypeName(event.type);
  if (event.type != EventType::kLambdaFunctionStarted) json[DetailsKey(event)] = std::move(details);
  return json;
}

// No recorded text has it.
constexpr char kStar = 1;

class Comparison {
 public:
  explicit Comparison(const std::vector<std::string>& words) : words_(words) {}

  std::string Run(const OrderedJson& recorded, const OrderedJson& found) {
    Match(recorded, found, "", false);
    return difference_;
  }

 private:
  bool Differ(const std::string& path, const OrderedJson& recorded, const OrderedJson& found) {
    if (difference_.empty()) {
      difference_ = fmt::format("{}: expected {} found {}", path, recorded.dump().substr(0, 600),
                                found.dump().substr(0, 600));
    }
    return false;
  }

  // `data`: inside a payload, where the order of keys is AWS's own.
  bool Match(const OrderedJson& recorded, const OrderedJson& found, const std::string& path,
             bool data) {
    if (recorded.is_string() && Anything(recorded.get<std::string>())) return true;
    if (recorded.is_structured() && found.is_string()) {
      const OrderedJson parsed = OrderedJson::parse(found.get<std::string>(), nullptr, false);
      return parsed.is_discarded() ? Differ(path, recorded, found)
                                   : Match(recorded, parsed, path, true);
    }
    if (recorded.is_string() && found.is_string()) {
      return MatchText(recorded, found) || Differ(path, recorded, found);
    }
    if (recorded.is_object() && found.is_object()) return MatchObjects(recorded, found, path, data);
    if (recorded.is_array() && found.is_array()) return MatchArrays(recorded, found, path, data);
    return (recorded.type_name() == std::string(found.type_name()) &&
            recorded.dump() == found.dump()) ||
           Differ(path, recorded, found);
  }

  bool MatchObjects(const OrderedJson& recorded, const OrderedJson& found, const std::string& path,
                    bool data) {
    std::vector<std::string> wanted, got;
    for (const auto& [key, value] : recorded.items()) {
      if (key != "timestamp" || data) wanted.push_back(key);
    }
    for (const auto& [key, value] : found.items()) got.push_back(key);
    if (!data) {
      std::sort(wanted.begin(), wanted.end());
      std::sort(got.begin(), got.end());
    }
    if (wanted != got) return Differ(path, recorded, found);
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& key) {
      return Match(recorded[key], found[key], path + "/" + key, data);
    });
  }

  bool MatchArrays(const OrderedJson& recorded, const OrderedJson& found, const std::string& path,
                   bool data) {
    for (size_t i = 0; i < std::min(recorded.size(), found.size()); ++i) {
      if (!Match(recorded[i], found[i], fmt::format("{}[{}]", path, i), data)) return false;
    }
    return recorded.size() == found.size() || Differ(path, recorded, found);
  }

  bool Anything(const std::string& text) const {
    static const std::vector<std::string> kWords = {
        "date", "datetime", "timestamp", "RequestId", "X-Amzn-Trace-Id", "x-amzn-RequestId"};
    return std::find(kWords.begin(), kWords.end(), text) != kWords.end() ||
           std::find(words_.begin(), words_.end(), text) != words_.end();
  }

  // Placeholders match any text; one that makes up a whole value must stand for the same value
  // everywhere.
  bool MatchText(const std::string& recorded, const std::string& found) {
    static const std::regex kIsoDate(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d))");
    static const std::regex kPlaceholder(R"(<[A-Za-z][A-Za-z0-9_-]*(:\d+)?>|111111111111)");
    if (recorded == found) return true;
    std::smatch whole;
    if (std::regex_match(recorded, whole, kPlaceholder)) {
      return bound_.emplace(recorded, found).first->second == found;
    }
    const std::string text = std::regex_replace(found, kIsoDate, "date");
    if (recorded == text) return true;
    std::string pattern = recorded;
    for (const std::string& word : words_) pattern = Starred(pattern, word);
    return MatchPattern(std::regex_replace(pattern, kPlaceholder, std::string(1, kStar)), text);
  }

  static std::string Starred(std::string text, const std::string& word) {
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      text.replace(at, word.size(), 1, kStar);
    }
    return text;
  }

  // Each star stands for any text.
  static bool MatchPattern(std::string_view pattern, std::string_view text) {
    const size_t last = pattern.rfind(kStar);
    if (last == std::string_view::npos) return pattern == text;
    const std::string_view tail = pattern.substr(last + 1);
    if (!text.ends_with(tail)) return false;
    text.remove_suffix(tail.size());
    pattern = pattern.substr(0, last + 1);
    size_t star = pattern.find(kStar);
    if (!text.starts_with(pattern.substr(0, star))) return false;
    text.remove_prefix(star);
    while (star != last) {
      const size_t next = pattern.find(kStar, star + 1);
      const std::string_view literal = pattern.substr(star + 1, next - star - 1);
      const size_t at = text.find(literal);
      if (at == std::string_view::npos) return false;
      text.remove_prefix(at + literal.size());
      star = next;
    }
    return true;
  }

  const std::vector<std::string>& words_;
  std::map<std::string, std::string> bound_;
  std::string difference_;
};

}  // namespace

OrderedJson HistoryJson(const TestDriver& driver) {
  OrderedJson events = OrderedJson::array();
  for (const HistoryEvent& event : driver.events()) events.push_back(EventJson(driver, event));
  return events;
}

std::string Compare(const OrderedJson& recorded, const OrderedJson& found,
                    const std::vector<std::string>& words) {
  return Comparison(words).Run(recorded, found);
}

}  // namespace asl
