// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The store's own rows (table tag 0, which no batch may name) and the numbers they keep; used by
// every Store, by nobody else. They are written in the same atomic write as the batches they speak
// of:
//
//   'f'                  format:u32be              written once, when the store is created
//   's'                  seq:u64be                 of the newest write; this node's own, dense from 1
//   'n' partition:u32be  number:u64be epoch:u64be  of the partition's newest batch in this store
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/batch.h"
#include "storage/store.h"

namespace storage {

inline constexpr TableTag kOwnTable = 0;
inline constexpr uint32_t kStoreFormat =
    1;  // raise when an older program could no longer read the store

inline constexpr std::string_view kFormatKey = "f";
inline constexpr std::string_view kSeqKey = "s";
std::string NumberKey(uint32_t partition);

// The fixed-width value of the 'f' or 's' row; an absent row reads as 0.
absl::StatusOr<uint64_t> ReadOwnNumber(const Reader& reader, std::string_view key);

// What has been applied, in memory. Stage and Advance from the thread that writes, the rest from
// any.
class AppliedNumbers {
 public:
  // Replaces the numbers by those of the stored rows.
  absl::Status Load(const Reader& reader);

  // Walks the batches' operations in order into `visitor`, then the rows that number them.
  // REQUIRES: each batch's number is the next of its partition.
  absl::Status Stage(std::span<const Batch> batches, BatchVisitor& visitor);
  // What was staged last has been applied.
  void Advance();

  uint64_t number(uint32_t partition) const;
  uint64_t seq() const;

 private:
  std::map<uint32_t, BatchHeader> staged_;  // the writing thread's

  mutable std::mutex mutex_;
  std::map<uint32_t, uint64_t> numbers_;  // guarded by mutex_, as is
  uint64_t seq_ = 0;
};

}  // namespace storage
