// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/api/requests.h"
#include "fmt/format.h"

namespace engine::api {

void CreateStateMachine(Engine& engine, CreateStateMachineRequest request,
                        Reply<RevisionPtr> reply) {
  if (absl::Status s = CheckName(request.name); !s.ok()) return reply(s);
  asl::Compiled compiled = asl::Compile(request.definition);
  if (compiled.program == nullptr) {
    std::string problems;
    for (const asl::Problem& problem : compiled.problems) {
      if (!problems.empty()) problems += ", ";
      problems += fmt::format("{}: {}", problem.code, problem.message);
      if (!problem.location.empty()) problems += fmt::format(" at {}", problem.location);
    }
    return reply(absl::InvalidArgumentError(
        fmt::format("Invalid State Machine Definition: '{}'", problems)));
  }
  auto revision = std::make_shared<Revision>();
  revision->id = RevisionId(request.name, request.definition, request.role_arn);
  revision->machine = std::move(request.name);
  revision->role_arn = std::move(request.role_arn);
  revision->definition = std::move(request.definition);
  revision->program = std::move(compiled.program);
  engine.Post(
      0, engine::CreateStateMachine{.revision = std::move(revision), .reply = std::move(reply)});
}

absl::StatusOr<RevisionPtr> DescribeStateMachine(Engine& engine, const std::string& state_machine) {
  const std::optional<std::string> name = StateMachineNameOf(state_machine);
  if (!name) {
    return absl::InvalidArgumentError(
        fmt::format("Invalid Arn: 'Invalid ARN prefix: {}'", state_machine));
  }
  RevisionPtr revision = engine.registry().FindMachine(*name);
  const std::string arn = StateMachineArn(engine.scope(), *name);
  if (revision == nullptr || (state_machine != *name && state_machine != arn)) {
    return absl::NotFoundError(fmt::format("State Machine Does Not Exist: '{}'",
                                           state_machine == *name ? arn : state_machine));
  }
  return revision;
}

absl::StatusOr<StateMachinePage> ListStateMachines(Engine& engine, int32_t max_results,
                                                   const std::string& token) {
  absl::StatusOr<size_t> count = CheckMaxResults(max_results);
  if (!count.ok()) return count.status();
  absl::StatusOr<std::string> after = DecodePageToken(token);
  if (!after.ok()) return after.status();
  StateMachinePage page;
  page.machines = engine.registry().List(*after, *count + 1);
  if (page.machines.size() > *count) {
    page.machines.pop_back();
    page.next_token = EncodePageToken(page.machines.back()->machine);
  }
  return page;
}

}  // namespace engine::api
