// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Page tokens: where the next page of a list begins, under a seal that nobody without the store's
// key can make. So whoever reads a page may trust the position in its token as if asld had kept it,
// and the token is good after a restart. AWS's end after 24 hours; these stay good.
//
//   token := base64url(seal:16 position)
//   seal  := the first 16 bytes of HMAC-SHA256(key, "page" ‖ list terminated ‖ position)
//
// `list` is not in the token: it says what is being paged through, the operation and whatever else
// decides what stands in the list and in which order. A token of another list fits as little as a
// forged one.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace engine {

// Immutable; any thread.
class PageTokens {
 public:
  explicit PageTokens(std::string_view key) : key_(key) {}  // the store's: StoreSettings

  // REQUIRES: a position that is not empty.
  std::string Seal(std::string_view list, std::string_view position) const;
  // The position; empty for no token, the first page. Else InvalidArgument, in AWS's words.
  absl::StatusOr<std::string> Open(std::string_view list, const std::string& token) const;

 private:
  std::string SealOf(std::string_view list, std::string_view position) const;
  std::string key_;
};

}  // namespace engine
