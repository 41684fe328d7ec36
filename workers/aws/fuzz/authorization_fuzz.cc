// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Any bytes as headers (one a line, "name:value") of a request are verified: no key is known to
// them, so nothing may be accepted. What an Authorization header is read as, written again, reads
// the same.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/str_join.h"
#include "fmt/format.h"
#include "workers/aws/sigv4_verify.h"

using workers::aws::Authorization;

namespace {

workers::aws::HttpRequest Read(std::string_view text) {
  workers::aws::HttpRequest request;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      request.path = line;
      request.query = line;
      request.body = line;
    } else {
      request.headers.push_back(
          {std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return request;
}

std::string Write(const Authorization& authorization) {
  return fmt::format(
      "AWS4-HMAC-SHA256 Credential={}/{}/{}/{}/aws4_request, SignedHeaders={}, "
      "Signature={}",
      authorization.access_key_id, authorization.date, authorization.scope.region,
      authorization.scope.service, absl::StrJoin(authorization.signed_headers, ";"),
      authorization.signature);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const workers::aws::HttpRequest request = Read(bytes);
  // The time of the seeds; the key is one that the fuzzer cannot sign with.
  const absl::Time now = absl::FromUnixSeconds(1440938160);
  const workers::aws::SigV4Verifier verifier(
      {"", "service"}, {{"AKIDEXAMPLE", workers::aws::Secret("unguessable"), {}, {}}});
  const auto verdict = verifier.Verify(request, now);
  assert(std::holds_alternative<workers::aws::AuthRefusal>(verdict));

  const std::string* header = FindHeader(request.headers, "Authorization");
  if (header == nullptr) return 0;
  const auto first = workers::aws::ParseAuthorization(*header);
  if (const auto* authorization = std::get_if<Authorization>(&first)) {
    const std::string written = Write(*authorization);
    if (written.size() > workers::aws::kAuthorizationBytesMax) return 0;
    const auto second = workers::aws::ParseAuthorization(written);
    assert(Write(std::get<Authorization>(second)) == written);
  }
  return 0;
}
