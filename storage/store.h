// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Store is a set of ordered key-value tables with atomic batches. Two implementations:
// rocks_store.h (a directory) and memory_store.h (its twin, which keeps written and synced apart
// and can lose what was not synced). Owned by the process; the Committer is the only caller of
// Write and Sync once the engine runs.
//
// Threads: Get and Scan from any thread; Write from one thread at a time; Sync from one
// thread at a time, concurrently with Write; Snapshot from the thread that calls Sync.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/batch.h"

namespace storage {

// How a table is used; the store chooses its options by it.
enum class TableKind : uint8_t {
  kHot,      // small rows, rewritten and deleted often, read by key or by short prefix scans
  kQueue,    // inserted at the end, deleted at the front, scanned from a remembered front
  kHistory,  // large rows, written once, nearly in order, retired in long ranges
};

struct TableSpec {
  TableTag tag;  // never 0
  std::string name;
  TableKind kind;
  // Leading bytes of the key that rows written one after the other share (an execution's, say); 0:
  // none. The store remembers where such a run goes on, so that a write need not search for it.
  // Keys of rows are longer than that, and the begin of a deleted range is not.
  size_t run_prefix = 0;
  // Of a run's first row: what comes behind that prefix, and how many leading bytes such rows share
  // for long, because runs begin in order of their prefixes.
  std::string run_begin = {};
  size_t front_prefix = 0;
};

enum class Direction : uint8_t { kForward, kBackward };

// Walks a key range of one table. Not synchronised; must not outlive the View or Store it came
// from.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;                   // REQUIRES: Valid(). In the scan's direction
  virtual std::string_view key() const = 0;  // REQUIRES: Valid(). Until the next Next()
  virtual std::string_view value() const = 0;
  virtual absl::Status status() const = 0;  // why it is not Valid(): OK at the end of the range
};

// Reading. Missing keys are nullopt; an error is a broken store.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual absl::StatusOr<std::optional<std::string>> Get(TableTag table,
                                                         std::string_view key) const = 0;
  // The keys of [begin, end); an empty `end` means to the table's end. kBackward starts at the last
  // key below `end`.
  virtual std::unique_ptr<Cursor> Scan(TableTag table, std::string_view begin, std::string_view end,
                                       Direction direction = Direction::kForward) const = 0;
};

// A consistent view of the store at one moment. Any thread; cheap to take and to drop.
using View = std::shared_ptr<const Reader>;

class Store : public Reader {
 public:
  // Appends the batches in this order as one atomic write, without making it durable; assigns it
  // the next `seq` (store-wide, dense, a row of the same write). Any status but OK is final: the
  // caller must stop the process and call nothing else (RocksDB may resume by itself on top of a
  // hole).
  virtual absl::Status Write(std::span<const Batch> batches) = 0;

  // Makes every Write that had returned before this call durable. Same rule for errors.
  virtual absl::Status Sync() = 0;

  // The state of every Write that has returned. Take it before Sync, publish it after.
  virtual View Snapshot() = 0;

  // The newest batch number of a partition that the store has applied; 0 when none.
  virtual absl::StatusOr<uint64_t> AppliedNumber(uint32_t partition) const = 0;

  virtual uint64_t written_seq() const = 0;  // of the newest Write; any thread
};

}  // namespace storage
