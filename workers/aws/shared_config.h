// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The files that every AWS SDK shares, ~/.aws/config and ~/.aws/credentials: read into profiles and
// services sections, without judging what stands in them. Plain data; any thread.
// Source: AWS SDKs and Tools reference guide, "Using shared config and credentials files".
//
//   [profile NAME]            [NAME] in the credentials file; [default] in both
//   name = value
//   name =                    one level of nesting
//     inner = value
//   [services NAME]
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace workers::aws {

// An environment variable by name; set but empty counts as absent.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;
Variables ProcessVariables();

inline constexpr size_t kSharedFileBytesMax = 4 << 20;

using ConfigValues = std::map<std::string, std::string, std::less<>>;

// Names are in lower case, as the SDKs compare them.
struct ConfigSection {
  ConfigValues values;
  std::map<std::string, ConfigValues, std::less<>> nested;

  const std::string* Find(std::string_view name) const;  // nullptr when absent or empty
};

struct SharedConfig {
  std::map<std::string, ConfigSection, std::less<>> profiles;
  std::map<std::string, ConfigSection, std::less<>> services;
};

// Reads both files where AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE or HOME say; one that does not
// exist is empty. What the credentials file says of a profile wins.
absl::StatusOr<SharedConfig> ReadSharedConfig(const Variables& variables);

enum class SharedFile { kConfig, kCredentials };
// Adds what `text`, the content of `path`, says.
absl::Status ParseSharedFile(std::string_view text, SharedFile kind, std::string_view path,
                             SharedConfig* config);

// The content of a file of at most `bytes_max`; "~/" is HOME.
absl::StatusOr<std::string> ReadFile(const Variables& variables, std::string path,
                                     size_t bytes_max = kSharedFileBytesMax);

}  // namespace workers::aws
