// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Executions out of many ranges of rows, by number, as if it were one range: each partition keeps
// its own. An execution's number begins with its start time, so the order is that of starting.
// Owned by who reads, one thread; no longer than the view that is read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/ids.h"
#include "storage/store.h"

namespace engine {

class MergedScans {
 public:
  enum class Order : uint8_t { kOldestFirst, kNewestFirst };
  // Whose row it is; nothing: the key is malformed.
  using NumberOf = std::optional<ExecutionNumber> (*)(std::string_view key);

  MergedScans(Order order, NumberOf number_of) : order_(order), number_of_(number_of) {}

  // A range whose rows are in that order already.
  void Add(std::unique_ptr<storage::Cursor> rows);
  // kNone: that was all, or status() says why not.
  ExecutionNumber Take();
  const absl::Status& status() const { return status_; }

 private:
  struct Head {
    uint64_t rank;  // the largest comes first
    size_t scan;
    ExecutionNumber number;
    friend bool operator<(const Head& a, const Head& b) { return a.rank < b.rank; }
  };
  void Push(size_t scan);

  const Order order_;
  const NumberOf number_of_;
  std::vector<std::unique_ptr<storage::Cursor>> scans_;
  std::priority_queue<Head> heads_;
  absl::Status status_;
};

}  // namespace engine
