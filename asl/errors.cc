// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/errors.h"

#include <fmt/format.h>

#include "asl/limits.h"

namespace asl {
namespace {

// Cuts between characters of UTF-8.
void Cut(std::optional<std::string>* text, size_t bytes_max) {
  if (!*text || (*text)->size() <= bytes_max) return;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>((**text)[end]) & 0xC0) == 0x80) --end;
  (*text)->resize(end);
}

}  // namespace

Error Clipped(Error error) {
  Cut(&error.name, kErrorNameMax);
  Cut(&error.cause, kErrorCauseMax);
  return error;
}

Error DataLimitExceeded(std::string_view state_or_worker) {
  return {std::string(kStatesDataLimitExceeded),
          fmt::format("The state/task '{}' returned a result with a size exceeding the maximum "
                      "number of bytes service limit.",
                      state_or_worker)};
}

}  // namespace asl
