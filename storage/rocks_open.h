// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Opening a RocksStore's directory: the one place that decides whether what is found there may be
// used. Called by RocksStore::Open only.
#pragma once

#include <array>
#include <memory>

#include "absl/status/statusor.h"
#include "storage/durable_file.h"
#include "storage/first_error.h"
#include "storage/gapless_replay.h"
#include "storage/rocks_store.h"
#include "storage/rocks_tables.h"

namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace storage {

// A database open for writing. Its parts are in the order in which they need each other.
struct OpenDatabase {
  OpenDatabase();
  OpenDatabase(OpenDatabase&&);
  OpenDatabase& operator=(OpenDatabase&&);
  ~OpenDatabase();

  std::shared_ptr<rocksdb::FileSystem> files;
  std::unique_ptr<rocksdb::Env> env;
  std::unique_ptr<GaplessReplay> replay;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> families = {};
  std::unique_ptr<DurableFile> durable;
  OpenReport report;
};

// REQUIRES: `error` outlives the result. See RocksStore::Open for the errors.
absl::StatusOr<OpenDatabase> OpenDirectory(const RocksStoreOptions& options, FirstError* error);

}  // namespace storage
