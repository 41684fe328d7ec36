// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/not_found.h"

#include <fmt/format.h>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/suggest.h"

namespace aslctl {
namespace {

constexpr size_t kExecutionsLooked = 1'000;  // the newest of the machine

// `machine` is near to another one's name: that; empty otherwise.
std::string NearMachine(EngineClient& engine, const std::string& machine) {
  const auto machines = engine.ListStateMachines();
  std::vector<std::string> names;
  if (machines.ok()) {
    for (const asld::v1::StateMachine& one : *machines) names.push_back(one.name());
  }
  return DidYouMean(machine, names);
}

}  // namespace

Failure MachineFailure(EngineClient& engine, const absl::Status& status, std::string what,
                       const std::string& machine) {
  Failure failure = FailureOf(status, std::move(what));
  if (failure.exit != Exit::kNotFound) return failure;
  const std::string near = NearMachine(engine, ShortName(machine));
  if (!near.empty()) failure.fix = near;
  return failure;
}

Failure ExecutionFailure(EngineClient& engine, const absl::Status& status, std::string what,
                         const std::string& execution) {
  Failure failure = FailureOf(status, std::move(what));
  if (failure.exit != Exit::kNotFound) return failure;
  failure.fix = "give the execution's ARN, or MACHINE/NAME as in order/order-1";
  const auto name = ParseExecutionName(ShortName(execution));
  if (!name) return failure;
  std::string near;
  const auto executions =
      engine.ListExecutions(name->state_machine, /*status=*/"", kExecutionsLooked);
  if (executions.ok()) {
    std::vector<std::string> names;
    for (const auto& one : *executions) names.push_back(one.name());
    near = DidYouMean(name->name, names);
    if (near.empty()) {
      near = fmt::format("`aslctl ls {}` shows the executions there are", name->state_machine);
    }
  } else {
    near = NearMachine(engine, name->state_machine);
  }
  if (!near.empty()) failure.fix = near;
  return failure;
}

}  // namespace aslctl
