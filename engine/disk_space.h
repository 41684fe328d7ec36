// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is left of the disk that the data directory lies on. Running work is never refused: it needs
// the space that new work would take. And the reserve, a file that can be deleted when a full disk
// keeps the store from opening at all. Any thread, but never a loop's: the look may have to wait.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/clock.h"

namespace engine {

// Bytes that this process may still write there; nullopt when the system does not tell.
std::optional<uint64_t> FreeBytes(const std::string& directory);

class DiskSpace {
 public:
  using Look = std::function<std::optional<uint64_t>()>;
  // Below `min_free` new work is refused, until there is an eighth more than that. 0: never.
  DiskSpace(std::string directory, uint64_t min_free, Clock* clock);
  DiskSpace(std::string directory, uint64_t min_free, Clock* clock, Look look);

  // ResourceExhausted when new work is refused. Looks at most once a second.
  absl::Status Check();

 private:
  const std::string directory_;
  const uint64_t min_free_;
  Clock* const clock_;
  const Look look_;
  std::atomic<int64_t> next_look_us_ = 0;
  std::atomic<uint64_t> free_ = 0;
  std::atomic<bool> low_ = false;
};

// What opening may need (storage/rocks_open.h): as much as the logs hold, 128 MiB and what was being
// written, and a little for the tables' beginnings.
inline constexpr uint64_t kReserveBytes = 144 << 20;

// Makes the reserve where there is none; not when that would bring the disk below `min_free`.
absl::Status MakeReserve(const std::string& directory, uint64_t min_free);
// Gives it free; false: there was none.
absl::StatusOr<bool> ReleaseReserve(const std::string& directory);

}  // namespace engine
