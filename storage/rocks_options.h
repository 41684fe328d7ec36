// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// RocksDB's options, each with its reason. Used by the opening of a store only.
#pragma once

#include <memory>
#include <string>

namespace rocksdb {
class Cache;
class Env;
struct ColumnFamilyOptions;
struct DBOptions;
}  // namespace rocksdb

namespace storage {

class FirstError;
struct RocksStoreOptions;

// Background errors are heard into `error`, which must outlive the database.
rocksdb::DBOptions DatabaseOptions(const RocksStoreOptions& options, rocksdb::Env* env,
                                   FirstError* error);

// For the family of that name (kFamilyNames); any other name, a newer program's, gets RocksDB's
// own.
rocksdb::ColumnFamilyOptions FamilyOptions(const std::string& name,
                                           const RocksStoreOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace storage
