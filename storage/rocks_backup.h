// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Copies of a whole store as directories: taken while the store works, and brought back. A copy is
// an ordinary store: what was written up to one moment, and all that was durable before. It is made
// beside its place, under the name DIRECTORY.incomplete, opened once to show that it can be, and
// only then given its name; what fails leaves nothing.
//
// Tables are never changed once written, so within one file system they are linked: such a copy
// costs what the log holds. Any thread; one copy into a place at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/rocks_store.h"

namespace rocksdb {
class DB;
}

namespace storage {

// Asked between pieces of work; true ends it with Cancelled.
using Cancelled = std::function<bool()>;

// Copies the store that `db` is into `directory`, which must not exist. `durable_seq`: what was
// durable before the call, and must be in the copy. For RocksStore::BackUp.
absl::StatusOr<CopyReport> CopyLiveStore(rocksdb::DB& db, uint64_t durable_seq,
                                         const std::vector<TableSpec>& tables,
                                         const std::string& directory, const Cancelled& cancelled);

// Makes a store in `target.directory`, which must not exist or be empty, out of the copy in
// `backup`, which nobody has open and which stays as it is.
absl::StatusOr<CopyReport> RestoreStore(const std::string& backup, const RocksStoreOptions& target);

}  // namespace storage
