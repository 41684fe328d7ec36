// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld.v1.Operator as the commands see it: statuses of Abseil, gRPC inside. One thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "workers/client/channel.h"

namespace asld::v1 {
class BackupResponse;
class ListParkedResponse;
class ListRoutesResponse;
class ReloadRoutesResponse;
class ListSourcesResponse;
class Status;
}  // namespace asld::v1

namespace aslctl {

class OperatorClient {
 public:
  explicit OperatorClient(const workers::Server& server);
  ~OperatorClient();

  absl::StatusOr<asld::v1::Status> GetStatus();
  absl::StatusOr<asld::v1::ListParkedResponse> ListParked();
  absl::Status ReleaseParked(const std::string& arn);
  absl::StatusOr<asld::v1::ListSourcesResponse> ListSources();
  absl::Status PauseSource(const std::string& name, bool paused);
  // Waits for as long as it takes.
  absl::StatusOr<asld::v1::BackupResponse> Backup(const std::string& directory);

  // `function`: only the route that it takes; empty: all.
  absl::StatusOr<asld::v1::ListRoutesResponse> ListRoutes(const std::string& function);
  absl::StatusOr<asld::v1::ReloadRoutesResponse> ReloadRoutes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aslctl
