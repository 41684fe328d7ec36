// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is fixed when a store is created: the format of its rows, how many partitions there are, and
// the key of its tokens. Stateless; read once by whoever opens a store, before any other row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "storage/batch.h"
#include "storage/store.h"

namespace engine {

// Raised with every change that makes an older or a newer asld misread some row.
inline constexpr uint64_t kStoreFormat = 3;

struct StoreSettings {
  uint32_t partitions = 0;
  std::string token_key;
};

// nullopt: no engine was ever open on it. FailedPrecondition: it is of another format; DataLoss: it
// cannot be understood.
absl::StatusOr<std::optional<StoreSettings>> ReadStoreSettings(const storage::Reader& store);
void PutStoreSettings(const StoreSettings& settings, storage::Batch& batch);

}  // namespace engine
