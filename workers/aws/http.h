// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// HTTP requests and answers as this target sees them. Plain data, any thread; knows nothing of AWS,
// nor of what carries them (http_client.h).
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace workers::aws {

struct HttpHeader {
  std::string name;
  std::string value;
};
using HttpHeaders = std::vector<HttpHeader>;

bool IsHeader(const HttpHeader& header, std::string_view name);  // whatever its case
// The value of the first of that name; nullptr when there is none.
const std::string* FindHeader(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
  std::string method = "POST";
  std::string origin;      // "https://host" or "http://host:port"
  std::string path = "/";  // as on the wire: percent-encoded
  std::string query;       // likewise, without the '?'
  HttpHeaders headers;
  std::string body;

  absl::Duration timeout = absl::Seconds(60);  // for all of it, from name resolution to last byte
  size_t response_bytes_max = 8 << 20;         // of the answer's body; a longer one is kTooLarge
  bool direct = false;                         // not through a proxy that the environment names
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

enum class HttpFailureKind { kNotConnected, kTimeout, kBroken, kTooLarge, kCancelled };

// There is no answer, or not a whole one.
struct HttpFailure {
  HttpFailureKind kind = HttpFailureKind::kBroken;
  bool sent = false;    // the server may have received the request, and may have acted on it
  std::string message;  // worded as AWS's SDK for Java does, whose texts Step Functions shows
};

using HttpResult = std::variant<HttpResponse, HttpFailure>;

// Everything but the unreserved characters of RFC 3986 percent-encoded, upper-case; '/' too, unless
// it is kept.
enum class Slash { kEncode, kKeep };
std::string PercentEncode(std::string_view text, Slash slash = Slash::kEncode);

}  // namespace workers::aws
