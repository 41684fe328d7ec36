// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/clients.h"

#include <utility>

namespace workers::aws {

absl::StatusOr<Client*> Clients::Of(const Which& which) {
  std::lock_guard lock(mutex_);
  const auto found = clients_.find(which);
  if (found != clients_.end()) return found->second.get();
  if (clients_.size() >= kClientsMax)
    return absl::ResourceExhaustedError(
        "too many profiles, regions, endpoints and roles are in use");
  absl::StatusOr<Settings> settings = LoadSettings(ProcessVariables(), which.profile);
  if (!settings.ok()) return settings.status();
  Client::Options options{
      .settings = *std::move(settings), .region = which.region, .role = which.role};
  if (!which.endpoint.empty()) {
    absl::StatusOr<Endpoint> endpoint = ParseEndpoint(which.endpoint);
    if (!endpoint.ok()) return endpoint.status();
    options.endpoint = *std::move(endpoint);
  }
  return clients_.emplace(which, std::make_unique<Client>(std::move(options), transport_))
      .first->second.get();
}

}  // namespace workers::aws
