// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/sigv4.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "workers/aws/sigv4_verify.h"

namespace workers::aws {
namespace {

const SigningScope kScope{"eu-central-1", "states"};
const absl::Time kNow = absl::FromUnixSeconds(1792411200);  // 20261019T120000Z
const Credentials kAda{"AKIDADA", Secret("ada's secret"), {}, {}};

HttpRequest ListActivities() {
  return {.origin = "http://127.0.0.1:8083",
          .headers = {{"X-Amz-Target", "AWSStepFunctions.ListActivities"},
                      {"Content-Type", "application/x-amz-json-1.0"},
                      {"User-Agent", "test"}},
          .body = "{}"};
}

HttpRequest Signed(const Credentials& credentials = kAda, absl::Time at = kNow) {
  HttpRequest request = ListActivities();
  Sign(credentials, kScope, at, &request);
  return request;
}

std::string& Header(HttpRequest& request, std::string_view name) {
  for (HttpHeader& header : request.headers) {
    if (IsHeader(header, name)) return header.value;
  }
  return request.headers.emplace_back(HttpHeader{std::string(name), ""}).value;
}

// "AKIDADA eu-central-1", or "InvalidSignatureException: why".
std::string Check(const HttpRequest& request, absl::Time now = kNow, SigningScope scope = kScope,
                  std::vector<Credentials> known = {kAda}) {
  const auto verdict = SigV4Verifier(std::move(scope), std::move(known)).Verify(request, now);
  if (const auto* caller = std::get_if<Caller>(&verdict))
    return fmt::format("{} {}", caller->access_key_id, caller->region);
  const auto& refusal = std::get<AuthRefusal>(verdict);
  return fmt::format("{}: {}", refusal.code, refusal.message);
}

// The same with one part of the Authorization header replaced.
std::string CheckEdited(const std::string& part, const std::string& by) {
  HttpRequest request = Signed();
  std::string& header = Header(request, "Authorization");
  const size_t at = header.find(part);
  EXPECT_NE(at, std::string::npos) << header;
  header.replace(at, part.size(), by);
  const std::string answer = Check(request);
  return answer.substr(
      0, answer.find("hashed") == std::string::npos ? answer.size() : answer.find("hashed") - 1);
}

TEST(SigV4, ARequestThatWasSignedIsAccepted) {
  EXPECT_EQ(Check(Signed()), "AKIDADA eu-central-1");
  EXPECT_EQ(Check(Signed(), kNow, {"", "states"}), "AKIDADA eu-central-1");
}

TEST(SigV4, WhatProxiesChangeIsNotSignedAndEverythingElseIs) {
  HttpRequest request = Signed();
  Header(request, "User-Agent") = "changed";
  Header(request, "X-Amzn-Trace-Id") = "added";
  EXPECT_EQ(Check(request), "AKIDADA eu-central-1");
  const std::string no_match =
      "InvalidSignatureException: The request signature we calculated does not match the signature "
      "you provided. Check your AWS Secret Access Key and signing method. Consult the service "
      "documentation for details.";
  for (const std::string name : {"X-Amz-Target", "Content-Type", "Host"}) {
    HttpRequest changed = Signed();
    Header(changed, name) += "x";
    EXPECT_EQ(Check(changed), no_match) << name;
  }
  request.body = "{ }";
  EXPECT_EQ(Check(request), no_match);
  EXPECT_EQ(Check(Signed({"AKIDADA", Secret("guess"), {}, {}})), no_match);
}

TEST(SigV4, APathThatIsEncodedOnTheWireIsEncodedOnceMoreToBeSigned) {
  const HttpRequest request{
      .path =
          "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A1%3Afunction%3Af/invocations",
      .query = "Qualifier=%24LATEST"};
  const std::vector<std::string> lines = absl::StrSplit(CanonicalRequest(request, {}), '\n');
  EXPECT_EQ(
      lines[1],
      "/2015-03-31/functions/arn%253Aaws%253Alambda%253Aeu-central-1%253A1%253Afunction%253Af/"
      "invocations");
  EXPECT_EQ(lines[2], "Qualifier=%24LATEST");
}

TEST(SigV4, AQueryMeansTheSameHoweverItsCharactersAreSpelled) {
  const auto canonical = [](std::string query) {
    const std::vector<std::string> lines =
        absl::StrSplit(CanonicalRequest({.query = std::move(query)}, {}), '\n');
    return lines[2];
  };
  EXPECT_EQ(canonical("b=%7e&a=x+y&a=%41&&c"), "a=A&a=x%20y&b=~&c=");
  EXPECT_EQ(canonical("a=100%&b=%zz&c=%4"), "a=100%25&b=%25zz&c=%254");
}

TEST(SigV4, ASignatureHoldsForFiveMinutesEitherWay) {
  const HttpRequest request = Signed();
  EXPECT_EQ(Check(request, kNow + absl::Minutes(5)), "AKIDADA eu-central-1");
  EXPECT_EQ(Check(request, kNow - absl::Minutes(5)), "AKIDADA eu-central-1");
  EXPECT_EQ(Check(request, kNow + absl::Minutes(5) + absl::Seconds(1)),
            "InvalidSignatureException: Signature expired: 20261019T120000Z is now earlier than "
            "20261019T120001Z (20261019T120501Z - 5 min.)");
  EXPECT_EQ(Check(request, kNow - absl::Minutes(5) - absl::Seconds(1)),
            "InvalidSignatureException: Signature not yet current: 20261019T120000Z is still later "
            "than 20261019T115959Z (20261019T115459Z + 5 min.)");
}

TEST(SigV4, ASessionTokenMustBeTheOneThatCameWithTheKey) {
  const Credentials session{"AKIDADA", Secret("s"), Secret("token"), kNow + absl::Minutes(1)};
  const std::string unknown =
      "UnrecognizedClientException: The security token included in the request is invalid.";
  EXPECT_EQ(Check(Signed(session), kNow, kScope, {session}), "AKIDADA eu-central-1");
  EXPECT_EQ(Check(Signed(kAda), kNow, kScope, {session}), unknown);
  EXPECT_EQ(Check(Signed(session), kNow, kScope, {kAda}), unknown);
  EXPECT_EQ(Check(Signed({"AKIDBOB", Secret("b"), {}, {}})), unknown);
  EXPECT_EQ(Check(Signed(session), kNow + absl::Minutes(1), kScope, {session}),
            "ExpiredTokenException: The security token included in the request is expired");
}

TEST(SigV4, ARequestWithoutASignatureIsToldSo) {
  EXPECT_EQ(Check(ListActivities()),
            "MissingAuthenticationTokenException: Request is missing Authentication Token");
}

TEST(SigV4, AHeaderThatCannotBeReadIsIncomplete) {
  const std::string incomplete = "IncompleteSignatureException: ";
  EXPECT_EQ(CheckEdited("Credential=", "Cred="),
            incomplete + "Authorization header requires 'Credential' parameter. ");
  EXPECT_EQ(CheckEdited("AWS4-HMAC-SHA256", "Basic"),
            incomplete + "Authorization header must begin with 'AWS4-HMAC-SHA256' ");
  EXPECT_EQ(CheckEdited("Credential=AKIDADA/", "Credential="),
            incomplete +
                "Credential must have exactly 5 slash-delimited elements, e.g. "
                "keyid/date/region/service/term ");
  EXPECT_EQ(CheckEdited(", SignedHeaders", ", broken, SignedHeaders"),
            incomplete + "Invalid key=value pair (missing equal-sign) in Authorization header ");
  EXPECT_EQ(
      CheckEdited("host;", "Host;"),
      incomplete +
          "SignedHeaders must be lower-case names of headers, separated by ';', 128 at most ");
  EXPECT_EQ(CheckEdited("Signature=", "Credential=a, Signature="),
            incomplete + "Authorization header has 'Credential' twice.");
  EXPECT_EQ(CheckEdited("Signature=", std::string(9000, 'x') + ", Signature="),
            incomplete + "Authorization header has 9212 bytes, at most 8192 are accepted.");
  HttpRequest undated = Signed();
  Header(undated, "X-Amz-Date") = "yesterday";
  EXPECT_TRUE(absl::StartsWith(Check(undated),
                               incomplete + "Authorization header requires existence of either a "
                                            "'X-Amz-Date' or a 'Date' header. "));
}

TEST(SigV4, ASignatureForSomewhereElseIsInvalid) {
  const std::string invalid = "InvalidSignatureException: ";
  EXPECT_EQ(Check(Signed(), kNow, {"us-east-1", "states"}),
            invalid + "Credential should be scoped to a valid region, not 'eu-central-1'.");
  EXPECT_EQ(Check(Signed(), kNow, {"", "lambda"}),
            invalid + "Credential should be scoped to correct service: 'lambda'.");
  EXPECT_EQ(CheckEdited("aws4_request", "aws5_request"),
            invalid + "Credential should be scoped with a valid terminator: 'aws4_request'.");
  EXPECT_EQ(CheckEdited("20261019", "20261018"),
            invalid +
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                "from HTTP: '20261018' != '20261019', from '20261019T120000Z'.");
}

TEST(SigV4, WhatDecidesTheMeaningOfARequestMustBeSigned) {
  const std::string invalid = "InvalidSignatureException: ";
  EXPECT_EQ(CheckEdited("host;", ""),
            invalid + "'host' must be a 'SignedHeader' in the AWS Authorization.");
  EXPECT_EQ(CheckEdited(";x-amz-target", ""),
            invalid + "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
  EXPECT_EQ(CheckEdited("x-amz-date;", ""),
            invalid + "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization.");
  EXPECT_EQ(CheckEdited("host;", "host;via;"),
            invalid + "The signed header 'via' is not in the request.");
}

TEST(SigV4, AKeptSigningKeyIsThatOfTheCredentialsTheDayAndTheScope) {
  SigningKeys keys;
  const auto of = [&](const std::string& secret, const std::string& day,
                      const SigningScope& scope) {
    const Credentials credentials{"AKIDADA", Secret(secret), {}, {}};
    return keys.Of(credentials, day, scope) ==
           SigningKey(credentials.secret_access_key, day, scope);
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(of("a", "20261019T120000Z", kScope));
    EXPECT_TRUE(of("a", "20261020T120000Z", kScope));
    EXPECT_TRUE(of("b", "20261019T120000Z", kScope));
    EXPECT_TRUE(of("a", "20261019T120000Z", {"eu-west-1", "states"}));
    EXPECT_TRUE(of("a", "20261019T120000Z", {"eu-central-1", "sqs"}));
  }
}

TEST(SigV4, ASecretIsNotPrinted) {
  EXPECT_EQ(testing::PrintToString(kAda.secret_access_key), "(hidden)");
}

}  // namespace
}  // namespace workers::aws
