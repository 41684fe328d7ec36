// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The member encryptionConfiguration of state machines and activities. A store that is said to be
// encrypted by the caller's key must be, so only AWS_OWNED_KEY is taken; that is described back.
// Pure; any thread.
#pragma once

#include "absl/status/status.h"
#include "asl/json.h"
#include "engine/aws_request.h"

namespace engine {

inline constexpr AwsMember kAwsEncryption{.name = "encryptionConfiguration",
                                          .kind = AwsKind::kStructure};

absl::Status CheckAwsEncryption(const AwsRequest& request);
void WriteAwsEncryption(asl::JsonWriter& out);

}  // namespace engine
