// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A store whose Sync does nothing: what the power-cut tests put in front of a store to see
// themselves go red. Forwards everything else.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "storage/store.h"

namespace crash {

class UnsyncedStore : public storage::Store {
 public:
  explicit UnsyncedStore(storage::Store* store) : store_(store) {}
  explicit UnsyncedStore(std::unique_ptr<storage::Store> store)
      : owned_(std::move(store)), store_(owned_.get()) {}

  absl::StatusOr<std::optional<std::string>> Get(storage::TableTag table,
                                                 std::string_view key) const override {
    return store_->Get(table, key);
  }
  std::unique_ptr<storage::Cursor> Scan(storage::TableTag table, std::string_view begin,
                                        std::string_view end,
                                        storage::Direction direction) const override {
    return store_->Scan(table, begin, end, direction);
  }
  absl::Status Write(std::span<const storage::Batch> batches) override {
    return store_->Write(batches);
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  storage::View Snapshot() override { return store_->Snapshot(); }
  absl::StatusOr<uint64_t> AppliedNumber(uint32_t partition) const override {
    return store_->AppliedNumber(partition);
  }
  uint64_t written_seq() const override { return store_->written_seq(); }

 private:
  const std::unique_ptr<storage::Store> owned_;  // or null
  storage::Store* const store_;
};

}  // namespace crash
