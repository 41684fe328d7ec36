// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld.v1.Activities as the commands see it: statuses of Abseil, pages joined, gRPC inside. One
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "workers/client/channel.h"

namespace asld::v1 {
class Activity;
class GetActivityTaskResponse;
}  // namespace asld::v1

namespace aslctl {

class ActivityClient {
 public:
  explicit ActivityClient(const workers::Server& server);
  ~ActivityClient();

  // Activities by name or ARN. The new one, or the one that is there.
  absl::StatusOr<asld::v1::Activity> Create(const std::string& name);
  absl::StatusOr<asld::v1::Activity> Describe(const std::string& activity);
  absl::StatusOr<std::vector<asld::v1::Activity>> List();
  absl::Status Delete(const std::string& activity);
  // Waits for a task, for a minute; without a token when none came.
  absl::StatusOr<asld::v1::GetActivityTaskResponse> Poll(const std::string& activity,
                                                         const std::string& worker);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

int64_t CreatedMs(const asld::v1::Activity& activity);  // milliseconds since the Unix epoch

}  // namespace aslctl
