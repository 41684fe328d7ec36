// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cassert>

#include "absl/strings/escaping.h"
#include "storage/key.h"

namespace engine {
namespace {

constexpr size_t kIdBytes = 8 + 4 + 4;  // one block of the cipher
constexpr size_t kTokenBytes = 2 * kIdBytes;

}  // namespace

std::optional<TokenParts> DecodeToken(std::string_view token) {
  if (token.size() != kTokenBytes) return std::nullopt;
  storage::KeyReader reader(token);
  TokenParts parts;
  parts.id.execution = ExecutionNumber{reader.U64()};
  parts.id.scheduled = asl::EventId{reader.U32()};
  parts.delivery = reader.U32();
  return parts;
}

std::string TokenToText(std::string_view token) {
  return absl::WebSafeBase64Escape(std::string(token));
}

std::optional<std::string> TokenFromText(std::string_view text) {
  std::string token;
  if (!absl::WebSafeBase64Unescape(std::string(text), &token) || !DecodeToken(token))
    return std::nullopt;
  return token;
}

struct TokenSealer::Cipher {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  ~Cipher() { EVP_CIPHER_CTX_free(context); }
};

TokenSealer::TokenSealer(std::string_view key) : cipher_(std::make_unique<Cipher>()) {
  assert(key.size() == kKeyBytes);
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  [[maybe_unused]] const int ok =
      EVP_EncryptInit_ex(cipher_->context, EVP_aes_128_ecb(), nullptr, bytes, nullptr);
  assert(ok == 1);
  EVP_CIPHER_CTX_set_padding(cipher_->context, 0);
}

TokenSealer::~TokenSealer() = default;

std::string TokenSealer::Token(const TaskId& id, uint32_t delivery) {
  std::string token;
  token.reserve(kTokenBytes);
  storage::AppendU64(ToInt(id.execution), &token);
  storage::AppendU32(static_cast<uint32_t>(asl::ToInt(id.scheduled)), &token);
  storage::AppendU32(delivery, &token);
  token.resize(kTokenBytes);
  auto* bytes = reinterpret_cast<unsigned char*>(token.data());
  int written = 0;
  [[maybe_unused]] const int ok = EVP_EncryptUpdate(cipher_->context, bytes + kIdBytes, &written,
                                                    bytes, static_cast<int>(kIdBytes));
  assert(ok == 1 && written == static_cast<int>(kIdBytes));
  return token;
}

bool TokenSealer::IsToken(std::string_view token, const TaskId& id, uint32_t delivery) {
  const std::string expected = Token(id, delivery);
  return token.size() == expected.size() &&
         CRYPTO_memcmp(token.data(), expected.data(), expected.size()) == 0;
}

}  // namespace engine
