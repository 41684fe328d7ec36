// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/credential_chain.h"

#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace workers::aws {
namespace {

using Found = std::optional<absl::StatusOr<Credentials>>;  // nullopt: not configured, ask the next

class Chain {
 public:
  Chain(const Settings& settings, std::string region, const Fetch& fetch, absl::Time now)
      : settings_(settings), region_(std::move(region)), fetch_(fetch), now_(now) {}

  absl::StatusOr<Credentials> Resolve() {
    Found found;
    if (!settings_.profile_is_asked) found = FromEnvironment();
    if (!found) found = FromRole(settings_.profile);
    if (!found && !settings_.profile_is_asked) found = FromWebIdentityVariables();
    if (!found) found = FromProfile(settings_.profile);
    if (!found && HasContainer()) found = FromContainer(settings_.variables, fetch_);
    if (found) return *std::move(found);
    absl::StatusOr<Credentials> instance = FromInstanceMetadata(settings_.variables, fetch_);
    if (instance.ok()) return instance;
    return absl::NotFoundError(fmt::format(
        "no credentials of AWS: none in the environment (AWS_ACCESS_KEY_ID), in profile "
        "'{}' of the shared files or from a container, and {}",
        settings_.profile, std::string(instance.status().message())));
  }

 private:
  const ConfigSection* Section(const std::string& profile) const {
    const auto found = settings_.shared.profiles.find(profile);
    return found == settings_.shared.profiles.end() ? nullptr : &found->second;
  }

  static std::string Text(const ConfigSection& section, std::string_view name) {
    const std::string* value = section.Find(name);
    return value == nullptr ? "" : *value;
  }

  bool HasContainer() const {
    return settings_.variables("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
           settings_.variables("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  }

  Found FromEnvironment() const {
    const auto id = settings_.variables("AWS_ACCESS_KEY_ID");
    if (!id) return std::nullopt;
    const auto secret = settings_.variables("AWS_SECRET_ACCESS_KEY");
    if (!secret)
      return absl::InvalidArgumentError(
          "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
    return Credentials{*id, Secret(*secret),
                       Secret(settings_.variables("AWS_SESSION_TOKEN").value_or("")), std::nullopt};
  }

  static Found FromKeys(const std::string& profile, const ConfigSection& section) {
    const std::string id = Text(section, "aws_access_key_id");
    if (id.empty()) return std::nullopt;
    const std::string secret = Text(section, "aws_secret_access_key");
    if (secret.empty())
      return absl::InvalidArgumentError(
          fmt::format("profile '{}' has aws_access_key_id and no aws_secret_access_key", profile));
    return Credentials{id, Secret(secret), Secret(Text(section, "aws_session_token")),
                       std::nullopt};
  }

  // Of the profile's own: web identity, keys, process.
  Found FromProfile(const std::string& profile) {
    const ConfigSection* section = Section(profile);
    if (section == nullptr) return std::nullopt;
    if (section->Find("web_identity_token_file") != nullptr)
      return FromWebIdentity(Text(*section, "web_identity_token_file"), RoleOf(*section));
    if (Found keys = FromKeys(profile, *section)) return keys;
    if (const std::string* command = section->Find("credential_process"))
      return FromProcess(*command);
    if (section->Find("sso_session") != nullptr || section->Find("sso_start_url") != nullptr)
      return absl::UnimplementedError(
          fmt::format("profile '{}' signs in by SSO, which is not spoken here: give it "
                      "credential_process = aws "
                      "configure export-credentials --profile …",
                      profile));
    return std::nullopt;
  }

  Role RoleOf(const ConfigSection& section) const {
    std::string session = Text(section, "role_session_name");
    if (session.empty()) session = fmt::format("asld-{}", absl::ToUnixMillis(now_));
    return {Text(section, "role_arn"), std::move(session), Text(section, "external_id"),
            Text(section, "duration_seconds")};
  }

  // A profile with role_arn, unless the role is for a web identity.
  Found FromRole(const std::string& profile) {
    const ConfigSection* section = Section(profile);
    if (section == nullptr || section->Find("role_arn") == nullptr ||
        section->Find("web_identity_token_file") != nullptr)
      return std::nullopt;
    if (section->Find("mfa_serial") != nullptr)
      return absl::UnimplementedError(fmt::format(
          "the role of profile '{}' wants an MFA code, which nobody is asked for here", profile));
    absl::StatusOr<Credentials> base = Base(profile, *section);
    if (!base.ok()) return base;
    const absl::StatusOr<StsCall> sts = Sts();
    if (!sts.ok()) return sts.status();
    return AssumeRole(*sts, RoleOf(*section), *base, now_);
  }

  // Who assumes the role of the profile.
  absl::StatusOr<Credentials> Base(const std::string& profile, const ConfigSection& section) {
    const std::string source = Text(section, "source_profile");
    const std::string kind = Text(section, "credential_source");
    if (source.empty() == kind.empty())
      return absl::InvalidArgumentError(fmt::format(
          "profile '{}' has role_arn: it needs either source_profile or credential_source",
          profile));
    if (!kind.empty()) return FromCredentialSource(profile, kind);

    const ConfigSection* from = Section(source);
    if (from == nullptr)
      return absl::NotFoundError(fmt::format(
          "source_profile '{}' of profile '{}' is not in the shared files", source, profile));
    if (Found keys = FromKeys(source, *from)) return *std::move(keys);
    if (source == profile || ++sources_ > kSourceProfilesMax)
      return absl::InvalidArgumentError(
          fmt::format("profile '{}': its source_profile leads to itself or through more than {} "
                      "others",
                      settings_.profile, kSourceProfilesMax));
    Found found = FromRole(source);
    if (!found) found = FromProfile(source);
    if (found) return *std::move(found);
    return absl::NotFoundError(fmt::format("source_profile '{}' has no credentials", source));
  }

  absl::StatusOr<Credentials> FromCredentialSource(const std::string& profile,
                                                   const std::string& kind) {
    const std::string lower = absl::AsciiStrToLower(kind);
    if (lower == "ec2instancemetadata") return FromInstanceMetadata(settings_.variables, fetch_);
    if (lower == "ecscontainer") {
      if (HasContainer()) return FromContainer(settings_.variables, fetch_);
      return absl::NotFoundError("credential_source EcsContainer: no container endpoint is set");
    }
    if (lower == "environment") {
      if (Found found = FromEnvironment()) return *std::move(found);
      return absl::NotFoundError("credential_source Environment: AWS_ACCESS_KEY_ID is not set");
    }
    return absl::InvalidArgumentError(
        fmt::format("credential_source of profile '{}' must be Environment, Ec2InstanceMetadata or "
                    "EcsContainer",
                    profile));
  }

  Found FromWebIdentityVariables() {
    const auto file = settings_.variables("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!file) return std::nullopt;
    const auto arn = settings_.variables("AWS_ROLE_ARN");
    if (!arn)
      return absl::InvalidArgumentError(
          "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not");
    const auto session = settings_.variables("AWS_ROLE_SESSION_NAME");
    return FromWebIdentity(
        *file, {*arn, session.value_or(fmt::format("asld-{}", absl::ToUnixMillis(now_))), "", ""});
  }

  absl::StatusOr<Credentials> FromWebIdentity(const std::string& file, const Role& role) {
    absl::StatusOr<std::string> token = ReadFile(settings_.variables, file, kCredentialBytesMax);
    if (!token.ok()) return token.status();
    absl::StripTrailingAsciiWhitespace(&*token);
    const absl::StatusOr<StsCall> sts = Sts();
    if (!sts.ok()) return sts.status();
    return AssumeRoleWithWebIdentity(*sts, role, *token);
  }

  absl::StatusOr<StsCall> Sts() const {
    absl::StatusOr<Endpoint> endpoint = ResolveEndpoint(settings_, kSts, region_);
    if (!endpoint.ok()) return endpoint.status();
    return StsCall{*std::move(endpoint), region_, fetch_};
  }

  const Settings& settings_;
  const std::string region_;
  const Fetch& fetch_;
  const absl::Time now_;
  int sources_ = 0;
};

}  // namespace

absl::StatusOr<Credentials> ResolveCredentials(const Settings& settings, const std::string& region,
                                               const Fetch& fetch, absl::Time now) {
  return Chain(settings, region, fetch, now).Resolve();
}

}  // namespace workers::aws
