// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One Client for each profile, region, endpoint and role that is asked for, made then and kept. Any
// thread, but destroyed on another than the transport's, and before the transport.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "workers/aws/client.h"

namespace workers::aws {

inline constexpr size_t kClientsMax = 256;  // regions come with ARNs, which anybody may write

class Clients {
 public:
  struct Which {
    std::string profile;   // empty: what the environment says
    std::string region;    // likewise
    std::string endpoint;  // URL for every service; empty: what the environment and the profile say
    std::string role;      // ARN of one to assume with these credentials; empty: none
    friend auto operator<=>(const Which&, const Which&) = default;
  };

  explicit Clients(HttpTransport* transport) : transport_(transport) {}

  // Of this object. Fails when there is no such profile, the endpoint is no URL, or there are too
  // many; asked again, it looks again.
  absl::StatusOr<Client*> Of(const Which& which);

 private:
  HttpTransport* const transport_;
  std::mutex mutex_;
  std::map<Which, std::unique_ptr<Client>> clients_;  // guarded by mutex_
};

}  // namespace workers::aws
