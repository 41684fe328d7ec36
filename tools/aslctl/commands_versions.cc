// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/not_found.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
using asld::v1::StateMachineAlias;
using asld::v1::StateMachineVersion;

// "3" and "PROD": what follows the state machine's ARN.
std::string Qualifier(const std::string& arn) { return arn.substr(arn.rfind(':') + 1); }

// "order" of "order:PROD".
std::string MachineOf(const std::string& qualified) {
  return qualified.substr(0, qualified.rfind(':'));
}

Json ToJson(const StateMachineVersion& version) {
  Json json = {{"stateMachineVersionArn", version.state_machine_version_arn()},
               {"creationDate", IsoTime(CreatedMs(version))},
               {"revisionId", version.revision_id()}};
  if (!version.description().empty()) json["description"] = version.description();
  return json;
}

Json ToJson(const StateMachineAlias& alias) {
  Json json = {{"stateMachineAliasArn", alias.state_machine_alias_arn()}, {"name", alias.name()}};
  if (!alias.description().empty()) json["description"] = alias.description();
  json["routingConfiguration"] = Json::array();
  for (const asld::v1::AliasRoute& route : alias.routes()) {
    json["routingConfiguration"].push_back(
        {{"stateMachineVersionArn", route.version()}, {"weight", route.weight()}});
  }
  json["creationDate"] = IsoTime(CreatedMs(alias));
  json["updateDate"] = IsoTime(UpdatedMs(alias));
  return json;
}

template <class Item>
Json ListOf(const char* name, const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items) list.push_back(ToJson(item));
  return {{name, std::move(list)}};
}

std::string VersionsText(const std::vector<StateMachineVersion>& versions, const Style& style) {
  constexpr size_t kRevisionColumns = 8;
  std::vector<std::vector<Cell>> rows = {{{"VERSION", Tone::kDim},
                                          {"CREATED", Tone::kDim},
                                          {"REVISION", Tone::kDim},
                                          {"DESCRIPTION", Tone::kDim}}};
  for (const StateMachineVersion& version : versions) {
    rows.push_back({{Qualifier(version.state_machine_version_arn()), Tone::kStrong},
                    {Moment(CreatedMs(version), style)},
                    {version.revision_id().substr(0, kRevisionColumns), Tone::kDim},
                    {version.description()}});
  }
  return Columns(rows, style);
}

// "3", or "3=90 2=10".
std::string RoutesText(const StateMachineAlias& alias) {
  if (alias.routes_size() == 1) return Qualifier(alias.routes(0).version());
  std::string text;
  for (const asld::v1::AliasRoute& route : alias.routes()) {
    text +=
        fmt::format("{}{}={}", text.empty() ? "" : " ", Qualifier(route.version()), route.weight());
  }
  return text;
}

std::string AliasesText(const std::vector<StateMachineAlias>& aliases, const Style& style) {
  std::vector<std::vector<Cell>> rows = {{{"ALIAS", Tone::kDim},
                                          {"VERSIONS", Tone::kDim},
                                          {"UPDATED", Tone::kDim},
                                          {"DESCRIPTION", Tone::kDim}}};
  for (const StateMachineAlias& alias : aliases) {
    rows.push_back({{alias.name(), Tone::kStrong},
                    {RoutesText(alias)},
                    {Moment(UpdatedMs(alias), style)},
                    {alias.description()}});
  }
  return Columns(rows, style);
}

Failure NotQualified(const std::string& what, const std::string& fix) {
  return {.exit = Exit::kUsage,
          .what = fmt::format("'{}' is not understood", what),
          .why = "the state machine, a colon and what is meant of it are expected",
          .fix = fix};
}

// "3" and "3=90", of the state machine that the alias is of.
std::optional<std::vector<std::pair<std::string, int>>> ParseRoutes(
    const std::string& machine, const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, int>> routes;
  for (const std::string& word : words) {
    const size_t at = word.find('=');
    const std::string version = word.substr(0, at);
    const std::string weight = at == std::string::npos ? "" : word.substr(at + 1);
    const auto is_number = [](const std::string& text) {
      return !text.empty() && text.size() < 10 &&
             text.find_first_not_of("0123456789") == std::string::npos;
    };
    const bool whole = words.size() == 1 && at == std::string::npos;
    if (!is_number(version) || (!whole && !is_number(weight))) return std::nullopt;
    routes.emplace_back(machine + ":" + version, whole ? 100 : std::stoi(weight));
  }
  return routes;
}

}  // namespace

Exit PublishVersion(EngineClient& engine, const PublishOptions& options) {
  const auto version =
      engine.PublishVersion(options.machine, options.revision, options.description);
  if (!version.ok()) {
    return Tell(MachineFailure(engine, version.status(),
                               fmt::format("cannot publish a version of '{}'", options.machine),
                               options.machine));
  }
  Print(options.form, ToJson(*version), {.name = "stateMachineVersionArn"},
        version->state_machine_version_arn() + "\n");
  return Exit::kOk;
}

Exit ListVersions(EngineClient& engine, const VersionsOptions& options) {
  const auto versions = engine.ListVersions(options.machine);
  if (!versions.ok()) {
    return Tell(MachineFailure(engine, versions.status(),
                               fmt::format("cannot list the versions of '{}'", options.machine),
                               options.machine));
  }
  if (versions->empty()) {
    fmt::print(stderr, "no versions yet: aslctl publish {} makes one\n", options.machine);
  }
  Print(options.form, ListOf("stateMachineVersions", *versions),
        {.name = "stateMachineVersionArn", .list = "stateMachineVersions"},
        versions->empty() ? "" : VersionsText(*versions, StyleOf(stdout)));
  return Exit::kOk;
}

Exit DeleteVersion(EngineClient& engine, const std::string& version) {
  if (version.find(':') == std::string::npos) {
    return Tell(NotQualified(version, "for example: aslctl versions delete order:3"));
  }
  if (const absl::Status s = engine.DeleteVersion(version); !s.ok()) {
    return Tell(MachineFailure(engine, s, fmt::format("cannot delete version '{}'", version),
                               MachineOf(version)));
  }
  fmt::print(stderr, "deleted {}\n", version);
  return Exit::kOk;
}

Exit ListAliases(EngineClient& engine, const AliasesOptions& options) {
  const auto aliases = engine.ListAliases(options.machine);
  if (!aliases.ok()) {
    return Tell(MachineFailure(engine, aliases.status(),
                               fmt::format("cannot list the aliases of '{}'", options.machine),
                               options.machine));
  }
  if (aliases->empty()) {
    fmt::print(stderr, "no aliases: aslctl aliases set {}:NAME VERSION makes one\n",
               options.machine);
  }
  Print(options.form, ListOf("stateMachineAliases", *aliases),
        {.name = "stateMachineAliasArn", .list = "stateMachineAliases"},
        aliases->empty() ? "" : AliasesText(*aliases, StyleOf(stdout)));
  return Exit::kOk;
}

Exit SetAlias(EngineClient& engine, const SetAliasOptions& options) {
  const std::string what = fmt::format("cannot set alias '{}'", options.alias);
  if (options.alias.find(':') == std::string::npos) {
    return Tell(NotQualified(options.alias, "for example: aslctl aliases set order:PROD 3"));
  }
  const std::string machine = MachineOf(options.alias);
  const auto routes = ParseRoutes(machine, options.routes);
  if (!routes) {
    return Tell({.exit = Exit::kUsage,
                 .what = what,
                 .why = "VERSION, or VERSION=PERCENT twice, is expected",
                 .fix = "for example: aslctl aliases set order:PROD 3=90 2=10"});
  }
  const EngineClient::AliasChanges changes{.description = options.description, .routes = *routes};
  auto alias = engine.UpdateAlias(options.alias, changes);
  if (absl::IsNotFound(alias.status())) {
    alias = engine.CreateAlias(Qualifier(options.alias), changes);
  }
  if (!alias.ok()) return Tell(MachineFailure(engine, alias.status(), what, machine));
  Print(options.form, ToJson(*alias), {.name = "stateMachineAliasArn"},
        AliasesText({*alias}, StyleOf(stdout)));
  return Exit::kOk;
}

Exit DeleteAlias(EngineClient& engine, const std::string& alias) {
  if (alias.find(':') == std::string::npos) {
    return Tell(NotQualified(alias, "for example: aslctl aliases delete order:PROD"));
  }
  if (const absl::Status s = engine.DeleteAlias(alias); !s.ok()) {
    return Tell(MachineFailure(engine, s, fmt::format("cannot delete alias '{}'", alias),
                               MachineOf(alias)));
  }
  fmt::print(stderr, "deleted {}\n", alias);
  return Exit::kOk;
}

}  // namespace aslctl
