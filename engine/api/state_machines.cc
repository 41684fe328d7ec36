// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/api/requests.h"
#include "fmt/format.h"

namespace engine::api {

namespace {

absl::StatusOr<std::shared_ptr<const asl::Program>> Compile(const std::string& definition) {
  asl::Compiled compiled = asl::Compile(definition);
  if (compiled.program != nullptr) return compiled.program;
  return absl::InvalidArgumentError(asl::RefusalText(compiled));
}

absl::Status CheckPublish(const PublishRequest& request) {
  if (!request.publish && !request.description.empty()) {
    return absl::InvalidArgumentError("Version description can only be set when publish is true");
  }
  return CheckDescription(request.description);
}

std::optional<Publish> ToPublish(PublishRequest request) {
  if (!request.publish) return std::nullopt;
  return Publish{.description = std::move(request.description)};
}

absl::Status CheckLogging(const MachineLogging& logging) {
  const absl::Status level =
      CheckOneOf("loggingConfiguration.level", logging.level, {"ALL", "ERROR", "FATAL", "OFF"});
  if (!level.ok()) return level;
  const size_t groups = logging.groups.size();
  if (groups > 1 || (groups == 0 && logging.level != "OFF")) {
    return absl::InvalidArgumentError(
        "Invalid Logging Configuration: Must specify exactly one Log Destination.");
  }
  return absl::OkStatus();
}

}  // namespace

void CreateStateMachine(Engine& engine, CreateStateMachineRequest request, Reply<Created> reply) {
  if (absl::Status s = engine.CheckDiskSpace(); !s.ok()) return reply(s);
  if (absl::Status s = CheckPublish(request.publish); !s.ok()) return reply(s);
  if (absl::Status s = CheckLogging(request.settings.logging); !s.ok()) return reply(s);
  if (absl::Status s = CheckName(request.name); !s.ok()) return reply(s);
  if (absl::Status s = CheckTags(request.tags, StateMachineArn(engine.scope(), request.name));
      !s.ok()) {
    return reply(s);
  }
  absl::StatusOr<std::shared_ptr<const asl::Program>> program = Compile(request.definition);
  if (!program.ok()) return reply(program.status());
  auto revision = std::make_shared<Revision>();
  revision->id = RevisionId(request.name, request.definition, request.role_arn, request.settings);
  revision->machine = std::move(request.name);
  revision->role_arn = std::move(request.role_arn);
  revision->definition = std::move(request.definition);
  revision->settings = std::move(request.settings);
  revision->program = *std::move(program);
  engine.Post(0, engine::CreateStateMachine{.revision = std::move(revision),
                                            .publish = ToPublish(std::move(request.publish)),
                                            .tags = std::move(request.tags),
                                            .reply = std::move(reply)});
}

void UpdateStateMachine(Engine& engine, UpdateStateMachineRequest request, Reply<Updated> reply) {
  if (absl::Status s = CheckPublish(request.publish); !s.ok()) return reply(s);
  if (request.logging) {
    if (absl::Status s = CheckLogging(*request.logging); !s.ok()) return reply(s);
  }
  absl::StatusOr<RevisionPtr> current = DescribeStateMachine(engine, request.state_machine);
  if (!current.ok()) return reply(current.status());
  if (!request.definition && !request.role_arn && !request.logging && !request.tracing &&
      !request.others) {
    return reply(absl::InvalidArgumentError(
        "Missing Required Parameter: 'Either the definition or the role ARN must be specified'"));
  }
  engine::UpdateStateMachine command{.machine = (*current)->machine,
                                     .definition = std::move(request.definition),
                                     .program = nullptr,
                                     .role_arn = std::move(request.role_arn),
                                     .logging = std::move(request.logging),
                                     .tracing = request.tracing,
                                     .publish = ToPublish(std::move(request.publish)),
                                     .reply = nullptr};
  if (command.definition) {
    absl::StatusOr<std::shared_ptr<const asl::Program>> program = Compile(*command.definition);
    if (!program.ok()) return reply(program.status());
    command.program = *std::move(program);
  }
  command.reply = [&engine, reply = std::move(reply)](absl::StatusOr<Updated> updated) {
    engine.housekeeping().Nudge();
    reply(std::move(updated));
  };
  engine.Post(0, std::move(command));
}

absl::StatusOr<ValidateDefinitionAnswer> ValidateDefinition(
    const ValidateDefinitionRequest& request) {
  constexpr int32_t kDiagnosticsMax = 100;  // API reference
  if (absl::Status s = CheckOneOf("type", request.type, {"STANDARD", "EXPRESS"}); !s.ok()) return s;
  if (absl::Status s = CheckOneOf("severity", request.severity, {"ERROR", "WARNING"}); !s.ok()) {
    return s;
  }
  absl::StatusOr<size_t> count = CheckMaxResults(request.max_results, kDiagnosticsMax);
  if (!count.ok()) return count.status();
  const bool express = request.type == "EXPRESS";
  const bool warnings = request.severity == "WARNING";
  asl::Compiled compiled = asl::Compile(
      request.definition, express ? asl::MachineType::kExpress : asl::MachineType::kStandard);
  return ValidateDefinitionAnswer{
      asl::Diagnose(compiled, warnings ? asl::Severity::kWarning : asl::Severity::kError, *count),
      std::move(compiled.not_served)};
}

void DeleteStateMachine(Engine& engine, const std::string& state_machine, Reply<bool> reply) {
  const absl::StatusOr<RevisionPtr> machine = DescribeStateMachine(engine, state_machine);
  if (absl::IsNotFound(machine.status())) return reply(false);
  if (!machine.ok()) return reply(machine.status());
  engine.Post(0, engine::DeleteStateMachine{
                     .machine = (*machine)->machine,
                     .reply = [&engine, reply = std::move(reply)](absl::StatusOr<bool> deleted) {
                       engine.housekeeping().Nudge();
                       reply(std::move(deleted));
                     }});
}

absl::StatusOr<RevisionPtr> DescribeStateMachine(Engine& engine, const std::string& state_machine) {
  absl::StatusOr<Target> target = FindTarget(engine, state_machine);
  if (!target.ok()) return target.status();
  if (target->version || target->alias) {
    return absl::NotFoundError(fmt::format("State Machine Does Not Exist: '{}'", state_machine));
  }
  return std::move(target->machine);
}

absl::StatusOr<Target> FindTarget(Engine& engine, const std::string& target) {
  const std::optional<MachineName> name = ParseMachineName(target);
  if (!name) {
    return absl::InvalidArgumentError(fmt::format("Invalid Arn: 'Invalid ARN prefix: {}'", target));
  }
  std::string arn = StateMachineArn(engine.scope(), name->machine);
  if (!name->qualifier.empty()) arn = QualifiedArn(engine.scope(), name->machine, name->qualifier);
  const bool is_arn = target.starts_with("arn:");
  const auto missing = [&] {
    return absl::NotFoundError(
        fmt::format("State Machine Does Not Exist: '{}'", is_arn ? target : arn));
  };
  Target found{.machine = engine.registry().FindMachine(name->machine)};
  if (found.machine == nullptr || (is_arn && target != arn)) return missing();
  if (name->qualifier.empty()) return found;
  found.versions = engine.registry().FindVersions(name->machine);
  if (found.versions == nullptr) return missing();
  if (const std::optional<uint32_t> number = VersionOf(name->qualifier)) {
    auto it = found.versions->versions.find(*number);
    if (it == found.versions->versions.end()) return missing();
    found.version = it->second;
  } else {
    auto it = found.versions->aliases.find(name->qualifier);
    if (it == found.versions->aliases.end()) return missing();
    found.alias = it->second;
  }
  return found;
}

absl::StatusOr<MachineDescription> DescribeVersion(Engine& engine, const std::string& target) {
  absl::StatusOr<Target> found = FindTarget(engine, target);
  if (!found.ok()) return found.status();
  MachineDescription description{.machine = found->machine, .revision = found->machine};
  if (found->version) {
    description.revision = engine.registry().FindRevision(found->version->revision);
    description.version = std::move(found->version);
  }
  if (found->alias || description.revision == nullptr) {
    return absl::NotFoundError(fmt::format("State Machine Does Not Exist: '{}'", target));
  }
  return description;
}

absl::StatusOr<StateMachinePage> ListStateMachines(Engine& engine, int32_t max_results,
                                                   const std::string& token) {
  absl::StatusOr<size_t> count = CheckMaxResults(max_results);
  if (!count.ok()) return count.status();
  constexpr char kList[] = "state machines";
  const absl::StatusOr<std::string> after = engine.page_tokens().Open(kList, token);
  if (!after.ok()) return after.status();
  StateMachinePage page;
  page.machines = engine.registry().List(*after, *count + 1);
  if (page.machines.size() > *count) {
    page.machines.pop_back();
    page.next_token = engine.page_tokens().Seal(kList, page.machines.back()->machine);
  }
  return page;
}

}  // namespace engine::api
