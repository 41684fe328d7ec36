// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_operations.h"

namespace engine {
namespace {

constexpr std::string_view kMapRuns = "map runs";

constexpr AwsOperation kNotServed[] = {
    {.name = "DescribeMapRun", .missing = kMapRuns},
    {.name = "ListMapRuns", .missing = kMapRuns},
    {.name = "RedriveExecution", .missing = "redrive"},
    {.name = "StartSyncExecution", .missing = "Express workflows"},
    {.name = "TestState", .missing = "running a state by itself"},
    {.name = "UpdateMapRun", .missing = kMapRuns},
};

}  // namespace

const AwsOperation* FindAwsOperation(std::string_view name) {
  for (const auto& operations :
       {AwsActivityOperations(), AwsExecutionOperations(), AwsMachineOperations(),
        AwsVersionOperations(), std::span<const AwsOperation>(kNotServed)}) {
    for (const AwsOperation& operation : operations) {
      if (operation.name == name) return &operation;
    }
  }
  return nullptr;
}

}  // namespace engine
