// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "fmt/format.h"

namespace workers::aws {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";

std::string Hmac(std::string_view key, std::string_view text) {
  std::string code(SHA256_DIGEST_LENGTH, '\0');
  unsigned int length = 0;
  [[maybe_unused]] const unsigned char* ok =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(code.data()), &length);
  assert(ok != nullptr && length == code.size());
  return code;
}

std::vector<std::string_view> SplitAt(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// Without empty and dot segments, then encoded: a path that was encoded for the wire is encoded
// twice.
std::string CanonicalPath(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : SplitAt(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string canonical;
  for (const std::string_view segment : kept) {
    canonical += '/';
    canonical += PercentEncode(segment);
  }
  if (kept.empty() || path.ends_with('/')) canonical += '/';
  return canonical;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string DecodeQuery(std::string_view text) {
  std::string decoded;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool encoded = text[at] == '%' && at + 2 < text.size() && HexDigit(text[at + 1]) >= 0 &&
                         HexDigit(text[at + 2]) >= 0;
    if (encoded) {
      decoded += static_cast<char>(HexDigit(text[at + 1]) * 16 + HexDigit(text[at + 2]));
      at += 2;
    } else {
      decoded += text[at] == '+' ? ' ' : text[at];
    }
  }
  return decoded;
}

// Sorted by name, then value, both as encoded.
std::string CanonicalQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view parameter : SplitAt(query, '&')) {
    if (parameter.empty()) continue;
    const size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view value =
        equals < parameter.size() ? parameter.substr(equals + 1) : std::string_view();
    parameters.emplace_back(PercentEncode(DecodeQuery(parameter.substr(0, equals))),
                            PercentEncode(DecodeQuery(value)));
  }
  std::sort(parameters.begin(), parameters.end());
  return absl::StrJoin(parameters, "&", absl::PairFormatter("="));
}

// Trimmed, each run of white space one blank; the continuation of a folded line counts as such.
void AppendHeaderValue(std::string_view value, std::string* out) {
  const size_t before = out->size();
  for (size_t begin = value.find_first_not_of(kBlank); begin != std::string_view::npos;) {
    const size_t end = std::min(value.find_first_of(kBlank, begin), value.size());
    if (out->size() > before) *out += ' ';
    *out += value.substr(begin, end - begin);
    begin = value.find_first_not_of(kBlank, end);
  }
}

std::string CanonicalHeader(const HttpHeaders& headers, const std::string& name) {
  std::string line = name + ':';
  bool first = true;
  for (const HttpHeader& header : headers) {
    if (!IsHeader(header, name)) continue;
    if (!first) line += ',';
    first = false;
    AppendHeaderValue(header.value, &line);
  }
  return line + '\n';
}

// What proxies and HTTP clients add or change, and what carries the signature itself.
bool IsSigned(const std::string& name) {
  static const std::set<std::string, std::less<>> kUnsigned = {
      "authorization",       "connection", "content-length", "expect",
      "keep-alive",          "te",         "trailer",        "transfer-encoding",
      "proxy-authorization", "upgrade",    "user-agent",     "x-amzn-trace-id"};
  return !kUnsigned.contains(name);
}

std::string ScopeText(std::string_view amz_date, const SigningScope& scope) {
  return fmt::format("{}/{}/{}/aws4_request", amz_date.substr(0, 8), scope.region, scope.service);
}

}  // namespace

std::string Sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string AmzDate(absl::Time time) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
}

std::vector<std::string> HeadersToSign(const HttpHeaders& headers) {
  std::set<std::string> names;
  for (const HttpHeader& header : headers) {
    std::string name = absl::AsciiStrToLower(header.name);
    if (IsSigned(name)) names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

std::string CanonicalRequest(const HttpRequest& request,
                             const std::vector<std::string>& signed_headers) {
  std::string canonical = fmt::format("{}\n{}\n{}\n", request.method, CanonicalPath(request.path),
                                      CanonicalQuery(request.query));
  for (const std::string& name : signed_headers) {
    canonical += CanonicalHeader(request.headers, name);
  }
  canonical += fmt::format("\n{}\n{}", absl::StrJoin(signed_headers, ";"),
                           absl::BytesToHexString(Sha256(request.body)));
  return canonical;
}

std::string StringToSign(std::string_view amz_date, const SigningScope& scope,
                         std::string_view canonical_request) {
  return fmt::format("{}\n{}\n{}\n{}", kSigV4Algorithm, amz_date, ScopeText(amz_date, scope),
                     absl::BytesToHexString(Sha256(canonical_request)));
}

Secret SigningKey(const Secret& secret_access_key, std::string_view amz_date,
                  const SigningScope& scope) {
  std::string key = Hmac("AWS4" + secret_access_key.Reveal(), amz_date.substr(0, 8));
  key = Hmac(key, scope.region);
  key = Hmac(key, scope.service);
  return Secret(Hmac(key, "aws4_request"));
}

std::string Signature(const Secret& signing_key, std::string_view string_to_sign) {
  return absl::BytesToHexString(Hmac(signing_key.Reveal(), string_to_sign));
}

Secret SigningKeys::Of(const Credentials& credentials, std::string_view amz_date,
                       const SigningScope& scope) {
  const std::string name =
      fmt::format("{}/{}", credentials.access_key_id, ScopeText(amz_date, scope));
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(name);
  if (found != known_.end() && found->second.secret_access_key == credentials.secret_access_key)
    return found->second.signing_key;
  Secret key = SigningKey(credentials.secret_access_key, amz_date, scope);
  if (known_.size() >= kKnownMax) known_.clear();
  known_.insert_or_assign(name, Known{credentials.secret_access_key, key});
  return key;
}

void Sign(const Credentials& credentials, const SigningScope& scope, absl::Time now,
          HttpRequest* request, SigningKeys* keys) {
  HttpHeaders& headers = request->headers;
  const auto add = [&headers](std::string_view name, std::string value) {
    if (FindHeader(headers, name) == nullptr)
      headers.push_back({std::string(name), std::move(value)});
  };
  const size_t scheme = request->origin.find("://");
  add("Host", scheme == std::string::npos ? request->origin : request->origin.substr(scheme + 3));
  add("X-Amz-Date", AmzDate(now));
  if (!credentials.session_token.empty())
    add("X-Amz-Security-Token", credentials.session_token.Reveal());

  const std::string amz_date = *FindHeader(headers, "X-Amz-Date");
  const std::vector<std::string> names = HeadersToSign(headers);
  const Secret key = keys != nullptr ? keys->Of(credentials, amz_date, scope)
                                     : SigningKey(credentials.secret_access_key, amz_date, scope);
  const std::string text = StringToSign(amz_date, scope, CanonicalRequest(*request, names));
  headers.push_back(
      {"Authorization",
       fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kSigV4Algorithm,
                   credentials.access_key_id, ScopeText(amz_date, scope), absl::StrJoin(names, ";"),
                   Signature(key, text))});
}

}  // namespace workers::aws
