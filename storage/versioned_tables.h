// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Ordered tables in memory whose rows keep their older editions for as long as somebody may read
// them: a view is a number, and forgetting the newest writes is dropping their editions. What the
// memory stores are made of; nobody else uses it. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/batch.h"
#include "storage/store.h"

namespace storage {

class VersionedTables {
 public:
  // Every read goes through it when set; may change the value. Set before anything else is called.
  using ReadHook = std::function<void(TableTag, std::string_view key, std::string* value)>;

  explicit VersionedTables(const std::vector<TableSpec>& tables);
  VersionedTables(const VersionedTables&) = delete;
  VersionedTables& operator=(const VersionedTables&) = delete;

  // Applies what `stage` puts into the visitor as the next version, in one step for readers.
  absl::Status Apply(const std::function<absl::Status(BatchVisitor&)>& stage);

  // The newest version; 0 is the empty one.
  uint64_t version() const;

  // Reads the newest version as of now, for as long as it is held. Must not outlive this.
  View Pin();

  // The newest version's rows in tables of their own, settled.
  std::unique_ptr<VersionedTables> Clone() const;

  // Versions up to `version` can no longer be rolled back to, and are kept only for views.
  void Settle(uint64_t version);
  // Forgets what came after `version`. REQUIRES: it is not below what was settled; nothing is
  // pinned.
  void Rollback(uint64_t version);

  void set_read_hook(ReadHook hook) { read_hook_ = std::move(hook); }

 private:
  struct Edition {
    uint64_t version;
    std::optional<std::string> value;  // nullopt: deleted
  };
  using Row = std::vector<Edition>;  // oldest first, never empty
  using Table = std::map<std::string, Row, std::less<>>;
  struct Grave {
    uint64_t version;
    TableTag table;
    std::string key;
  };
  class Pinned;
  class PinnedCursor;
  class Writer;

  VersionedTables() = default;

  // REQUIRES of all that follow: mutex_ held.
  Table& table(TableTag tag);
  static const Edition* Visible(const Row& row, uint64_t version);
  uint64_t OldestNeeded() const;
  void Add(TableTag tag, std::string_view key, std::optional<std::string> value);
  static void Prune(Row& row, uint64_t oldest);
  void Sweep();

  ReadHook read_hook_;

  mutable std::mutex mutex_;
  std::map<TableTag, Table> tables_;
  uint64_t version_ = 0;
  uint64_t settled_ = 0;
  std::multiset<uint64_t> pins_;
  std::deque<Grave> graves_;  // deletions whose rows may still be there, oldest first
};

}  // namespace storage
