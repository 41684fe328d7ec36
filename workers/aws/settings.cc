// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace workers::aws {
namespace {

// Partitions by the beginning of their regions' names; the last one is everybody else's.
// Source: the partitions file of botocore.
struct Partition {
  std::string_view region_prefix, domain;
};
constexpr std::array<Partition, 7> kPartitions{{{"cn-", "amazonaws.com.cn"},
                                                {"eusc-", "amazonaws.eu"},
                                                {"us-iso-", "c2s.ic.gov"},
                                                {"us-isob-", "sc2s.sgov.gov"},
                                                {"eu-isoe-", "cloud.adc-e.uk"},
                                                {"us-isof-", "csp.hci.ic.gov"},
                                                {"", "amazonaws.com"}}};

std::string_view DomainOf(std::string_view region) {
  return std::find_if(kPartitions.begin(), kPartitions.end(),
                      [region](const Partition& partition) {
                        return region.substr(0, partition.region_prefix.size()) ==
                               partition.region_prefix;
                      })
      ->domain;
}

bool IsHostLabel(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
}

// What says where the service is, and what it says.
struct Configured {
  std::string where, url;
};

std::optional<Configured> FindConfigured(const Settings& settings, const Service& service) {
  const auto ignore =
      settings.Find("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
  if (ignore && absl::AsciiStrToLower(*ignore) == "true") return std::nullopt;
  const std::string of_service =
      "AWS_ENDPOINT_URL_" + absl::AsciiStrToUpper(std::string(service.id));
  for (const std::string& name :
       {of_service, std::string(service.local), std::string("AWS_ENDPOINT_URL")}) {
    if (name.empty()) continue;
    if (std::optional<std::string> url = settings.variables(name))
      return Configured{name, *std::move(url)};
  }
  const ConfigSection& profile = settings.section();
  if (const std::string* services = profile.Find("services")) {
    const auto section = settings.shared.services.find(*services);
    if (section != settings.shared.services.end()) {
      const auto nested = section->second.nested.find(service.id);
      if (nested != section->second.nested.end()) {
        const auto url = nested->second.find("endpoint_url");
        if (url != nested->second.end())
          return Configured{fmt::format("[services {}]", *services), url->second};
      }
    }
  }
  if (const std::string* url = profile.Find("endpoint_url"))
    return Configured{fmt::format("endpoint_url of profile '{}'", settings.profile), *url};
  return std::nullopt;
}

}  // namespace

const ConfigSection& Settings::section() const {
  static const ConfigSection kNone;
  const auto found = shared.profiles.find(profile);
  return found == shared.profiles.end() ? kNone : found->second;
}

std::optional<std::string> Settings::Find(const std::string& variable,
                                          std::string_view name) const {
  if (std::optional<std::string> value = variables(variable)) return value;
  const std::string* value = section().Find(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

absl::StatusOr<Settings> LoadSettings(Variables variables, std::string profile) {
  Settings settings;
  settings.variables = std::move(variables);
  absl::StatusOr<SharedConfig> shared = ReadSharedConfig(settings.variables);
  if (!shared.ok()) return shared.status();
  settings.shared = *std::move(shared);
  settings.profile_is_asked = !profile.empty();
  for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    if (profile.empty()) profile = settings.variables(variable).value_or("");
  }
  const bool named = !profile.empty();
  settings.profile = named ? std::move(profile) : "default";
  if (named && settings.shared.profiles.find(settings.profile) == settings.shared.profiles.end())
    return absl::NotFoundError(
        fmt::format("there is no profile '{}' in the shared files of AWS (~/.aws/config, "
                    "~/.aws/credentials, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE "
                    "say)",
                    settings.profile));
  return settings;
}

std::string ResolveRegion(const Settings& settings) {
  if (std::optional<std::string> region = settings.variables("AWS_REGION")) return *region;
  return settings.Find("AWS_DEFAULT_REGION", "region").value_or("");
}

absl::StatusOr<Endpoint> ResolveEndpoint(const Settings& settings, const Service& service,
                                         std::string_view region) {
  if (const std::optional<Configured> configured = FindConfigured(settings, service)) {
    absl::StatusOr<Endpoint> endpoint = ParseEndpoint(configured->url);
    if (!endpoint.ok())
      return absl::InvalidArgumentError(
          fmt::format("{}: {}", configured->where, std::string(endpoint.status().message())));
    return endpoint;
  }
  if (!IsHostLabel(region))
    return absl::InvalidArgumentError(
        region.empty() ? "no region: set AWS_REGION, or region in the profile"
                       : fmt::format("'{}' is not the name of a region", region));
  return Endpoint{fmt::format("https://{}.{}.{}", service.name, region, DomainOf(region)), "",
                  false};
}

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view url) {
  const auto refuse = [](std::string_view why) {  // does not show it: it may hold a password
    return absl::InvalidArgumentError(
        fmt::format("not the URL of an endpoint, such as http://127.0.0.1:4566: {}", why));
  };
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos ||
      (url.substr(0, scheme) != "http" && url.substr(0, scheme) != "https"))
    return refuse("it must begin with http:// or https://");
  const size_t path = std::min(url.find('/', scheme + 3), url.size());
  const std::string_view host = url.substr(scheme + 3, path - scheme - 3);
  if (host.empty()) return refuse("it names no host");
  for (const char c : url) {
    if (c <= ' ' || c > '~' || c == '@' || c == '?' || c == '#' || c == '"' || c == '\\')
      return refuse("it must have a host, a port and a path only");
  }
  Endpoint endpoint{std::string(url.substr(0, path)), std::string(url.substr(path)), true};
  while (endpoint.path.ends_with('/')) endpoint.path.pop_back();
  return endpoint;
}

}  // namespace workers::aws
