// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/words.h"

#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {
namespace {

absl::Status Missing(WordKind kind, uint32_t number) {
  return absl::DataLossError(
      fmt::format("a row names word {} of kind {}, which table 'words' does not have", number,
                  static_cast<int>(kind)));
}

}  // namespace

absl::Status Words::Recover(const storage::Reader& store) {
  const std::string prefix = PartitionPrefix(partition_);
  auto rows = store.Scan(kWords, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    const auto key = DecodeWordKey(rows->key());
    if (!key) return absl::DataLossError("a key of table 'words' is malformed");
    OfKind& words = kinds_[key->first];
    words.numbers.emplace(rows->value(), key->second);
    words.texts.emplace(key->second, rows->value());
  }
  return rows->status();
}

uint32_t Words::NumberOf(WordKind kind, const std::string& text, storage::Batch& batch) {
  OfKind& words = kinds_[kind];
  if (auto it = words.numbers.find(text); it != words.numbers.end()) return it->second;
  const uint32_t number = words.texts.empty() ? 1 : words.texts.rbegin()->first + 1;
  words.numbers.emplace(text, number);
  words.texts.emplace(number, text);
  batch.Put(kWords, WordKey(partition_, kind, number), text);
  return number;
}

absl::StatusOr<std::string> Words::TextOf(WordKind kind, uint32_t number) const {
  auto words = kinds_.find(kind);
  if (words == kinds_.end()) return Missing(kind, number);
  auto text = words->second.texts.find(number);
  if (text == words->second.texts.end()) return Missing(kind, number);
  return text->second;
}

void Words::KeepWorkers(const std::set<uint32_t>& used, storage::Batch& batch) {
  OfKind& workers = kinds_[WordKind::kWorker];
  std::erase_if(workers.numbers, [&](const auto& word) { return !used.contains(word.second); });
  std::erase_if(workers.texts, [&](const auto& word) {
    if (used.contains(word.first)) return false;
    batch.Delete(kWords, WordKey(partition_, WordKind::kWorker, word.first));
    return true;
  });
}

absl::StatusOr<std::string> ReadWord(const storage::Reader& view, PartitionId partition,
                                     WordKind kind, uint32_t number) {
  auto row = view.Get(kWords, WordKey(partition, kind, number));
  if (!row.ok()) return row.status();
  if (!*row) return Missing(kind, number);
  return **std::move(row);
}

std::string WordKey(PartitionId partition, WordKind kind, uint32_t number) {
  std::string key = PartitionPrefix(partition);
  storage::AppendU8(static_cast<uint8_t>(kind), &key);
  storage::AppendU32(number, &key);
  return key;
}

std::optional<std::pair<WordKind, uint32_t>> DecodeWordKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  const auto kind = static_cast<WordKind>(reader.U8());
  const uint32_t number = reader.U32();
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return std::pair(kind, number);
}

}  // namespace engine
