// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Checks the Signature Version 4 of requests that a server of ours received: who sent it, or why it
// is refused, named and worded as AWS does. Every header is taken for hostile: nothing here fails
// but by an answer, and the work is bounded by the size of the request. Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "workers/aws/credentials.h"
#include "workers/aws/http.h"
#include "workers/aws/sigv4.h"

namespace workers::aws {

// A signature is good for this long before and after the time it names, as on AWS.
inline constexpr absl::Duration kClockSkewMax = absl::Minutes(5);
inline constexpr size_t kAuthorizationBytesMax = 8192;  // a header of AWS's SDKs has about 300
inline constexpr size_t kSignedHeadersMax = 128;

// An error of AWS's by the name that SDKs know: MissingAuthenticationTokenException,
// IncompleteSignatureException, InvalidSignatureException, UnrecognizedClientException or
// ExpiredTokenException.
struct AuthRefusal {
  std::string_view code;
  std::string message;
};

struct Caller {
  std::string access_key_id;
  std::string region;  // that the signature names
};

class SigV4Verifier {
 public:
  // An empty region accepts signatures for any. Credentials with a session token are known only
  // together with it.
  SigV4Verifier(SigningScope scope, std::vector<Credentials> known);

  std::variant<Caller, AuthRefusal> Verify(const HttpRequest& request, absl::Time now) const;

 private:
  const SigningScope scope_;
  std::map<std::string, Credentials, std::less<>> known_;  // by access key id
  mutable SigningKeys keys_;
};

// What an Authorization header says.
struct Authorization {
  std::string access_key_id;
  std::string date;  // yyyymmdd
  SigningScope scope;
  std::vector<std::string> signed_headers;
  std::string signature;
};
std::variant<Authorization, AuthRefusal> ParseAuthorization(std::string_view header);

}  // namespace workers::aws
