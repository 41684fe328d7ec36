// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "asl/intrinsics/functions.h"

namespace asl::intrinsics {
namespace {

constexpr std::array<std::pair<std::string_view, const EVP_MD* (*)()>, 5> kAlgorithms = {{
    {"MD5", EVP_md5},
    {"SHA-1", EVP_sha1},
    {"SHA-256", EVP_sha256},
    {"SHA-384", EVP_sha384},
    {"SHA-512", EVP_sha512},
}};

// Java's basic decoder: the alphabet of RFC 4648 and nothing else; the padding may be absent but
// not incomplete. Abseil alone passes over white space.
bool IsBase64(std::string_view text) {
  const size_t end = text.find_last_not_of('=') + 1;  // 0 when there is nothing else
  const size_t padding = text.size() - end;
  if (padding > 2 || (padding > 0 && text.size() % 4 != 0) || end % 4 == 1) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
}

}  // namespace

Answer Base64Encode(const Arguments& arguments) {
  const absl::StatusOr<std::string_view> text = TextArgument(arguments, 0);
  if (!text.ok()) return text.status();
  if (absl::Status s = CheckLength(*text); !s.ok()) return s;
  return TextValue(absl::Base64Escape(std::string(*text)));
}

Answer Base64Decode(const Arguments& arguments) {
  const absl::StatusOr<std::string_view> text = TextArgument(arguments, 0);
  if (!text.ok()) return text.status();
  if (absl::Status s = CheckLength(*text); !s.ok()) return s;
  std::string bytes;
  if (!IsBase64(*text) || !absl::Base64Unescape(std::string(*text), &bytes)) {
    return absl::InvalidArgumentError("The string is not valid Base64");
  }
  std::string json;
  AppendJsonString(bytes, &json);
  JsonParse parsed = ParseJson(std::move(json));
  if (!parsed.ok()) return absl::InvalidArgumentError("The decoded bytes are not UTF-8 text");
  return *std::move(parsed.value);
}

// What is no string is hashed as the compact JSON text it has.
Answer Hash(const Arguments& arguments) {
  const Json& data = arguments.values[0];
  if (data.is_null()) return absl::InvalidArgumentError("The data to hash must not be null");
  const std::string text = data.is_string() ? std::string(data.as_string()) : data.Compact();
  if (absl::Status s = CheckLength(text); !s.ok()) return s;
  const absl::StatusOr<std::string_view> name = TextArgument(arguments, 1);
  if (!name.ok()) return name.status();
  const auto* found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                   [&](const auto& a) { return a.first == *name; });
  if (found == kAlgorithms.end()) {
    return absl::InvalidArgumentError(fmt::format(
        "The algorithm '{}' is not one of MD5, SHA-1, SHA-256, SHA-384, SHA-512", *name));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  [[maybe_unused]] const int ok =
      EVP_Digest(text.data(), text.size(), digest.data(), &size, found->second(), nullptr);
  assert(ok == 1);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return TextValue(hex);
}

}  // namespace asl::intrinsics
