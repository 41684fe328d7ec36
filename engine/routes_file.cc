// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// yaml-cpp answers by exceptions, which end here.
#include "engine/routes_file.h"

#include <yaml-cpp/yaml.h>

#include <array>
#include <filesystem>
#include <utility>

#include "absl/strings/numbers.h"
#include "engine/settings.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"
#include "workers/aws/settings.h"
#include "workers/limits.h"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kEndpointVariable[] = "LAMBDA_ENDPOINT";

// What a target may be told besides match and to.
struct TargetFields {
  std::string_view name;
  std::vector<std::string_view> fields;
};
const std::array<TargetFields, 4>& Targets() {
  static const std::array<TargetFields, 4> targets = {{
      {"worker", {}},
      {"lambda", {"endpoint", "region", "profile", "concurrency"}},
      {"mock", {"result", "error", "cause"}},
      {"default", {}},
  }};
  return targets;
}

// The nearest of `names`, for who mistyped one; nothing when none is near.
template <typename Names>
std::string DidYouMean(std::string_view name, const Names& names) {
  std::vector<Setting> table;
  for (const auto& one : names) table.push_back({.name = std::string(one), .kind = {}});
  const std::string similar = SimilarSetting(name, table);
  return similar.empty() ? "" : fmt::format("; did you mean {}?", similar);
}

// A scalar without quotes that JSON would read as something else than a text is that.
Json JsonOf(const YAML::Node& node) {
  if (node.IsMap()) {
    Json object = Json::object();
    for (const auto& entry : node) object[entry.first.as<std::string>()] = JsonOf(entry.second);
    return object;
  }
  if (node.IsSequence()) {
    Json array = Json::array();
    for (const auto& item : node) array.push_back(JsonOf(item));
    return array;
  }
  if (!node.IsScalar()) return nullptr;
  if (node.Tag() == "!") return node.Scalar();
  Json value = Json::parse(node.Scalar(), nullptr, false);
  return value.is_discarded() || value.is_structured() ? Json(node.Scalar()) : value;
}

class Reader {
 public:
  Reader(const std::string& path, const Route& fallback) : path_(path), fallback_(fallback) {}

  absl::StatusOr<std::vector<Route>> Read(const YAML::Node& section) {
    if (!section.IsSequence())
      return Refuse(section, "routes must be a list, as in `- {match: pay-*, to: lambda}`");
    for (const YAML::Node& entry : section) {
      name_ = fmt::format("routes[{}]", number_++);
      if (absl::Status s = ReadOne(entry); !s.ok()) return s;
    }
    return std::move(routes_);
  }

 private:
  std::string At(const YAML::Node& node) const {
    return fmt::format("{}:{}", path_, node.Mark().line + 1);
  }
  absl::Status Refuse(const YAML::Node& node, std::string_view why) const {
    return absl::InvalidArgumentError(fmt::format("{}: {}", At(node), why));
  }
  absl::Status RefuseField(const YAML::Node& node, std::string_view field,
                           std::string_view why) const {
    return Refuse(node, fmt::format("{}.{} {}", name_, field, why));
  }

  absl::Status ReadOne(const YAML::Node& entry) {
    if (!entry.IsMap()) return Refuse(entry, fmt::format("{} must be a mapping", name_));
    for (const char* needed : {"match", "to"}) {
      if (!entry[needed]) return Refuse(entry, fmt::format("{} has no '{}'", name_, needed));
    }
    const YAML::Node to = entry["to"];
    const TargetFields* target = nullptr;
    std::vector<std::string_view> names;
    for (const TargetFields& one : Targets()) {
      names.push_back(one.name);
      if (to.IsScalar() && to.Scalar() == one.name) target = &one;
    }
    if (target == nullptr)
      return RefuseField(
          to, "to",
          fmt::format("is '{}', but must be one of {}{}", to.IsScalar() ? to.Scalar() : "?",
                      fmt::join(names, ", "), to.IsScalar() ? DidYouMean(to.Scalar(), names) : ""));
    if (absl::Status s = CheckFields(entry, *target); !s.ok()) return s;
    Route route{.origin = At(entry)};
    absl::Status s = absl::OkStatus();
    if (target->name == "default") route.target = fallback_.target;
    if (target->name == "lambda") s = ReadLambda(entry, &route);
    if (target->name == "mock") s = ReadMock(entry, &route);
    if (!s.ok()) return s;
    return AddMatches(entry["match"], route);
  }

  absl::Status CheckFields(const YAML::Node& entry, const TargetFields& target) const {
    std::vector<std::string_view> allowed = {"match", "to"};
    allowed.insert(allowed.end(), target.fields.begin(), target.fields.end());
    std::vector<std::string> seen;
    for (const auto& field : entry) {
      const std::string name = field.first.IsScalar() ? field.first.Scalar() : "?";
      if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
        return RefuseField(field.first, name,
                           fmt::format("is nothing that a route to {} has{}", target.name,
                                       DidYouMean(name, allowed)));
      if (std::find(seen.begin(), seen.end(), name) != seen.end())
        return RefuseField(field.first, name, "is set twice");
      seen.push_back(name);
    }
    return absl::OkStatus();
  }

  absl::Status AddMatches(const YAML::Node& match, const Route& route) {
    std::vector<YAML::Node> patterns;
    if (!match.IsSequence()) patterns.push_back(match);
    for (size_t i = 0; match.IsSequence() && i < match.size(); ++i) patterns.push_back(match[i]);
    for (const YAML::Node& pattern : patterns) {
      if (!pattern.IsScalar() || pattern.Scalar().empty())
        return RefuseField(pattern, "match",
                           "must be a function's name or ARN, or a list of them; '*' is any text");
      const std::string& text = pattern.Scalar();
      if (text.find(':') != std::string::npos && !text.starts_with("arn:") &&
          !text.starts_with('*'))
        return RefuseField(pattern, "match",
                           fmt::format("is '{}', which is neither a name nor an ARN", text));
      routes_.push_back(route);
      routes_.back().pattern = text;
      routes_.back().origin = At(pattern);
    }
    return absl::OkStatus();
  }

  // "" when the field is not there.
  absl::StatusOr<std::string> Text(const YAML::Node& entry, const char* field) const {
    const YAML::Node node = entry[field];
    if (!node) return "";
    if (!node.IsScalar() || node.Scalar().empty())
      return RefuseField(node, field, "must be a text that is not empty");
    return node.Scalar();
  }

  absl::Status ReadLambda(const YAML::Node& entry, Route* route) const {
    workers::ToLambda lambda;
    for (const auto& [field, text] : {std::pair{"endpoint", &lambda.endpoint},
                                      {"region", &lambda.region},
                                      {"profile", &lambda.profile}}) {
      absl::StatusOr<std::string> read = Text(entry, field);
      if (!read.ok()) return read.status();
      *text = *std::move(read);
    }
    if (!lambda.endpoint.empty()) {
      const auto endpoint = workers::aws::ParseEndpoint(lambda.endpoint);
      if (!endpoint.ok())
        return RefuseField(entry["endpoint"], "endpoint",
                           fmt::format("is {}", std::string(endpoint.status().message())));
    }
    if (const YAML::Node node = entry["concurrency"]) {
      uint32_t number = 0;
      if (!node.IsScalar() || !absl::SimpleAtoi(node.Scalar(), &number) || number < 1 ||
          number > workers::kSlotsMax)
        return RefuseField(node, "concurrency",
                           fmt::format("must be a whole number from 1 to {}", workers::kSlotsMax));
      lambda.concurrency = number;
    }
    route->target = std::move(lambda);
    return absl::OkStatus();
  }

  absl::Status ReadMock(const YAML::Node& entry, Route* route) const {
    if (static_cast<bool>(entry["result"]) == static_cast<bool>(entry["error"]))
      return Refuse(entry, fmt::format("{} must have either a result or an error", name_));
    if (entry["cause"] && !entry["error"])
      return RefuseField(entry["cause"], "cause", "belongs to an error");
    workers::ToMock mock;
    absl::StatusOr<std::string> error = Text(entry, "error");
    if (!error.ok()) return error.status();
    mock.error = *std::move(error);
    absl::StatusOr<std::string> cause = Text(entry, "cause");
    if (!cause.ok()) return cause.status();
    if (entry["cause"]) mock.cause = *std::move(cause);
    if (entry["result"])
      mock.result = std::make_shared<const std::string>(
          JsonOf(entry["result"]).dump(-1, ' ', false, Json::error_handler_t::replace));
    route->target = std::move(mock);
    return absl::OkStatus();
  }

  const std::string& path_;
  const Route& fallback_;
  std::vector<Route> routes_;
  std::string name_;  // of the entry being read
  int number_ = 0;
};

absl::StatusOr<Route> Fallback(const char* (*variable)(const std::string& name)) {
  const char* const endpoint = variable(kEndpointVariable);
  if (endpoint == nullptr || *endpoint == '\0') return Route{.origin = "default"};
  const auto parsed = workers::aws::ParseEndpoint(endpoint);
  if (!parsed.ok())
    return absl::InvalidArgumentError(
        fmt::format("{} is {}", kEndpointVariable, std::string(parsed.status().message())));
  return Route{.target = workers::ToLambda{.endpoint = endpoint}, .origin = kEndpointVariable};
}

}  // namespace

absl::StatusOr<RoutesPtr> ReadRoutes(const std::string& path, const ArnScope& scope,
                                     const char* (*variable)(const std::string& name)) {
  absl::StatusOr<Route> fallback = Fallback(variable);
  if (!fallback.ok()) return fallback.status();
  std::vector<Route> routes;
  if (!path.empty()) {
    try {
      const YAML::Node root = YAML::LoadFile(path);
      const YAML::Node section = root.IsMap() ? root[kRoutesSection] : YAML::Node();
      if (section && !section.IsNull()) {
        absl::StatusOr<std::vector<Route>> read = Reader(path, *fallback).Read(section);
        if (!read.ok()) return read.status();
        routes = *std::move(read);
      }
    } catch (const YAML::BadFile&) {
      return absl::InvalidArgumentError(fmt::format("{}: cannot be read by this user", path));
    } catch (const YAML::Exception& e) {
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: not YAML: {}", path, e.mark.line + 1, e.msg));
    }
  }
  return std::make_shared<const Routes>(std::move(routes), *std::move(fallback), scope);
}

}  // namespace engine
