// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/versioned_tables.h"

#include <algorithm>
#include <cassert>

#include "storage/own_rows.h"

namespace storage {

class VersionedTables::Writer : public BatchVisitor {
 public:
  explicit Writer(VersionedTables& tables) : tables_(tables) {}

  void Put(TableTag table, std::string_view key, std::string_view value) override {
    tables_.Add(table, key, std::string(value));
  }
  void Delete(TableTag table, std::string_view key) override {
    tables_.Add(table, key, std::nullopt);
  }
  void DeleteRange(TableTag table, std::string_view begin, std::string_view end) override {
    Table& rows = tables_.table(table);
    std::vector<std::string> keys;
    for (auto row = rows.lower_bound(begin); row != rows.end() && row->first < end; ++row) {
      if (row->second.back().value.has_value()) keys.push_back(row->first);
    }
    for (const std::string& key : keys) Delete(table, key);
  }

 private:
  VersionedTables& tables_;
};

class VersionedTables::Pinned : public Reader {
 public:
  // REQUIRES: the tables' mutex is held; `version` is the newest or pinned.
  Pinned(VersionedTables& tables, uint64_t version) : tables_(tables), version_(version) {
    tables_.pins_.insert(version_);
  }
  ~Pinned() override {
    std::lock_guard lock(tables_.mutex_);
    tables_.pins_.erase(tables_.pins_.find(version_));
  }

  absl::StatusOr<std::optional<std::string>> Get(TableTag table,
                                                 std::string_view key) const override {
    std::optional<std::string> value;
    {
      std::lock_guard lock(tables_.mutex_);
      Table& rows = tables_.table(table);
      if (const auto row = rows.find(key); row != rows.end()) {
        if (const Edition* edition = Visible(row->second, version_)) value = edition->value;
      }
    }
    if (value.has_value() && tables_.read_hook_) tables_.read_hook_(table, key, &*value);
    return value;
  }

  std::unique_ptr<Cursor> Scan(TableTag table, std::string_view begin, std::string_view end,
                               Direction direction) const override;

  VersionedTables& tables() const { return tables_; }
  uint64_t version() const { return version_; }

 private:
  VersionedTables& tables_;
  const uint64_t version_;
};

// Holds copies of its row and finds the next one by key, so that it needs no lock between two
// calls.
class VersionedTables::PinnedCursor : public Cursor {
 public:
  PinnedCursor(std::shared_ptr<const Pinned> view, TableTag table, std::string_view begin,
               std::string_view end, Direction direction)
      : view_(std::move(view)), table_(table), begin_(begin), end_(end), direction_(direction) {
    std::lock_guard lock(view_->tables().mutex_);
    const Table& rows = view_->tables().table(table_);
    if (direction_ == Direction::kForward) {
      Settle(rows, rows.lower_bound(begin_));
    } else {
      Settle(rows, end_.empty() ? rows.end() : rows.lower_bound(end_));
    }
  }

  bool Valid() const override { return valid_; }
  void Next() override {
    assert(valid_);
    std::lock_guard lock(view_->tables().mutex_);
    const Table& rows = view_->tables().table(table_);
    const bool forward = direction_ == Direction::kForward;
    Settle(rows, forward ? rows.upper_bound(key_) : rows.lower_bound(key_));
  }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  // Forward: stops at the first row to be seen from `row` on. Backward: at the first one before
  // `row`.
  void Settle(const Table& rows, Table::const_iterator row) {
    valid_ = false;
    const bool forward = direction_ == Direction::kForward;
    while (forward ? row != rows.end() : row != rows.begin()) {
      if (!forward) --row;
      const bool outside =
          forward ? !end_.empty() && row->first >= end_ : std::string_view(row->first) < begin_;
      if (outside) return;
      const Edition* edition = Visible(row->second, view_->version());
      if (edition != nullptr && edition->value.has_value()) {
        valid_ = true;
        key_ = row->first;
        value_ = *edition->value;
        if (view_->tables().read_hook_) view_->tables().read_hook_(table_, key_, &value_);
        return;
      }
      if (forward) ++row;
    }
  }

  const std::shared_ptr<const Pinned> view_;
  const TableTag table_;
  const std::string begin_, end_;
  const Direction direction_;
  bool valid_ = false;
  std::string key_, value_;
};

std::unique_ptr<Cursor> VersionedTables::Pinned::Scan(TableTag table, std::string_view begin,
                                                      std::string_view end,
                                                      Direction direction) const {
  // A pin of its own lets a store return a cursor of a view that nobody else holds.
  std::shared_ptr<const Pinned> own;
  {
    std::lock_guard lock(tables_.mutex_);
    own = std::make_shared<const Pinned>(tables_, version_);
  }
  return std::make_unique<PinnedCursor>(std::move(own), table, begin, end, direction);
}

VersionedTables::VersionedTables(const std::vector<TableSpec>& tables) {
  tables_[kOwnTable];
  for (const TableSpec& spec : tables) {
    assert(spec.tag != kOwnTable);
    assert(!tables_.contains(spec.tag));
    tables_[spec.tag];
  }
}

absl::Status VersionedTables::Apply(const std::function<absl::Status(BatchVisitor&)>& stage) {
  std::lock_guard lock(mutex_);
  ++version_;
  Writer writer(*this);
  if (absl::Status s = stage(writer); !s.ok()) return s;
  Sweep();
  return absl::OkStatus();
}

uint64_t VersionedTables::version() const {
  std::lock_guard lock(mutex_);
  return version_;
}

View VersionedTables::Pin() {
  std::lock_guard lock(mutex_);
  return std::make_shared<const Pinned>(*this, version_);
}

std::unique_ptr<VersionedTables> VersionedTables::Clone() const {
  std::lock_guard lock(mutex_);
  std::unique_ptr<VersionedTables> copy(new VersionedTables());
  copy->read_hook_ = read_hook_;
  copy->version_ = copy->settled_ = version_;
  for (const auto& [tag, rows] : tables_) {
    Table& copied = copy->tables_[tag];
    for (const auto& [key, row] : rows) {
      if (row.back().value.has_value()) copied.emplace(key, Row{row.back()});
    }
  }
  return copy;
}

void VersionedTables::Settle(uint64_t version) {
  std::lock_guard lock(mutex_);
  assert(version >= settled_ && version <= version_);
  settled_ = version;
  Sweep();
}

void VersionedTables::Rollback(uint64_t version) {
  std::lock_guard lock(mutex_);
  assert(version >= settled_ && version <= version_);
  assert(pins_.empty());
  for (auto& [tag, rows] : tables_) {
    for (auto row = rows.begin(); row != rows.end();) {
      std::erase_if(row->second, [&](const Edition& e) { return e.version > version; });
      row = row->second.empty() ? rows.erase(row) : std::next(row);
    }
  }
  std::erase_if(graves_, [&](const Grave& grave) { return grave.version > version; });
  version_ = version;
}

VersionedTables::Table& VersionedTables::table(TableTag tag) {
  const auto found = tables_.find(tag);
  assert(found != tables_.end());
  return found->second;
}

const VersionedTables::Edition* VersionedTables::Visible(const Row& row, uint64_t version) {
  const auto newer = std::find_if(row.rbegin(), row.rend(),
                                  [&](const Edition& e) { return e.version <= version; });
  return newer == row.rend() ? nullptr : &*newer;
}

uint64_t VersionedTables::OldestNeeded() const {
  return pins_.empty() ? settled_ : std::min(settled_, *pins_.begin());
}

void VersionedTables::Add(TableTag tag, std::string_view key, std::optional<std::string> value) {
  Table& rows = table(tag);
  auto found = rows.find(key);
  if (!value.has_value()) {
    if (found == rows.end()) return;
    graves_.push_back({.version = version_, .table = tag, .key = found->first});
  }
  if (found == rows.end()) found = rows.emplace(std::string(key), Row()).first;
  Row& row = found->second;
  if (!row.empty() && row.back().version == version_) {
    row.back().value = std::move(value);
  } else {
    row.push_back({.version = version_, .value = std::move(value)});
  }
  Prune(row, OldestNeeded());
}

// Of the editions at or before `oldest` only the newest can still be read.
void VersionedTables::Prune(Row& row, uint64_t oldest) {
  size_t unneeded = 0;
  while (unneeded + 1 < row.size() && row[unneeded + 1].version <= oldest) ++unneeded;
  row.erase(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(unneeded));
}

// Rows whose deletion everybody sees go for good.
void VersionedTables::Sweep() {
  const uint64_t oldest = OldestNeeded();
  for (; !graves_.empty() && graves_.front().version <= oldest; graves_.pop_front()) {
    Table& rows = table(graves_.front().table);
    const auto row = rows.find(graves_.front().key);
    if (row == rows.end()) continue;
    Prune(row->second, oldest);
    if (row->second.size() == 1 && !row->second.front().value.has_value()) rows.erase(row);
  }
}

}  // namespace storage
