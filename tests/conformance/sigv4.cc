// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// sigv4: AWS's own vectors, both ways. A request signed gives their canonical request, string to
// sign and header; a signed request is accepted, and refused with any byte changed that changes
// what was signed.
#include <fmt/format.h>

#include <algorithm>

#include "tests/conformance/adapters.h"
#include "workers/aws/sigv4_verify.h"

namespace conformance {
namespace {

namespace aws = workers::aws;

// The README's: of every case.
const aws::SigningScope kScope{"us-east-1", "service"};
constexpr char kAccessKeyId[] = "AKIDEXAMPLE";
constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const absl::Time kNow = absl::FromUnixSeconds(1440938160);  // 20150830T123600Z

void Describe(Case& one) {
  one.id = Text(one.json, "id");
  one.area = one.id.substr(0, one.id.find('-'));
}

// As a server would read it; a line that is no header is left out, one that is folded is joined.
aws::HttpRequest ReadRequest(const std::string& text) {
  aws::HttpRequest request;
  const size_t blank_line = std::min(text.find("\n\n"), text.size());
  if (blank_line < text.size()) request.body = text.substr(blank_line + 2);
  const std::string head = text.substr(0, blank_line);
  const size_t line_end = std::min(head.find('\n'), head.size());
  const size_t first = std::min(head.find(' '), line_end);
  const size_t last = std::min(head.rfind(" HTTP", line_end), line_end);
  request.method = head.substr(0, first);
  const std::string target = last > first ? head.substr(first + 1, last - first - 1) : "";
  const size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  if (question < target.size()) request.query = target.substr(question + 1);
  for (size_t at = line_end + 1; at < head.size();) {
    const size_t end = std::min(head.find('\n', at), head.size());
    const std::string line = head.substr(at, end - at);
    const size_t colon = line.find(':');
    if (line.starts_with(' ') && !request.headers.empty()) {
      request.headers.back().value += '\n' + line;
    } else if (colon != std::string::npos) {
      request.headers.push_back({line.substr(0, colon), line.substr(colon + 1)});
    }
    at = end + 1;
  }
  return request;
}

std::string Header(const aws::HttpRequest& request, std::string_view name) {
  const std::string* value = aws::FindHeader(request.headers, name);
  return value == nullptr ? "" : *value;
}

struct Vector {
  std::string req, creq, sts, authz, sreq;
  std::string token;  // of the signed request
};

Vector ReadVector(const Case& one, Verdict* verdict) {
  Vector vector{Text(one.json, "req"),   Text(one.json, "creq"), Text(one.json, "sts"),
                Text(one.json, "authz"), Text(one.json, "sreq"), ""};
  // AWS's own get-vanilla-with-session-token has another header in its signed request than its other
  // three files lead to, one with 62 digits: it is judged by theirs.
  const size_t header = vector.sreq.find("AWS4-HMAC-SHA256");
  const bool agrees = vector.sreq.find(vector.authz) == header;
  if (header != std::string::npos && !agrees)
    vector.sreq.replace(header, vector.sreq.find('\n', header) - header, vector.authz);
  ++verdict->compared[agrees ? "signed as published" : "signed with the case's own header"];
  vector.token = Header(ReadRequest(vector.sreq), "X-Amz-Security-Token");
  return vector;
}

void CheckSigning(const Vector& vector, Verdict* verdict) {
  aws::HttpRequest request = ReadRequest(vector.req);
  // The token that a vector signs is the credentials'; where it was added later, they have none.
  const bool signs_token = vector.creq.find("x-amz-security-token") != std::string::npos;
  aws::Sign({kAccessKeyId, aws::Secret(kSecret), aws::Secret(signs_token ? vector.token : ""), {}},
            kScope, kNow, &request);
  const std::string canonical = aws::CanonicalRequest(request, aws::HeadersToSign(request.headers));
  ExpectEqual("canonical request", vector.creq, canonical, verdict);
  ExpectEqual("string to sign", vector.sts,
              aws::StringToSign(aws::AmzDate(kNow), kScope, canonical), verdict);
  ExpectEqual("Authorization", vector.authz, Header(request, "Authorization"), verdict);
}

// Whether it still says, to the byte that is hashed, what AWS signed.
bool SaysTheSame(const Vector& vector, const aws::HttpRequest& changed) {
  const auto parsed = aws::ParseAuthorization(Header(changed, "Authorization"));
  const auto* now = std::get_if<aws::Authorization>(&parsed);
  if (now == nullptr) return false;
  const auto before = std::get<aws::Authorization>(aws::ParseAuthorization(vector.authz));
  return now->access_key_id == before.access_key_id && now->date == before.date &&
         now->scope.region == before.scope.region && now->scope.service == before.scope.service &&
         now->signature == before.signature &&
         aws::CanonicalRequest(changed, now->signed_headers) == vector.creq &&
         Header(changed, "X-Amz-Security-Token") == vector.token;
}

void CheckVerifying(const Vector& vector, Verdict* verdict) {
  const aws::SigV4Verifier verifier(
      kScope, {{kAccessKeyId, aws::Secret(kSecret), aws::Secret(vector.token), {}}});
  const auto answer = [&verifier](const aws::HttpRequest& request) {
    const auto verified = verifier.Verify(request, kNow);
    const auto* refusal = std::get_if<aws::AuthRefusal>(&verified);
    return refusal == nullptr ? std::string("accepted") : fmt::format("refused: {}", refusal->code);
  };
  ExpectEqual("the signed request", "accepted", answer(ReadRequest(vector.sreq)), verdict);
  for (size_t at = 0; at < vector.sreq.size(); ++at) {
    for (const int bit : {0x01, 0x04, 0x20}) {
      std::string bytes = vector.sreq;
      bytes[at] = static_cast<char>(bytes[at] ^ bit);
      const aws::HttpRequest changed = ReadRequest(bytes);
      const bool accepted = answer(changed) == "accepted";
      ++verdict->compared["a changed byte"];
      if (accepted != SaysTheSame(vector, changed))
        verdict->differences.push_back({fmt::format("byte {} changed:\n{}", at, bytes),
                                        accepted ? "refused" : "accepted",
                                        accepted ? "accepted" : "refused"});
    }
  }
}

Verdict Run(const Case& one) {
  Verdict verdict;
  const Vector vector = ReadVector(one, &verdict);
  CheckSigning(vector, &verdict);
  CheckVerifying(vector, &verdict);
  return verdict;
}

}  // namespace

Corpus SigV4() { return {"sigv4", {"creq", "sreq"}, Describe, Run}; }

}  // namespace conformance
