// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld_range_scan: what reading a history costs at least. `measure` reads, from a copy of an engine's
// store, how many rows its `history` table has, and the longest history of it. `build` writes a bare RocksDB of `rows`
// rows of `bytes` bytes under keys like those of a history, `run` of them to an execution; `scan`
// opens it, drops its files from the page cache, reads `count` rows from where a random execution
// begins, and prints the microseconds.

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tools/bench/clock.h"
#include "tools/bench/page_cache.h"

namespace bench {
namespace {

constexpr int kBatchRows = 200;

std::string Key(uint64_t execution, uint64_t event) {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(execution >> shift);
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(event >> shift);
  return key;
}

int Fail(const std::string& what) {
  fmt::print(stderr, "asld_range_scan: {}\n", what);
  return 1;
}

// Keys are a table's tag, then what engine/tables.h says: history is table 1.
bool IsHistory(const rocksdb::Slice& key) { return key.size() == 13 && key[0] == 1; }

int Measure(const std::string& directory) {
  const rocksdb::Options options;
  std::vector<std::string> names;
  rocksdb::Status s = rocksdb::DB::ListColumnFamilies(options, directory, &names);
  if (!s.ok()) return Fail(s.ToString());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  s = rocksdb::DB::Open(options, directory, families, &handles, &opened);
  if (!s.ok()) return Fail(s.ToString());
  const std::unique_ptr<rocksdb::DB> db(opened);
  struct History {
    uint64_t rows = 0, bytes = 0;
  };
  History all, longest;
  for (rocksdb::ColumnFamilyHandle* family : handles) {
    std::string execution;
    History history;
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}, family));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      if (!IsHistory(it->key())) continue;
      if (execution != it->key().ToString().substr(0, 9)) {
        execution = it->key().ToString().substr(0, 9);
        history = {};
      }
      ++all.rows;
      ++history.rows;
      history.bytes += it->value().size();
      if (history.rows > longest.rows) longest = history;
    }
    if (!it->status().ok()) return Fail(it->status().ToString());
  }
  fmt::print("all_rows={} longest_rows={} longest_bytes={}\n", all.rows, longest.rows,
             longest.bytes);
  for (rocksdb::ColumnFamilyHandle* family : handles) db->DestroyColumnFamilyHandle(family);
  return 0;
}

int Build(rocksdb::DB& db, uint64_t rows, uint64_t run, size_t bytes) {
  const uint64_t executions = rows / run;
  rocksdb::WriteBatch batch;
  const std::string value(bytes, 'x');
  // All executions grow together, as histories do.
  for (uint64_t i = 0; i < executions * run; ++i) {
    batch.Put(Key(i % executions, i / executions), value);
    if (batch.Count() < kBatchRows) continue;
    if (const rocksdb::Status s = db.Write({}, &batch); !s.ok()) return Fail(s.ToString());
    batch.Clear();
  }
  rocksdb::Status s = db.Write({}, &batch);
  if (s.ok()) s = db.Flush({});
  return s.ok() ? 0 : Fail(s.ToString());
}

int Scan(rocksdb::DB& db, const std::string& directory, uint64_t executions, uint64_t count) {
  std::mt19937_64 random(RandomSeed());
  const uint64_t execution = std::uniform_int_distribution<uint64_t>(0, executions - 1)(random);
  if (absl::Status s = DropFromPageCache(directory); !s.ok()) return Fail(s.ToString());
  const Clock::time_point begin = Now();
  uint64_t read = 0;
  size_t bytes = 0;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}));
  for (it->Seek(Key(execution, 0)); it->Valid() && read < count; it->Next()) {
    bytes += it->value().size();
    ++read;
  }
  const float us = MicrosBetween(begin, Now());
  if (read != count) return Fail(fmt::format("{} rows instead of {}", read, count));
  fmt::print("rows={} bytes={} us={:.1f}\n", read, bytes, us);
  return 0;
}

int Main(const std::vector<std::string>& args) {
  if (args.size() == 2 && args[0] == "measure") return Measure(args[1]);
  if (args.size() != 5) {
    return Fail("measure DIR | build DIR ROWS RUN BYTES | scan DIR ROWS RUN COUNT");
  }
  const uint64_t rows = std::stoull(args[2]), run = std::stoull(args[3]);
  rocksdb::Options options;
  options.create_if_missing = args[0] == "build";
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* opened = nullptr;
  if (const rocksdb::Status s = rocksdb::DB::Open(options, args[1], &opened); !s.ok()) {
    return Fail(s.ToString());
  }
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (args[0] == "build") return Build(*db, rows, run, std::stoull(args[4]));
  return Scan(*db, args[1], rows / run, std::stoull(args[4]));
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main({argv + 1, argv + argc}); }
