// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Constraints and members that several operations of AWS's API share, as its model has them.
#pragma once

#include <cstdint>

#include "engine/aws_request.h"

namespace engine {

inline constexpr int64_t kAwsArnMax = 256;
inline constexpr int64_t kAwsDescriptionMax = 256;

inline constexpr AwsMember kAwsStateMachineArn{.name = "stateMachineArn",
                                               .required = true,
                                               .min = 1,
                                               .max = kAwsArnMax,
                                               .arn_of = "stateMachine"};

}  // namespace engine
