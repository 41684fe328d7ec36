// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/credential_chain.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "absl/strings/match.h"
#include "fmt/format.h"
#include "workers/aws/temporary_folder.h"

namespace workers::aws {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1792411200);  // 2026-10-19T12:00:00Z

std::string Document(const std::string& id, const std::string& token_name = "Token") {
  return fmt::format(
      R"({{"AccessKeyId":"{}","SecretAccessKey":"s","{}":"t","Expiration":"2026-10-19T13:00:00Z"}})",
      id, token_name);
}

std::string Sts(const std::string& id) {
  return fmt::format(
      "<R xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><X><Credentials>"
      "<AccessKeyId>{}</AccessKeyId><SecretAccessKey>a&amp;b</SecretAccessKey>"
      "<SessionToken>t</SessionToken><Expiration>2026-10-19T13:00:00.123Z</Expiration>"
      "</Credentials><U><Arn>a</Arn></U></X></R>",
      id);
}

class CredentialChainTest : public testing::Test {
 protected:
  CredentialChainTest() { folder_.Set("AWS_EC2_METADATA_DISABLED", "true"); }

  // The next question is answered so; one that no answer is left for breaks the connection.
  void Answer(int status, const std::string& body) { answers_.push_back({status, {}, body}); }

  // "id secret token minutes-left", or what is wrong.
  std::string Resolve(const std::string& profile = "") {
    const absl::StatusOr<Settings> settings = LoadSettings(folder_.variables(), profile);
    if (!settings.ok()) return std::string(settings.status().message());
    const Fetch fetch = [this](HttpRequest request) -> HttpResult {
      asked_.push_back(std::move(request));
      if (answers_.empty()) return HttpFailure{HttpFailureKind::kBroken, false, "no answer"};
      HttpResponse answer = answers_.front();
      answers_.pop_front();
      return answer;
    };
    const auto credentials = ResolveCredentials(*settings, "eu-west-1", fetch, kNow);
    if (!credentials.ok()) return std::string(credentials.status().message());
    std::string text =
        fmt::format("{} {}", credentials->access_key_id, credentials->secret_access_key.Reveal());
    if (!credentials->session_token.empty())
      text += fmt::format(" {}", credentials->session_token.Reveal());
    if (credentials->expires)
      text += fmt::format(" {}m", absl::ToInt64Minutes(*credentials->expires - kNow));
    return text;
  }

  // "PUT http://host/path?query".
  std::string Asked(size_t index) const {
    const HttpRequest& request = asked_.at(index);
    return fmt::format("{} {}{}{}{}", request.method, request.origin, request.path,
                       request.query.empty() ? "" : "?", request.query);
  }

  TemporaryFolder folder_;
  std::deque<HttpResponse> answers_;
  std::vector<HttpRequest> asked_;
};

TEST_F(CredentialChainTest, TheEnvironmentComesFirstUnlessAProfileIsAskedFor) {
  folder_.Write("credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=f\n");
  EXPECT_EQ(Resolve(), "FILE f");
  folder_.Set("AWS_ACCESS_KEY_ID", "ENV");
  EXPECT_EQ(Resolve(), "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
  folder_.Set("AWS_SECRET_ACCESS_KEY", "e");
  folder_.Set("AWS_SESSION_TOKEN", "t");
  EXPECT_EQ(Resolve(), "ENV e t");
  EXPECT_EQ(Resolve("default"), "FILE f");
}

TEST_F(CredentialChainTest, NothingAnywhereSaysWhereItLooked) {
  EXPECT_EQ(Resolve(),
            "no credentials of AWS: none in the environment (AWS_ACCESS_KEY_ID), in profile "
            "'default' of the shared files or from a container, and AWS_EC2_METADATA_DISABLED is "
            "true");
}

TEST_F(CredentialChainTest, ARoleIsAssumedWithTheCredentialsOfItsSourceProfile) {
  folder_.Write("config",
                "[profile dev]\nrole_arn=arn:aws:iam::1:role/dev\nsource_profile=base\n"
                "external_id=x y\nrole_session_name=me\nduration_seconds=900\n");
  folder_.Write("credentials", "[base]\naws_access_key_id=BASE\naws_secret_access_key=b\n");
  Answer(200, Sts("ROLE"));
  EXPECT_EQ(Resolve("dev"), "ROLE a&b t 60m");
  EXPECT_EQ(Asked(0), "POST https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(asked_[0].body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fdev&"
            "RoleSessionName=me&ExternalId=x%20y&DurationSeconds=900");
  EXPECT_TRUE(absl::StartsWith(*FindHeader(asked_[0].headers, "Authorization"),
                               "AWS4-HMAC-SHA256 Credential=BASE/20261019/eu-west-1/sts/"));
}

TEST_F(CredentialChainTest, RolesAreChainedThroughSourceProfiles) {
  folder_.Write("config",
                "[profile c]\nrole_arn=C\nsource_profile=b\n[profile b]\nrole_arn=B\n"
                "source_profile=b\naws_access_key_id=KEY\naws_secret_access_key=k\n");
  Answer(200, Sts("ROLE"));
  EXPECT_EQ(Resolve("c"), "ROLE a&b t 60m");
  EXPECT_EQ(asked_.size(), 1u);  // the source has keys of its own: they are used
  folder_.Write("config",
                "[profile c]\nrole_arn=C\nsource_profile=b\n[profile b]\nrole_arn=B\n"
                "source_profile=a\n[profile a]\naws_access_key_id=KEY\naws_secret_access_key=k\n");
  Answer(200, Sts("ROLE-B"));
  Answer(200, Sts("ROLE-C"));
  EXPECT_EQ(Resolve("c"), "ROLE-C a&b t 60m");
  EXPECT_EQ(*FindHeader(asked_[2].headers, "X-Amz-Security-Token"), "t");
}

TEST_F(CredentialChainTest, ACircleOfSourceProfilesEnds) {
  folder_.Write("config",
                "[profile a]\nrole_arn=A\nsource_profile=b\n[profile b]\nrole_arn=B\n"
                "source_profile=a\n");
  const std::string circle = ": its source_profile leads to itself or through more than 8 others";
  EXPECT_EQ(Resolve("a"), "profile 'a'" + circle);
  folder_.Write("config", "[profile a]\nrole_arn=A\nsource_profile=a\n");
  EXPECT_EQ(Resolve("a"), "profile 'a'" + circle);
}

TEST_F(CredentialChainTest, ARoleThatCannotBeAssumedSaysWhy) {
  folder_.Write("config", "[default]\nrole_arn=R\n");
  EXPECT_EQ(Resolve(),
            "profile 'default' has role_arn: it needs either source_profile or credential_source");
  folder_.Write("config", "[default]\nrole_arn=R\nsource_profile=x\n");
  EXPECT_EQ(Resolve(), "source_profile 'x' of profile 'default' is not in the shared files");
  folder_.Write("config", "[default]\nrole_arn=R\nsource_profile=x\nmfa_serial=m\n[profile x]\n");
  EXPECT_EQ(Resolve(),
            "the role of profile 'default' wants an MFA code, which nobody is asked for here");
  folder_.Write("config", "[default]\nrole_arn=R\nsource_profile=x\n[profile x]\n");
  EXPECT_EQ(Resolve(), "source_profile 'x' has no credentials");
  folder_.Write("config", "[default]\nrole_arn=R\ncredential_source=Moon\n");
  EXPECT_EQ(Resolve(),
            "credential_source of profile 'default' must be Environment, Ec2InstanceMetadata or "
            "EcsContainer");
}

TEST_F(CredentialChainTest, ARefusalOfStsIsShownAndOneOfItsFaultsIsTriedAgain) {
  folder_.Write("config", "[default]\nrole_arn=R\ncredential_source=Environment\n");
  folder_.Set("AWS_ACCESS_KEY_ID", "ENV");
  folder_.Set("AWS_SECRET_ACCESS_KEY", "e");
  folder_.Set("AWS_PROFILE", "default");
  folder_.Set("AWS_ENDPOINT_URL_STS", "http://sts:1/base");
  Answer(500, "");
  Answer(403,
         "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
         "</ErrorResponse>");
  EXPECT_EQ(Resolve("default"), "AssumeRole R: AccessDenied: no");
  EXPECT_EQ(Asked(1), "POST http://sts:1/base/");
  EXPECT_EQ(Resolve("default"), "AssumeRole R: no answer");
}

TEST_F(CredentialChainTest, XmlThatIsHostileOrBrokenGivesNoCredentials) {
  folder_.Write("config",
                "[default]\nrole_arn=R\nsource_profile=default\n"
                "aws_access_key_id=K\naws_secret_access_key=k\n");
  const std::string none = "AssumeRole R: the answer has no credentials";
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<a>";
  for (const std::string& body :
       {std::string("<!DOCTYPE R [<!ENTITY e \"E\">]>") + Sts("&e;"), deep, std::string("{}"),
        Sts("ROLE").substr(0, 200), std::string()}) {
    Answer(200, body);
    EXPECT_EQ(Resolve(), none) << body;
  }
}

TEST_F(CredentialChainTest, AWebIdentityIsExchangedWithoutASignature) {
  folder_.Write("token", "jwt\n");
  folder_.Set("AWS_WEB_IDENTITY_TOKEN_FILE", folder_.path("token"));
  EXPECT_EQ(Resolve(), "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not");
  folder_.Set("AWS_ROLE_ARN", "R");
  Answer(200, Sts("WEB"));
  EXPECT_EQ(Resolve(), "WEB a&b t 60m");
  EXPECT_EQ(asked_[0].body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=R&"
            "RoleSessionName=asld-1792411200000&WebIdentityToken=jwt");
  EXPECT_EQ(FindHeader(asked_[0].headers, "Authorization"), nullptr);

  folder_.Write("config", "[profile p]\nrole_arn=P\nweb_identity_token_file=~/token\n");
  Answer(200, Sts("PROFILE"));
  EXPECT_EQ(Resolve("p"), "PROFILE a&b t 60m");
}

TEST_F(CredentialChainTest, AProcessIsRunByTheShell) {
  folder_.Write("document", R"({"Version":1,)" + Document("PROCESS", "SessionToken").substr(1));
  folder_.Write("config", "[default]\ncredential_process = cat " + folder_.path("document") +
                              "\n"
                              "[profile fails]\ncredential_process = exit 3\n"
                              "[profile wrong]\ncredential_process = echo '{\"Version\":2}'\n"
                              "[profile silent]\ncredential_process = true\n"
                              "[profile loud]\ncredential_process = yes\n"
                              "[profile killed]\ncredential_process = kill -9 $$\n");
  EXPECT_EQ(Resolve(), "PROCESS s t 60m");
  EXPECT_EQ(Resolve("fails"), "credential_process ended with code 3");
  EXPECT_EQ(Resolve("wrong"), "credential_process must write a JSON object with \"Version\": 1");
  EXPECT_EQ(Resolve("silent"), "credential_process must write a JSON object with \"Version\": 1");
  EXPECT_EQ(Resolve("loud"), "credential_process wrote more than 65536 bytes");
  EXPECT_EQ(Resolve("killed"), "credential_process was ended by signal 9");
}

TEST_F(CredentialChainTest, AProfileOfSsoSaysWhatToDo) {
  folder_.Write("config", "[default]\nsso_session=my\n");
  EXPECT_EQ(Resolve(),
            "profile 'default' signs in by SSO, which is not spoken here: give it "
            "credential_process = aws configure export-credentials --profile …");
}

TEST_F(CredentialChainTest, AContainerIsAskedWithItsToken) {
  folder_.Set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x");
  Answer(200, Document("TASK"));
  EXPECT_EQ(Resolve(), "TASK s t 60m");
  EXPECT_EQ(Asked(0), "GET http://169.254.170.2/v2/x");
  EXPECT_TRUE(asked_[0].direct);

  TemporaryFolder other;
  folder_.Write("auth", "secret\n");
  folder_.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", folder_.path("auth"));
  Answer(503, "");
  Answer(200, Document("TASK"));
  EXPECT_EQ(Resolve(), "TASK s t 60m");
  EXPECT_EQ(*FindHeader(asked_[2].headers, "Authorization"), "secret");
  folder_.Write("auth", "a\nb: c");
  EXPECT_EQ(Resolve(), "the container's authorization token has more than one line");
}

TEST_F(CredentialChainTest, AContainersUrlMustNotShowTheCredentialsToOthers) {
  folder_.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:99/a/b?c=d");
  Answer(200, Document("LOCAL"));
  EXPECT_EQ(Resolve(), "LOCAL s t 60m");
  EXPECT_EQ(Asked(0), "GET http://127.0.0.1:99/a/b?c=d");
  folder_.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[fd00:ec2::23]/v1");
  Answer(404, "secrets");
  EXPECT_EQ(Resolve(), "the container's endpoint: status 404");
  for (const char* url :
       {"http://example.com/", "http://127.0.0.1.example.com:80/", "http://[::1].example.com/"}) {
    folder_.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
    EXPECT_TRUE(absl::StartsWith(Resolve(), "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https://"))
        << url;
  }
}

TEST_F(CredentialChainTest, TheInstanceMetadataAreAskedWithATokenOfTheirOwn) {
  folder_.Set("AWS_EC2_METADATA_DISABLED", "");
  folder_.Set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
  Answer(200, "imds-token");
  Answer(200, "my role\n");
  Answer(200, Document("INSTANCE"));
  EXPECT_EQ(Resolve(), "INSTANCE s t 60m");
  EXPECT_EQ(Asked(0), "PUT http://[fd00:ec2::254]/latest/api/token");
  EXPECT_EQ(*FindHeader(asked_[0].headers, "X-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(Asked(1), "GET http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/");
  EXPECT_EQ(Asked(2),
            "GET http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/my%20role");
  EXPECT_EQ(*FindHeader(asked_[2].headers, "X-aws-ec2-metadata-token"), "imds-token");
}

TEST_F(CredentialChainTest, ADocumentThatIsNotOneIsRefusedWithoutBeingShown) {
  folder_.Set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x");
  Answer(200, "hunter2");
  EXPECT_EQ(Resolve(), "the answer is no JSON object");
  Answer(200, R"({"AccessKeyId":"A","SecretAccessKey":1})");
  EXPECT_EQ(Resolve(), "the answer must have AccessKeyId and SecretAccessKey, both texts");
  Answer(200, R"({"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"})");
  EXPECT_EQ(Resolve(), "the answer's Expiration is not an RFC 3339 time");
}

}  // namespace
}  // namespace workers::aws
