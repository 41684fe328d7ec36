// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The standard chain: where AWS's SDKs look for credentials, in their order. Blocking, for a
// CredentialKeeper's thread. Not here: SSO (a profile with sso_… says so; the AWS CLI can serve as
// credential_process) and roles that ask for an MFA code.
//
//   environment ▷ role of the profile ▷ web identity ▷ the profile's keys ▷ its credential_process
//   ▷ container ▷ instance metadata
//
// Source: AWS SDKs and Tools reference guide, "Standardized credential providers"; where the SDKs
// differ, botocore's order.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "workers/aws/credential_sources.h"
#include "workers/aws/settings.h"

namespace workers::aws {

inline constexpr int kSourceProfilesMax = 8;

// The first source that is configured decides: when it fails, no later one is asked. NotFound when
// none is. `region` says which STS to ask.
absl::StatusOr<Credentials> ResolveCredentials(const Settings& settings, const std::string& region,
                                               const Fetch& fetch, absl::Time now);

}  // namespace workers::aws
