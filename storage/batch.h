// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Batch is the atomic unit of writing, in bytes of our own so that it can later be appended to a
// replicated log as it stands (RocksDB's WriteBatch names column families by creation number; ours
// names tables by tag):
//
//   batch  := version:u8(=1) partition:varint epoch:varint number:varint op*
//   op     := 0x00|table key:bytes value:bytes        put
//           | 0x40|table key:bytes                    delete
//           | 0x80|table begin:bytes end:bytes        delete [begin, end)
//   bytes  := length:varint octet*length
//
// `number` is the batch's commit number: dense per partition, from 1. A store that applies a batch
// keeps the number as a row of the same atomic write. Built by one thread (the loop that owns the
// partition), then moved to the committer; not synchronised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace storage {

// Names a table in stored batches; the engine's registry of tags is engine/tables.h. Tag 0 is the
// store's own.
using TableTag = uint8_t;
inline constexpr TableTag kTableTagMax = 63;

struct BatchHeader {
  uint32_t partition = 0;
  uint64_t epoch = 0;
  uint64_t number = 0;
};

// Receives a batch's operations in order.
class BatchVisitor {
 public:
  virtual ~BatchVisitor() = default;
  virtual void Put(TableTag table, std::string_view key, std::string_view value) = 0;
  virtual void Delete(TableTag table, std::string_view key) = 0;
  virtual void DeleteRange(TableTag table, std::string_view begin, std::string_view end) = 0;
};

class Batch {
 public:
  // A position to come back to, so that one command's writes can be taken out again.
  struct Mark {
    size_t bytes = 0;
    size_t operations = 0;
  };

  explicit Batch(const BatchHeader& header);

  void Put(TableTag table, std::string_view key, std::string_view value);
  void Delete(TableTag table, std::string_view key);
  void DeleteRange(TableTag table, std::string_view begin, std::string_view end);

  Mark mark() const;
  // REQUIRES: `mark` came from this batch. Forgets what was added after it.
  void Rewind(const Mark& mark);

  const BatchHeader& header() const { return header_; }
  const std::string& bytes() const { return bytes_; }
  size_t operations() const { return operations_; }
  bool empty() const { return operations_ == 0; }

  // Walks the operations of `bytes` (any bytes); an error names the offset of what is malformed,
  // and what came before it has been visited.
  static absl::Status Visit(std::string_view bytes, BatchHeader* header, BatchVisitor& visitor);

 private:
  void Begin(uint8_t operation, TableTag table);

  BatchHeader header_;
  size_t header_bytes_ = 0;
  std::string bytes_;
  size_t operations_ = 0;
};

}  // namespace storage
