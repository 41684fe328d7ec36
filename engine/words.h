// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Words: texts that many rows of a partition repeat (a queue, a worker's instance, a revision's
// id). Each is stored once per partition, in the batch that uses it first, and rows name it by its
// number. Owned by the partition, its thread only; ReadWord is for everybody else.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ids.h"
#include "storage/batch.h"
#include "storage/store.h"

namespace engine {

// Stored: never renumber.
enum class WordKind : uint8_t { kQueue = 1, kWorker = 2, kRevision = 3, kAlias = 4 };

class Words {
 public:
  explicit Words(PartitionId partition) : partition_(partition) {}

  absl::Status Recover(const storage::Reader& store);

  // The word's number, from 1; a new word gets a row. REQUIRES: the batch is not rewound behind
  // this.
  uint32_t NumberOf(WordKind kind, const std::string& text, storage::Batch& batch);
  // DataLoss when no row says it.
  absl::StatusOr<std::string> TextOf(WordKind kind, uint32_t number) const;

  // Workers come and go: forgets those of which no row speaks. REQUIRES: called before NumberOf.
  void KeepWorkers(const std::set<uint32_t>& used, storage::Batch& batch);

 private:
  struct OfKind {
    std::map<std::string, uint32_t, std::less<>> numbers;
    std::map<uint32_t, std::string> texts;
  };
  const PartitionId partition_;
  std::map<WordKind, OfKind> kinds_;
};

absl::StatusOr<std::string> ReadWord(const storage::Reader& view, PartitionId partition,
                                     WordKind kind, uint32_t number);

std::string WordKey(PartitionId partition, WordKind kind, uint32_t number);
std::optional<std::pair<WordKind, uint32_t>> DecodeWordKey(std::string_view key);

}  // namespace engine
