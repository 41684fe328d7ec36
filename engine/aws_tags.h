// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Tags as the requests of several operations carry them. Values and a pure function; any thread.
#pragma once

#include "engine/aws_request.h"
#include "engine/resources.h"

namespace engine {

// An item of the member `tags`.
inline constexpr AwsMember kAwsTag[] = {
    {.name = "key", .required = true, .min = 1, .max = 128},
    {.name = "value", .max = 256},
};
// REQUIRES: the request is as the table says.
Tags AwsTags(const AwsRequest& request);

}  // namespace engine
