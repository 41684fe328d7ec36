// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The order of checks and the texts are those of AWS's front doors: is there a signature, can it be
// read, is it for here and for now, is its key known, and only then whether it is right.
#include "workers/aws/sigv4_verify.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "fmt/format.h"

namespace workers::aws {
namespace {

constexpr std::string_view kHashed = "(hashed with SHA-256 and encoded with Base64)";

AuthRefusal Incomplete(std::string message) {
  return {"IncompleteSignatureException", std::move(message)};
}
AuthRefusal Invalid(std::string message) {
  return {"InvalidSignatureException", std::move(message)};
}
AuthRefusal Unrecognized() {
  return {"UnrecognizedClientException", "The security token included in the request is invalid."};
}

// Messages show the hash of what was sent: a header in the wrong place may be a secret.
std::string Hash(std::string_view text) { return absl::Base64Escape(Sha256(text)); }

bool Same(std::string_view a, std::string_view b) {  // in a time that does not depend on where
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// The parts between separators, at most `max`; what follows the last stays in one piece.
std::vector<std::string_view> Split(std::string_view text, char separator, size_t max) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < max) {
    const size_t end = text.find(separator);
    if (end == std::string_view::npos) break;
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

struct Parameters {
  std::optional<std::string_view> credential, signed_headers, signature;
};

std::optional<AuthRefusal> ReadParameters(std::string_view text, Parameters* parameters) {
  for (const std::string_view part : Split(text, ',', kSignedHeadersMax)) {
    const std::string_view pair = Trim(part);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return Incomplete(
          fmt::format("Invalid key=value pair (missing equal-sign) in Authorization header {}: "
                      "'{}'.",
                      kHashed, Hash(pair)));
    const std::string_view name = pair.substr(0, equals);
    std::optional<std::string_view>* value = name == "Credential"      ? &parameters->credential
                                             : name == "SignedHeaders" ? &parameters->signed_headers
                                             : name == "Signature"     ? &parameters->signature
                                                                       : nullptr;
    if (value == nullptr) continue;
    if (value->has_value())
      return Incomplete(fmt::format("Authorization header has '{}' twice.", name));
    *value = pair.substr(equals + 1);
  }
  return std::nullopt;
}

std::optional<AuthRefusal> ReadCredential(std::string_view text, Authorization* authorization) {
  const std::vector<std::string_view> parts = Split(text, '/', 6);
  const bool whole = parts.size() == 5 && std::none_of(parts.begin(), parts.end(),
                                                       [](auto part) { return part.empty(); });
  if (!whole)
    return Incomplete(
        fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. "
                    "keyid/date/region/service/term {}: '{}'.",
                    kHashed, Hash(text)));
  if (parts[4] != "aws4_request")
    return Invalid("Credential should be scoped with a valid terminator: 'aws4_request'.");
  authorization->access_key_id = parts[0];
  authorization->date = parts[1];
  authorization->scope = {std::string(parts[2]), std::string(parts[3])};
  return std::nullopt;
}

std::optional<AuthRefusal> ReadSignedHeaders(std::string_view text, Authorization* authorization) {
  for (const std::string_view name : Split(text, ';', kSignedHeadersMax)) {
    if (!IsHeaderName(name))
      return Incomplete(
          fmt::format("SignedHeaders must be lower-case names of headers, separated by ';', {} at "
                      "most {}: '{}'.",
                      kSignedHeadersMax, kHashed, Hash(text)));
    authorization->signed_headers.emplace_back(name);
  }
  return std::nullopt;
}

// From X-Amz-Date, which wins, or Date; `name` is the header's, lower-case.
struct SigningTime {
  std::string_view name;
  absl::Time time;
};

// nullopt unless it is spelled as AmzDate or RFC 9110 writes it; the library takes more.
std::optional<absl::Time> ReadDate(const std::string& text) {
  const auto number = [&text](size_t begin, size_t length) {
    int value = 0;
    return absl::SimpleAtoi(text.substr(begin, length), &value) ? value : 0;
  };
  if (text.size() == AmzDate(absl::UnixEpoch()).size()) {
    const absl::CivilSecond second(number(0, 4), number(4, 2), number(6, 2), number(9, 2),
                                   number(11, 2), number(13, 2));
    const absl::Time time = absl::FromCivil(second, absl::UTCTimeZone());
    if (AmzDate(time) == text) return time;
    return std::nullopt;
  }
  static constexpr char kHttpDate[] = "%a, %d %b %Y %H:%M:%S GMT";
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(kHttpDate, text, &time, &error)) return std::nullopt;
  if (absl::FormatTime(kHttpDate, time, absl::UTCTimeZone()) != text) return std::nullopt;
  return time;
}

std::optional<SigningTime> ReadTime(const HttpHeaders& headers) {
  for (const std::string_view name : {"x-amz-date", "date"}) {
    const std::string* value = FindHeader(headers, name);
    if (value == nullptr) continue;
    const std::optional<absl::Time> time = ReadDate(*value);
    if (!time) return std::nullopt;
    return SigningTime{name, *time};
  }
  return std::nullopt;
}

// What a signature must cover, or somebody on the way could turn the request into another one.
std::optional<AuthRefusal> CheckCovers(const HttpRequest& request, const SigningTime& time,
                                       const std::vector<std::string>& signed_headers) {
  const auto covered = [&signed_headers](std::string_view name) {
    return std::find(signed_headers.begin(), signed_headers.end(), name) != signed_headers.end();
  };
  for (const std::string_view name :
       {std::string_view("host"), time.name, std::string_view("x-amz-target")}) {
    if (!covered(name) && (name == "host" || FindHeader(request.headers, name) != nullptr))
      return Invalid(fmt::format("'{}' must be a 'SignedHeader' in the AWS Authorization.", name));
  }
  for (const std::string& name : signed_headers) {
    if (FindHeader(request.headers, name) == nullptr)
      return Invalid(fmt::format("The signed header '{}' is not in the request.", name));
  }
  return std::nullopt;
}

std::optional<AuthRefusal> CheckScope(const Authorization& authorization, const SigningScope& here,
                                      std::string_view amz_date) {
  if (authorization.date != amz_date.substr(0, 8))
    return Invalid(
        fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
                    "date from HTTP: '{}' != '{}', from '{}'.",
                    authorization.date, amz_date.substr(0, 8), amz_date));
  if (authorization.scope.service != here.service)
    return Invalid(
        fmt::format("Credential should be scoped to correct service: '{}'.", here.service));
  if (!here.region.empty() && authorization.scope.region != here.region)
    return Invalid(fmt::format("Credential should be scoped to a valid region, not '{}'.",
                               authorization.scope.region));
  return std::nullopt;
}

std::optional<AuthRefusal> CheckSkew(absl::Time signed_at, absl::Time now) {
  const std::string at = AmzDate(signed_at);
  const int64_t minutes = absl::ToInt64Minutes(kClockSkewMax);
  if (signed_at < now - kClockSkewMax)
    return Invalid(fmt::format("Signature expired: {} is now earlier than {} ({} - {} min.)", at,
                               AmzDate(now - kClockSkewMax), AmzDate(now), minutes));
  if (signed_at > now + kClockSkewMax)
    return Invalid(
        fmt::format("Signature not yet current: {} is still later than {} ({} + {} "
                    "min.)",
                    at, AmzDate(now + kClockSkewMax), AmzDate(now), minutes));
  return std::nullopt;
}

}  // namespace

std::variant<Authorization, AuthRefusal> ParseAuthorization(std::string_view header) {
  if (header.size() > kAuthorizationBytesMax)
    return Incomplete(fmt::format("Authorization header has {} bytes, at most {} are accepted.",
                                  header.size(), kAuthorizationBytesMax));
  const std::string_view text = Trim(header);
  const size_t blank = std::min(text.find(' '), text.size());
  if (text.substr(0, blank) != kSigV4Algorithm)
    return Incomplete(fmt::format("Authorization header must begin with '{}' {}: '{}'.",
                                  kSigV4Algorithm, kHashed, Hash(header)));
  Parameters parameters;
  if (auto refusal = ReadParameters(text.substr(blank), &parameters)) return *refusal;
  std::string missing;
  if (!parameters.credential) missing += "Authorization header requires 'Credential' parameter. ";
  if (!parameters.signature) missing += "Authorization header requires 'Signature' parameter. ";
  if (!parameters.signed_headers)
    missing += "Authorization header requires 'SignedHeaders' parameter. ";
  if (!missing.empty())
    return Incomplete(fmt::format("{}{} Authorization={}", missing, kHashed, Hash(header)));

  Authorization authorization;
  if (auto refusal = ReadCredential(*parameters.credential, &authorization)) return *refusal;
  if (auto refusal = ReadSignedHeaders(*parameters.signed_headers, &authorization)) return *refusal;
  authorization.signature = *parameters.signature;
  return authorization;
}

SigV4Verifier::SigV4Verifier(SigningScope scope, std::vector<Credentials> known)
    : scope_(std::move(scope)) {
  for (Credentials& credentials : known) {
    std::string id = credentials.access_key_id;
    known_.insert_or_assign(std::move(id), std::move(credentials));
  }
}

std::variant<Caller, AuthRefusal> SigV4Verifier::Verify(const HttpRequest& request,
                                                        absl::Time now) const {
  const std::string* header = FindHeader(request.headers, "Authorization");
  if (header == nullptr)
    return AuthRefusal{"MissingAuthenticationTokenException",
                       "Request is missing Authentication Token"};
  std::variant<Authorization, AuthRefusal> parsed = ParseAuthorization(*header);
  if (auto* refusal = std::get_if<AuthRefusal>(&parsed)) return *refusal;
  const auto& authorization = std::get<Authorization>(parsed);
  const std::optional<SigningTime> time = ReadTime(request.headers);
  if (!time)
    return Incomplete(
        fmt::format("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                    "header. {} Authorization={}",
                    kHashed, Hash(*header)));
  const std::string amz_date = AmzDate(time->time);
  if (auto refusal = CheckCovers(request, *time, authorization.signed_headers)) return *refusal;
  if (auto refusal = CheckScope(authorization, scope_, amz_date)) return *refusal;
  if (auto refusal = CheckSkew(time->time, now)) return *refusal;

  const auto known = known_.find(authorization.access_key_id);
  if (known == known_.end()) return Unrecognized();
  const Credentials& credentials = known->second;
  const std::string* token = FindHeader(request.headers, "X-Amz-Security-Token");
  if (!Same(token == nullptr ? "" : *token, credentials.session_token.Reveal()))
    return Unrecognized();
  const std::string expected =
      Signature(keys_.Of(credentials, amz_date, authorization.scope),
                StringToSign(amz_date, authorization.scope,
                             CanonicalRequest(request, authorization.signed_headers)));
  if (!Same(authorization.signature, expected))
    return Invalid(
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key and signing method. Consult the service documentation for details.");
  // Whether a key is expired is told to those only who have it.
  if (credentials.expires && now >= *credentials.expires)
    return AuthRefusal{"ExpiredTokenException",
                       "The security token included in the request is expired"};
  return Caller{authorization.access_key_id, authorization.scope.region};
}

}  // namespace workers::aws
