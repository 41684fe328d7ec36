// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/store_settings.h"

#include "engine/ids.h"
#include "engine/tables.h"
#include "engine/token.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr char kFormat[] = "format";
constexpr char kPartitions[] = "partitions";
constexpr char kTokenKey[] = "token_key";

// Stores from before there was this row are of format 1.
absl::Status CheckFormat(const std::optional<std::string>& row) {
  const std::optional<uint64_t> format = row ? ReadU64(*row) : 1;
  if (!format) return absl::DataLossError("the store's format is malformed");
  if (*format == kStoreFormat) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("the store is of format {}, and this asld reads format {}: open it with the {} "
                  "asld that wrote "
                  "it",
                  *format, kStoreFormat, *format < kStoreFormat ? "older" : "newer"));
}

}  // namespace

absl::StatusOr<std::optional<StoreSettings>> ReadStoreSettings(const storage::Reader& store) {
  const auto format = store.Get(kSettings, kFormat);
  const auto partitions = store.Get(kSettings, kPartitions);
  const auto key = store.Get(kSettings, kTokenKey);
  for (const auto* row : {&format, &partitions, &key}) {
    if (!row->ok()) return row->status();
  }
  if (!*format && !*partitions && !*key) return std::nullopt;
  if (absl::Status s = CheckFormat(*format); !s.ok()) return s;
  const std::optional<uint64_t> count = *partitions ? ReadU64(**partitions) : std::nullopt;
  if (!count || *count == 0 || *count > kPartitionsMax) {
    return absl::DataLossError("the store's number of partitions is malformed");
  }
  if (!*key || (*key)->size() != TokenSealer::kKeyBytes) {
    return absl::DataLossError("the store's key of tokens is malformed");
  }
  return StoreSettings{.partitions = static_cast<uint32_t>(*count), .token_key = **key};
}

void PutStoreSettings(const StoreSettings& settings, storage::Batch& batch) {
  batch.Put(kSettings, kFormat, U64(kStoreFormat));
  batch.Put(kSettings, kPartitions, U64(settings.partitions));
  batch.Put(kSettings, kTokenKey, settings.token_key);
}

}  // namespace engine
