// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/page_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace bench {

absl::Status DropFromPageCache(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, error)) {
    if (!entry.is_regular_file(error)) continue;
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;  // a table that was deleted meanwhile
    const bool dropped =
        fdatasync(file) == 0 && posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0;
    close(file);
    if (!dropped) {
      return absl::InternalError(fmt::format("{} stays in the page cache", entry.path().string()));
    }
  }
  if (!error) return absl::OkStatus();
  return absl::NotFoundError(fmt::format("{}: {}", directory, error.message()));
}

}  // namespace bench
