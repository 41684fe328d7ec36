// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Lambda endpoint that answers every invocation at once with the same payload, and looks at
// nothing else: what is measured is its callers. One thread; runs until the process is ended.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace bench {

// Prints "listening at port N" and serves. An error when it cannot.
absl::Status ServeLambda(const std::string& payload);

}  // namespace bench
