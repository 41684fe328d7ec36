// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Copying files so that they survive a power cut, by the system's own calls: these are files that no
// database has open. For rocks_backup.cc only; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace storage {

inline constexpr uint64_t kWholeFile = UINT64_MAX;

// The first `bytes` of a file, synced. OutOfRange when it has fewer, Cancelled when told so.
absl::Status CopyFile(const std::string& from, const std::string& to, uint64_t bytes,
                      const std::function<bool()>& cancelled);
absl::Status WriteFile(const std::string& to, const std::string& text);  // synced
// A second name for the file; a copy where the file system cannot.
absl::Status LinkOrCopyFile(const std::string& from, const std::string& to,
                            const std::function<bool()>& cancelled);
absl::Status SyncDirectory(const std::string& directory);

}  // namespace storage
