// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Step Functions at one place (a region of AWS, or an asld), call by call, and what is deployed there
// in terms of a plan. AWS JSON 1.0, the same for both sides. What has to do with credentials stays in
// workers/aws. Blocking; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/aslctl/deploy/descriptor.h"
#include "workers/aws/client.h"

namespace aslctl {

struct CallError {
  std::string operation;
  std::string code;  // empty when there is no answer
  std::string message;
  bool answered = false;
  // The server does not know the operation, or not the feature that was asked for.
  bool not_served = false;
};

// "CreateStateMachine: AccessDeniedException: …".
std::string ErrorText(const CallError& error);

template <class T>
struct Answer {
  T value;
  std::optional<CallError> error;
  bool ok() const { return !error; }
};

// What a version keeps of a state machine.
struct Content {
  std::string definition;
  std::string type;
  std::string role;
  Logging logging;
  bool tracing = false;
};

struct Described {
  std::string arn;
  std::string name;
  std::string status;
  std::string revision;  // "INITIAL" before the first update
  Content content;
};

struct Route {
  std::string version;  // ARN
  int weight = 0;       // percent
  friend bool operator==(const Route&, const Route&) = default;
};

struct AliasState {
  std::string arn;
  std::vector<Route> routes;
  absl::Time updated;
};

struct Ended {
  int failed = 0;  // FAILED or TIMED_OUT
  int all = 0;
};

class StepFunctions {
 public:
  StepFunctions(workers::aws::Client* client) : client_(client) {}

  // nullopt: there is none of that name.
  Answer<std::optional<std::string>> FindMachine(const std::string& name);
  Answer<Described> Describe(const std::string& arn);
  Answer<Tags> ListTags(const std::string& arn);
  // ARNs, newest first. Where the server does not list versions, they are looked for one by one.
  Answer<std::vector<std::string>> ListVersions(const std::string& machine);
  Answer<std::vector<std::string>> ListAliases(const std::string& machine);
  // nullopt: there is none of that name.
  Answer<std::optional<AliasState>> DescribeAlias(const std::string& arn);
  // Of the executions that the alias sent to this version since then. Looks at the newest
  // kExecutionsLookedMax only.
  Answer<Ended> CountEnded(const std::string& alias, const std::string& version, absl::Time since);
  // Its errors, one a line; empty: none.
  Answer<std::string> Validate(const std::string& definition, const std::string& type);

  // Any operation, for what changes something.
  Answer<nlohmann::ordered_json> Call(const std::string& operation,
                                      const nlohmann::ordered_json& request);

 private:
  Answer<std::vector<nlohmann::ordered_json>> CallPages(const std::string& operation,
                                                        nlohmann::ordered_json request,
                                                        const std::string& member);

  workers::aws::Client* const client_;
};

inline constexpr size_t kExecutionsLookedMax = 20'000;
inline constexpr size_t kPagesMax = 200;

// The number at the end of a version's ARN; 0 when there is none.
int VersionNumber(const std::string& arn);
// "version 2 90 %, version 1 10 %"
std::string RoutesText(const std::vector<Route>& routes);

// The number of the account whose credentials these are (STS GetCallerIdentity).
absl::StatusOr<std::string> CallerAccount(workers::aws::Client* client);

}  // namespace aslctl
