// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Makes calls of AWS's services: finds the endpoint, signs with fresh credentials, tries again where
// that is right, until the call is answered, over time or cancelled. One for each set of credentials
// and region; it serves all services, thousands of calls at once, on the transport's thread. Owned by
// whoever calls; destroyed before the transport, on another thread than the transport's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "workers/aws/api.h"
#include "workers/aws/credential_keeper.h"
#include "workers/aws/http_transport.h"
#include "workers/aws/retry.h"
#include "workers/aws/settings.h"

namespace workers::aws {

inline constexpr size_t kCallsMax = 100'000;  // under way; a further one fails at once
// For signing where nothing says and an endpoint is configured, as Step Functions Local does.
inline constexpr char kDefaultRegion[] = "us-east-1";
// What the logs of AWS call whoever assumed a role.
inline constexpr char kRoleSession[] = "asld";

// What tests decide for themselves. Chance is asked for on the transport's thread only.
struct TimeAndChance {
  std::function<absl::Time()> now;  // wall clock
  std::function<double()> draw;     // in [0, 1)
  std::function<std::string()> uuid;
};
TimeAndChance MachineTimeAndChance();

class Client {
 public:
  struct Options {
    Settings settings;
    std::string region;                      // empty: ResolveRegion(settings)
    std::optional<Endpoint> endpoint;        // for every service, whatever the settings say
    std::optional<Credentials> credentials;  // nullopt: the standard chain
    std::string role;                        // ARN of one to assume with them, by STS; empty: none
    bool sign = true;
    std::string user_agent = "asld";
  };
  // Called once, on the transport's thread; must not block.
  using Done = std::function<void(ApiResult)>;

  Client(Options options, HttpTransport* transport,
         TimeAndChance time_and_chance = MachineTimeAndChance());
  // Cancels what is under way and waits until its callers have been told.
  ~Client();

  // The number is for Cancel.
  uint64_t Start(ApiCall call, Done done);
  // Ends a call at once, with kCancelled, unless it has ended. The service may go on with it.
  void Cancel(uint64_t id);
  // Start and wait. Not on the transport's thread.
  ApiResult Wait(ApiCall call);

  // Empty when nothing says which.
  const std::string& region() const;
  absl::StatusOr<Endpoint> EndpointOf(const Service& service) const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace workers::aws
