// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// `aslctl role`: the policy on stdout, ready for `aws iam put-role-policy`; what it could not narrow
// down, on stderr. Nobody is asked.
#include <fmt/format.h>

#include "tools/aslctl/deploy/commands_deploy.h"
#include "tools/aslctl/deploy/policy.h"

namespace aslctl {

Exit PrintRole(const RoleOptions& options) {
  const std::string what = fmt::format("cannot tell the policy of {}", options.source.path);
  const auto failed = [&](const absl::Status& status) {
    return Tell({.exit = Exit::kUsage,
                 .what = what,
                 .why = std::string(status.message()),
                 .fix = "give a definition; --set NAME=VALUE gives values for its substitutions"});
  };
  const absl::StatusOr<std::vector<MachineSource>> sources = FindMachines(options.source);
  if (!sources.ok()) return failed(sources.status());
  if (sources->size() > 1) {
    return failed(
        absl::InvalidArgumentError("there are several state machines: choose with --only"));
  }
  const absl::StatusOr<Descriptor> target = TargetOf(sources->front());
  if (!target.ok()) return failed(target.status());
  std::string region = options.region;
  if (region.empty() && !target->regions.empty()) region = target->regions.front();
  const bool any = region.empty();
  const Place place{
      .region = any ? std::string(1, '*') : region, .account = options.account, .local = true};
  const absl::StatusOr<Machine> machine = Resolve(sources->front(), options.source, place);
  if (!machine.ok()) return failed(machine.status());
  // A definition that is none has no policy.
  const std::vector<asl::Problem> refusals = machine->file.Findings(asl::MachineType::kStandard);
  if (machine->file.json().empty()) {
    fmt::print(stderr, "{}", ListProblems(machine->file, refusals));
    return failed(absl::InvalidArgumentError("it is no definition"));
  }
  const Policy policy = MakePolicy(*machine);
  for (const std::string& note : policy.notes) fmt::print(stderr, "note: {}\n", note);
  if (any || place.account.empty()) {
    fmt::print(stderr, "note: --region and --account put theirs in the place of *\n");
  }
  Print(options.form, policy.document, {}, policy.document.dump(2) + "\n");
  return Exit::kOk;
}

}  // namespace aslctl
