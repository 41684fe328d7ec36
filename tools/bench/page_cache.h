// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Makes reads cold without being root: for benchmarks that start with nothing in memory. Stateless;
// any thread, but it may wait for the disk.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace bench {

// Takes every file below `directory` out of the kernel's page cache. Writes it back first, since
// pages that are not on disk stay. Files that another process has open are dropped as well, unless
// it maps them.
absl::Status DropFromPageCache(const std::string& directory);

}  // namespace bench
