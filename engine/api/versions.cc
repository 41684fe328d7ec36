// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Versions and aliases. Checks of the request are here; what depends on what there is, is decided
// by partition 0 (partition_versions.cc). Texts are AWS's where one was recorded.
#include <algorithm>

#include "engine/api/requests.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace engine::api {
namespace {

constexpr size_t kRoutesMax = 2;
constexpr size_t kAliasNameMax = 80;

absl::Status NotFound(const std::string& resource) {
  return absl::NotFoundError(fmt::format("Resource not found: '{}'", resource));
}

absl::Status NoSuchAlias() {
  return absl::NotFoundError("Request references a resource that does not exist.");
}

// The version or alias of this engine that an ARN (or "name:3", "name:PROD") speaks of.
// InvalidArgument when it has no qualifier, or is one of the other sort.
absl::StatusOr<MachineName> ParseQualified(const Engine& engine, const std::string& text,
                                           bool version) {
  std::optional<MachineName> name = ParseMachineName(text);
  if (!name || name->qualifier.empty() || VersionOf(name->qualifier).has_value() != version) {
    return absl::InvalidArgumentError(
        fmt::format("Invalid Arn: 'Resource type not valid in this context: {} is no {} of a state "
                    "machine'",
                    text, version ? "version" : "alias"));
  }
  const bool is_arn = text.starts_with("arn:");
  if (is_arn && text != QualifiedArn(engine.scope(), name->machine, name->qualifier)) {
    return NotFound(text);
  }
  return *std::move(name);
}

// API reference, CreateStateMachineAlias, "name".
absl::Status CheckAliasName(const std::string& name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_other = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  };
  const auto is_either = [&](char c) { return is_digit(c) || is_other(c); };
  const auto broken = [&](std::string_view must) {
    return absl::InvalidArgumentError(fmt::format(
        "1 validation error detected: Value '{}' at 'name' failed to satisfy constraint: Member "
        "must {}",
        name, std::string(must)));
  };
  if (name.size() > kAliasNameMax) {
    return broken(fmt::format("have length less than or equal to {}", kAliasNameMax));
  }
  if (std::all_of(name.begin(), name.end(), is_either) &&
      std::any_of(name.begin(), name.end(), is_other)) {
    return absl::OkStatus();
  }
  return broken(R"(satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$)");
}

absl::Status Wrong(const std::string& what, const std::vector<RouteRequest>& requests) {
  std::vector<std::string> arns;
  for (const RouteRequest& request : requests) arns.push_back(request.version);
  return absl::InvalidArgumentError(fmt::format(
      "Routing configuration must contain {}. Received: [{}]", what, fmt::join(arns, ", ")));
}

absl::Status BreaksConstraint(const std::string& value, const std::string& member,
                              const std::string& must) {
  return absl::InvalidArgumentError(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                  "Member must {}",
                  value, member, must));
}

// As AWS shows a list of structures.
std::string Shown(const std::vector<RouteRequest>& requests) {
  std::vector<std::string> items;
  for (const RouteRequest& request : requests) {
    items.push_back(
        fmt::format("RoutingConfigurationListItem(stateMachineVersionArn={}, weight={})",
                    request.version, request.weight));
  }
  return fmt::format("[{}]", fmt::join(items, ", "));
}

// In the order and with the texts that a public project (LocalStack) reports of AWS.
absl::Status CheckRoutes(const std::vector<RouteRequest>& requests) {
  if (requests.empty()) {
    return BreaksConstraint("[]", "routingConfiguration", "have length greater than or equal to 1");
  }
  if (requests.size() > kRoutesMax) {
    return BreaksConstraint(Shown(requests), "routingConfiguration",
                            fmt::format("have length less than or equal to {}", kRoutesMax));
  }
  if (requests.size() == 2 && requests[0].version == requests[1].version) {
    return Wrong("distinct state machine version ARNs", requests);
  }
  int64_t sum = 0;
  std::vector<int32_t> weights;
  for (const RouteRequest& request : requests) {
    weights.push_back(request.weight);
    sum += request.weight;
    if (request.weight >= 0 && request.weight <= 100) continue;
    return BreaksConstraint(std::to_string(request.weight),
                            fmt::format("routingConfiguration.{}.member.weight", weights.size()),
                            request.weight < 0 ? "have value greater than or equal to 0"
                                               : "have value less than or equal to 100");
  }
  if (sum == 100) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("Sum of routing configuration weights must equal 100. Received: [{}]",
                  fmt::join(weights, ", ")));
}

struct Routes {
  std::string machine;
  std::vector<AliasRoute> routes;
};
// Of one state machine; that the versions are there is partition 0's to say.
absl::StatusOr<Routes> ToRoutes(const Engine& engine, const std::vector<RouteRequest>& requests) {
  if (absl::Status s = CheckRoutes(requests); !s.ok()) return s;
  Routes result;
  for (const RouteRequest& request : requests) {
    const absl::StatusOr<MachineName> name = ParseQualified(engine, request.version, true);
    if (absl::IsNotFound(name.status())) return name.status();
    if (!name.ok()) return Wrong("state machine version ARNs", requests);
    const AliasRoute route{.version = *VersionOf(name->qualifier),
                           .weight = static_cast<uint32_t>(request.weight)};
    if (!result.routes.empty() && name->machine != result.machine) {
      return Wrong("versions of one state machine", requests);
    }
    // The same one, as an ARN and by name.
    if (!result.routes.empty() && route.version == result.routes.front().version) {
      return Wrong("distinct state machine version ARNs", requests);
    }
    result.machine = name->machine;
    result.routes.push_back(route);
  }
  return result;
}

Reply<Alias> Named(std::string machine, Reply<AliasAnswer> reply) {
  return [machine = std::move(machine), reply = std::move(reply)](absl::StatusOr<Alias> alias) {
    if (!alias.ok()) return reply(alias.status());
    reply(AliasAnswer{.machine = machine, .alias = *std::move(alias)});
  };
}

}  // namespace

void PublishStateMachineVersion(Engine& engine, PublishVersionRequest request,
                                Reply<Version> reply) {
  if (absl::Status s = engine.CheckDiskSpace(); !s.ok()) return reply(s);
  if (absl::Status s = CheckDescription(request.description); !s.ok()) return reply(s);
  const absl::StatusOr<RevisionPtr> machine = DescribeStateMachine(engine, request.state_machine);
  if (!machine.ok()) return reply(machine.status());
  engine.Post(0, PublishVersion{.machine = (*machine)->machine,
                                .revision = std::move(request.revision_id),
                                .description = std::move(request.description),
                                .reply = std::move(reply)});
}

void DeleteStateMachineVersion(Engine& engine, const std::string& version, Reply<bool> reply) {
  absl::StatusOr<MachineName> name = ParseQualified(engine, version, true);
  if (absl::IsNotFound(name.status())) return reply(false);
  if (!name.ok()) return reply(name.status());
  engine.Post(
      0, DeleteVersion{.machine = std::move(name->machine),
                       .number = *VersionOf(name->qualifier),
                       .reply = [&engine, reply = std::move(reply)](absl::StatusOr<bool> deleted) {
                         engine.housekeeping().Nudge();
                         reply(std::move(deleted));
                       }});
}

absl::StatusOr<VersionPage> ListStateMachineVersions(Engine& engine,
                                                     const std::string& state_machine,
                                                     int32_t max_results,
                                                     const std::string& token) {
  const absl::StatusOr<size_t> count = CheckMaxResults(max_results);
  if (!count.ok()) return count.status();
  const absl::StatusOr<RevisionPtr> machine = DescribeStateMachine(engine, state_machine);
  if (!machine.ok()) return machine.status();
  VersionPage page{.machine = (*machine)->machine};
  const std::string list = "versions " + page.machine;
  const absl::StatusOr<std::string> last = engine.page_tokens().Open(list, token);
  if (!last.ok()) return last.status();
  const std::optional<uint32_t> before = VersionOf(*last);  // nullopt: from the newest on
  const VersionsPtr versions = engine.registry().FindVersions(page.machine);
  if (versions == nullptr) return page;
  auto end = before ? versions->versions.lower_bound(*before) : versions->versions.end();
  for (auto it = std::make_reverse_iterator(end); it != versions->versions.rend(); ++it) {
    if (page.versions.size() == *count) {
      page.next_token =
          engine.page_tokens().Seal(list, fmt::to_string(page.versions.back().number));
      break;
    }
    page.versions.push_back(it->second);
  }
  return page;
}

void CreateStateMachineAlias(Engine& engine, CreateAliasRequest request, Reply<AliasAnswer> reply) {
  if (absl::Status s = engine.CheckDiskSpace(); !s.ok()) return reply(s);
  if (absl::Status s = CheckAliasName(request.name); !s.ok()) return reply(s);
  if (absl::Status s = CheckDescription(request.description); !s.ok()) return reply(s);
  absl::StatusOr<Routes> routes = ToRoutes(engine, request.routes);
  if (!routes.ok()) return reply(routes.status());
  engine.Post(0, CreateAlias{.machine = routes->machine,
                             .alias = {.name = std::move(request.name),
                                       .description = std::move(request.description),
                                       .routes = std::move(routes->routes)},
                             .reply = Named(routes->machine, std::move(reply))});
}

void UpdateStateMachineAlias(Engine& engine, UpdateAliasRequest request, Reply<AliasAnswer> reply) {
  if (!request.description && !request.routes) {
    return reply(absl::InvalidArgumentError(
        "Either the description or the routing configuration must be specified"));
  }
  if (request.description) {
    if (absl::Status s = CheckDescription(*request.description); !s.ok()) return reply(s);
  }
  const absl::StatusOr<MachineName> name = ParseQualified(engine, request.alias, false);
  if (!name.ok()) return reply(name.status());
  UpdateAlias command{.machine = name->machine,
                      .name = name->qualifier,
                      .description = std::move(request.description),
                      .routes = std::nullopt,
                      .reply = Named(name->machine, reply)};
  if (request.routes) {
    absl::StatusOr<Routes> routes = ToRoutes(engine, *request.routes);
    if (!routes.ok()) return reply(routes.status());
    if (routes->machine != name->machine) {
      return reply(
          Wrong(fmt::format("versions of state machine '{}'", name->machine), *request.routes));
    }
    command.routes = std::move(routes->routes);
  }
  engine.Post(0, std::move(command));
}

absl::StatusOr<AliasAnswer> DescribeStateMachineAlias(Engine& engine, const std::string& alias) {
  absl::StatusOr<MachineName> name = ParseQualified(engine, alias, false);
  if (!name.ok()) return name.status();
  const VersionsPtr versions = engine.registry().FindVersions(name->machine);
  if (versions == nullptr) return NoSuchAlias();
  auto it = versions->aliases.find(name->qualifier);
  if (it == versions->aliases.end()) return NoSuchAlias();
  return AliasAnswer{.machine = std::move(name->machine), .alias = it->second};
}

void DeleteStateMachineAlias(Engine& engine, const std::string& alias, Reply<bool> reply) {
  absl::StatusOr<MachineName> name = ParseQualified(engine, alias, false);
  if (absl::IsNotFound(name.status())) return reply(false);
  if (!name.ok()) return reply(name.status());
  engine.Post(0, DeleteAlias{.machine = std::move(name->machine),
                             .name = std::move(name->qualifier),
                             .reply = std::move(reply)});
}

absl::StatusOr<AliasPage> ListStateMachineAliases(Engine& engine, const std::string& state_machine,
                                                  int32_t max_results, const std::string& token) {
  const absl::StatusOr<size_t> count = CheckMaxResults(max_results);
  if (!count.ok()) return count.status();
  const absl::StatusOr<Target> target = FindTarget(engine, state_machine);
  if (!target.ok()) return target.status();
  const Revision& machine = *target->machine;
  if (machine.deleting) {
    return absl::FailedPreconditionError(fmt::format(
        "State Machine is being deleted: '{}'", StateMachineArn(engine.scope(), machine.machine)));
  }
  AliasPage page{.machine = machine.machine};
  const std::optional<Version>& of = target->version;
  const std::string list = of ? fmt::format("aliases {}:{}", page.machine, of->number)
                              : fmt::format("aliases {}", page.machine);
  const absl::StatusOr<std::string> last = engine.page_tokens().Open(list, token);
  if (!last.ok()) return last.status();
  const VersionsPtr versions = engine.registry().FindVersions(page.machine);
  if (versions == nullptr) return page;
  for (auto it = versions->aliases.upper_bound(*last); it != versions->aliases.end(); ++it) {
    const std::vector<AliasRoute>& routes = it->second.routes;
    const bool leads_there =
        !of || std::any_of(routes.begin(), routes.end(),
                           [&](const AliasRoute& r) { return r.version == of->number; });
    if (!leads_there) continue;
    if (page.aliases.size() == *count) {
      page.next_token = engine.page_tokens().Seal(list, page.aliases.back().name);
      break;
    }
    page.aliases.push_back(it->second);
  }
  return page;
}

}  // namespace engine::api
