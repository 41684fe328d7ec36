// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/rocks_status.h"

#include <fmt/format.h>
#include <rocksdb/status.h>

#include <string>

namespace storage {

absl::Status ToStatus(const rocksdb::Status& status, std::string_view what,
                      std::string_view where) {
  if (status.ok()) return absl::OkStatus();
  std::string message = fmt::format("store: cannot {} {}: {}", what, where, status.ToString());
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(message);
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::InternalError(message);
}

}  // namespace storage
