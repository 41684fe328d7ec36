// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// AWS Signature Version 4 over headers: what a request's signature is, and putting it on one.
// sigv4_verify.h checks it with the same functions. Pure; any thread. Presigned URLs and the
// exceptions that S3 makes are not here.
// Source: AWS Identity and Access Management guide, "Create a signed AWS API request".
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "workers/aws/credentials.h"
#include "workers/aws/http.h"

namespace workers::aws {

inline constexpr std::string_view kSigV4Algorithm = "AWS4-HMAC-SHA256";

// Whom a signature is for.
struct SigningScope {
  std::string region;
  std::string service;  // its signing name, such as "states"
};

// The keys that signatures are made with last a day: kept, they save half of the work. Any thread.
class SigningKeys {
 public:
  Secret Of(const Credentials& credentials, std::string_view amz_date, const SigningScope& scope);

 private:
  struct Known {
    Secret secret_access_key;
    Secret signing_key;
  };
  static constexpr size_t kKnownMax = 1024;

  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;  // by access key, day and scope; guarded
};

// Adds Host, X-Amz-Date and, for temporary credentials, X-Amz-Security-Token where they are
// missing, then Authorization, which signs every header but those that proxies and clients change.
void Sign(const Credentials& credentials, const SigningScope& scope, absl::Time now,
          HttpRequest* request, SigningKeys* keys = nullptr);

// --- the steps ---

// The instant as signatures spell it: 20150830T123600Z.
std::string AmzDate(absl::Time time);
// Names of the headers that Sign signs: lower case, sorted, each once.
std::vector<std::string> HeadersToSign(const HttpHeaders& headers);
// Over the headers named in `signed_headers`, in that order.
std::string CanonicalRequest(const HttpRequest& request,
                             const std::vector<std::string>& signed_headers);
std::string StringToSign(std::string_view amz_date, const SigningScope& scope,
                         std::string_view canonical_request);
Secret SigningKey(const Secret& secret_access_key, std::string_view amz_date,
                  const SigningScope& scope);
// 64 hexadecimal digits.
std::string Signature(const Secret& signing_key, std::string_view string_to_sign);
std::string Sha256(std::string_view bytes);  // 32 bytes

}  // namespace workers::aws
