// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/page_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cassert>

#include "absl/strings/escaping.h"
#include "storage/key.h"

namespace engine {
namespace {

constexpr size_t kSealBytes = 16;

}  // namespace

std::string PageTokens::SealOf(std::string_view list, std::string_view position) const {
  std::string text = "page";  // tells its seals from whatever else the key may come to seal
  storage::AppendTerminated(list, &text);
  text += position;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  [[maybe_unused]] const unsigned char* ok =
      HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  assert(ok != nullptr && size >= kSealBytes);
  return {reinterpret_cast<const char*>(digest.data()), kSealBytes};
}

std::string PageTokens::Seal(std::string_view list, std::string_view position) const {
  assert(!position.empty());
  return absl::WebSafeBase64Escape(SealOf(list, position).append(position));
}

absl::StatusOr<std::string> PageTokens::Open(std::string_view list,
                                             const std::string& token) const {
  if (token.empty()) return "";
  const auto invalid = [] { return absl::InvalidArgumentError("Invalid Token: 'Invalid token'"); };
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() <= kSealBytes) return invalid();
  std::string position = bytes.substr(kSealBytes);
  const std::string seal = SealOf(list, position);
  if (CRYPTO_memcmp(bytes.data(), seal.data(), kSealBytes) != 0) return invalid();
  // Base64 has several spellings of some bytes; one of them is what Seal made.
  if (absl::WebSafeBase64Escape(bytes) != token) return invalid();
  return position;
}

}  // namespace engine
