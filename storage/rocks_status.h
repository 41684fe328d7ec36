// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The one place where RocksDB's status becomes ours. A pure function; used by what stands on
// RocksDB in this room.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace rocksdb {
class Status;
}

namespace storage {

// `what` was done to `where` (a path) when it went wrong; the message keeps RocksDB's text, which
// has the errno's.
absl::Status ToStatus(const rocksdb::Status& status, std::string_view what, std::string_view where);

}  // namespace storage
