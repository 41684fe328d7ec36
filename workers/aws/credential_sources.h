// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Where credentials come from other than the files: a container's endpoint, the instance metadata, a
// process, and STS in exchange for others. Each function asks once, blocking, on its caller's
// thread. Messages say which source failed and why, and never quote what it answered: an answer
// holds secrets.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "workers/aws/credentials.h"
#include "workers/aws/http.h"
#include "workers/aws/settings.h"

namespace workers::aws {

// Sends a request and waits for its answer.
using Fetch = std::function<HttpResult(HttpRequest request)>;

inline constexpr int kCredentialAttemptsMax = 3;
inline constexpr absl::Duration kMetadataTimeout = absl::Seconds(1);  // as botocore
inline constexpr absl::Duration kProcessTimeout = absl::Minutes(1);
inline constexpr size_t kCredentialBytesMax = 64 << 10;  // of any source's answer

// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN(_FILE).
absl::StatusOr<Credentials> FromContainer(const Variables& variables, const Fetch& fetch);
// Version 2 only: version 1 can be reached through careless proxies.
absl::StatusOr<Credentials> FromInstanceMetadata(const Variables& variables, const Fetch& fetch);
// Runs credential_process by the shell.
absl::StatusOr<Credentials> FromProcess(const std::string& command);

struct Role {
  std::string arn;
  std::string session_name;
  std::string external_id;       // may be empty
  std::string duration_seconds;  // likewise
};
struct StsCall {
  Endpoint endpoint;
  std::string region;
  const Fetch& fetch;
};
absl::StatusOr<Credentials> AssumeRole(const StsCall& sts, const Role& role,
                                       const Credentials& base, absl::Time now);
absl::StatusOr<Credentials> AssumeRoleWithWebIdentity(const StsCall& sts, const Role& role,
                                                      const std::string& token);

// The document that containers, the instance metadata and processes answer with.
absl::StatusOr<Credentials> ReadCredentialDocument(const std::string& text,
                                                   const std::string& token_name);

}  // namespace workers::aws
