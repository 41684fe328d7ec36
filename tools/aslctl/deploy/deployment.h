// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One run of deploy, plan, apply, drift or rollback: the machines that were asked for, at each place
// where they are to be, with the clients that reach these. Owned by the command; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "tools/aslctl/deploy/apply.h"
#include "tools/aslctl/deploy/commands_deploy.h"
#include "tools/aslctl/failure.h"
#include "workers/aws/http_client.h"

namespace aslctl {

// Clients by profile, region and endpoint, over one HTTP client.
class Clients {
 public:
  // Where a machine is to be. `region` empty: what the environment says.
  struct Target {
    std::string profile, region, endpoint;
    bool local = false;
  };
  absl::StatusOr<workers::aws::Client*> Find(const Target& target);

 private:
  std::unique_ptr<workers::aws::HttpClient> http_;
  std::map<std::tuple<std::string, std::string, std::string>, std::unique_ptr<workers::aws::Client>>
      clients_;
};

// A place as it is before anybody knows its account.
struct Site {
  MachineSource source;
  Clients::Target target;
  workers::aws::Client* client = nullptr;
  std::string region;

  std::string Where() const;  // "eu-west-1"; "asld"
};

struct Deployment {
  Site site;
  Machine machine;
  Deployed deployed;
  Plan plan;
};

class DeployRun {
 public:
  explicit DeployRun(const DeployOptions& options) : options_(options) {}

  // Every machine with every place, in the order of the files, then of the regions.
  std::optional<Failure> FindSites(std::vector<Site>* sites);
  // The same with what is there and what would change. Problems are listed on stderr; nothing is
  // asked of a service while there are any that are errors.
  std::optional<Failure> Prepare(std::vector<Deployment>* deployments);

 private:
  std::optional<Failure> ResolveAll(std::vector<Site> sites, std::vector<Deployment>* deployments);
  bool CheckPortable(const Deployment& deployment);

  const DeployOptions& options_;
  Clients clients_;
  std::map<workers::aws::Client*, std::string> accounts_;
};

Failure FailureOf(const CallError& error, std::string what);

}  // namespace aslctl
