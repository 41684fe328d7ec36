// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/settings.h"

#include <gtest/gtest.h>

#include "workers/aws/temporary_folder.h"

namespace workers::aws {
namespace {

class SettingsTest : public testing::Test {
 protected:
  Settings Load(const std::string& profile = "") {
    absl::StatusOr<Settings> settings = LoadSettings(folder_.variables(), profile);
    EXPECT_TRUE(settings.ok()) << settings.status();
    return settings.ok() ? *std::move(settings) : Settings{folder_.variables(), {}, "default"};
  }
  // "http://a /base" for a configured one, else AWS's; or what is wrong.
  std::string EndpointOf(const Service& service, const std::string& region = "eu-west-1") {
    const absl::StatusOr<Endpoint> endpoint = ResolveEndpoint(Load(), service, region);
    if (!endpoint.ok()) return std::string(endpoint.status().message());
    return endpoint->origin + (endpoint->configured ? " " + endpoint->path : "");
  }

  TemporaryFolder folder_;
};

TEST_F(SettingsTest, AProfileIsReadFromBothFilesAndTheCredentialsFileWins) {
  folder_.Write("config",
                "# a comment\n[default]\nregion=eu-west-1\n\n[profile  \"dev\"]\n"
                "Region = us-west-2 ; inline\nrole_arn=a#b\naws_access_key_id=config\n");
  folder_.Write("credentials", "[dev]\naws_access_key_id = credentials\r\n");
  const Settings settings = Load("dev");
  EXPECT_EQ(*settings.section().Find("region"), "us-west-2");
  EXPECT_EQ(*settings.section().Find("role_arn"), "a#b");
  EXPECT_EQ(*settings.section().Find("aws_access_key_id"), "credentials");
  EXPECT_EQ(settings.section().Find("output"), nullptr);
  EXPECT_EQ(*Load().section().Find("region"), "eu-west-1");
}

TEST_F(SettingsTest, SectionsThatAreNoProfilesAreSkippedInTheConfigFile) {
  folder_.Write("config", "[dev]\nregion=eu-west-1\nnot a pair\n[sso-session dev]\nregion=a\n");
  EXPECT_TRUE(Load().shared.profiles.empty());
}

TEST_F(SettingsTest, ALineThatCannotBeReadIsNamedAndNotShown) {
  folder_.Write("credentials", "[default]\naws_secret_access_key hunter2\n");
  const absl::StatusOr<Settings> settings = LoadSettings(folder_.variables());
  EXPECT_EQ(
      settings.status().message(),
      folder_.path("credentials") + ":2: expected a [section], a comment or a 'name = value'");
}

TEST_F(SettingsTest, AProfileThatIsNamedMustExist) {
  folder_.Set("AWS_PROFILE", "dev");
  EXPECT_TRUE(absl::IsNotFound(LoadSettings(folder_.variables()).status()));
  folder_.Write("config", "[profile dev]\n");
  EXPECT_EQ(Load().profile, "dev");
  EXPECT_TRUE(absl::IsNotFound(LoadSettings(folder_.variables(), "test").status()));
}

TEST_F(SettingsTest, TheRegionIsTheEnvironmentsThenTheProfiles) {
  EXPECT_EQ(ResolveRegion(Load()), "");
  folder_.Write("config", "[default]\nregion = eu-west-1\n");
  EXPECT_EQ(ResolveRegion(Load()), "eu-west-1");
  folder_.Set("AWS_DEFAULT_REGION", "eu-west-2");
  EXPECT_EQ(ResolveRegion(Load()), "eu-west-2");
  folder_.Set("AWS_REGION", "eu-west-3");
  EXPECT_EQ(ResolveRegion(Load()), "eu-west-3");
}

TEST_F(SettingsTest, AnEndpointIsAwsOwnUntilTheNearestSettingSaysOtherwise) {
  EXPECT_EQ(EndpointOf(kLambda), "https://lambda.eu-west-1.amazonaws.com");
  folder_.Write("config",
                "[default]\nendpoint_url = http://profile\nservices = local\n"
                "[services local]\nlambda =\n  endpoint_url = http://section:1/base/\n"
                "sqs =\n  other = 1\n");
  EXPECT_EQ(EndpointOf(kSqs), "http://profile ");
  EXPECT_EQ(EndpointOf(kLambda), "http://section:1 /base");
  folder_.Set("AWS_ENDPOINT_URL", "http://all");
  EXPECT_EQ(EndpointOf(kLambda), "http://all ");
  folder_.Set("LAMBDA_ENDPOINT", "http://local");
  EXPECT_EQ(EndpointOf(kLambda), "http://local ");
  folder_.Set("AWS_ENDPOINT_URL_LAMBDA", "https://one");
  EXPECT_EQ(EndpointOf(kLambda), "https://one ");
  EXPECT_EQ(EndpointOf(kStepFunctions), "http://all ");
  folder_.Set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True");
  EXPECT_EQ(EndpointOf(kLambda), "https://lambda.eu-west-1.amazonaws.com");
}

TEST_F(SettingsTest, APartitionHasItsOwnDomain) {
  EXPECT_EQ(EndpointOf(kSqs, "cn-north-1"), "https://sqs.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(EndpointOf(kSqs, "us-gov-west-1"), "https://sqs.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(EndpointOf(kStepFunctions, "us-isob-east-1"),
            "https://states.us-isob-east-1.sc2s.sgov.gov");
}

TEST_F(SettingsTest, ABadEndpointOrRegionIsRefusedWithWhatToDo) {
  EXPECT_EQ(EndpointOf(kSqs, ""), "no region: set AWS_REGION, or region in the profile");
  EXPECT_EQ(EndpointOf(kSqs, "evil.com/"), "'evil.com/' is not the name of a region");
  const std::string no_url =
      "AWS_ENDPOINT_URL: not the URL of an endpoint, such as http://127.0.0.1:4566: ";
  folder_.Set("AWS_ENDPOINT_URL", "localhost:4566");
  EXPECT_EQ(EndpointOf(kSqs), no_url + "it must begin with http:// or https://");
  folder_.Set("AWS_ENDPOINT_URL", "http://user:hunter2@host");
  EXPECT_EQ(EndpointOf(kSqs), no_url + "it must have a host, a port and a path only");
  folder_.Set("AWS_ENDPOINT_URL", "http:///path");
  EXPECT_EQ(EndpointOf(kSqs), no_url + "it names no host");
}

}  // namespace
}  // namespace workers::aws
