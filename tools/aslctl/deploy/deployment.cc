// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "tools/aslctl/deploy/portability.h"
#include "workers/aws/settings.h"

namespace aslctl {
namespace {

namespace aws = workers::aws;
using Json = nlohmann::ordered_json;

constexpr char kLocalEndpoint[] = "http://127.0.0.1:8083";
// asld's own default, and Step Functions Local's.
constexpr char kLocalAccount[] = "123456789012";

Failure Usage(const absl::Status& status, std::string what, std::string fix) {
  return {.exit = Exit::kUsage,
          .what = std::move(what),
          .why = std::string(status.message()),
          .fix = std::move(fix)};
}

// The command line as a layer of settings.
Json LayerOf(const DeployOptions& options) {
  Json layer = Json::object();
  const std::pair<const char*, const std::string&> kTexts[] = {{"profile", options.profile},
                                                               {"endpoint", options.endpoint},
                                                               {"name", options.name},
                                                               {"role", options.role}};
  for (const auto& [key, text] : kTexts) {
    if (!text.empty()) layer[key] = text;
  }
  if (!options.regions.empty()) layer["regions"] = options.regions;
  const std::pair<const char*, const std::string&> kAlias[] = {
      {"name", options.alias},
      {"steps", options.steps},
      {"bake", options.bake},
      {"failure_rate", options.failure_rate}};
  for (const auto& [key, text] : kAlias) {
    if (!text.empty()) layer["alias"][key] = text;
  }
  return layer;
}

std::optional<aws::Endpoint> EndpointFor(const Clients::Target& target,
                                         const aws::Settings& settings, absl::Status* error) {
  if (!target.endpoint.empty()) {
    absl::StatusOr<aws::Endpoint> endpoint = aws::ParseEndpoint(target.endpoint);
    if (endpoint.ok()) return *std::move(endpoint);
    *error = endpoint.status();
    return std::nullopt;
  }
  if (!target.local) return std::nullopt;
  absl::StatusOr<aws::Endpoint> configured =
      aws::ResolveEndpoint(settings, aws::kStepFunctions, aws::kDefaultRegion);
  if (configured.ok() && configured->configured) return *std::move(configured);
  return *aws::ParseEndpoint(kLocalEndpoint);
}

}  // namespace

absl::StatusOr<aws::Client*> Clients::Find(const Target& target) {
  const auto key = std::tuple(target.profile, target.region, target.endpoint);
  if (const auto found = clients_.find(key); found != clients_.end()) return found->second.get();
  const aws::Variables variables = aws::ProcessVariables();
  absl::StatusOr<aws::Settings> settings = aws::LoadSettings(variables, target.profile);
  if (!settings.ok()) return settings.status();
  aws::Client::Options options{.settings = *settings, .region = target.region};
  options.user_agent = "aslctl";
  absl::Status error;
  options.endpoint = EndpointFor(target, *settings, &error);
  if (!error.ok()) return error;
  // asld looks at keys only when it is told to; the chain would ask the network for some.
  if (target.local && target.profile.empty() && !variables("AWS_ACCESS_KEY_ID") &&
      !variables("AWS_PROFILE")) {
    options.credentials = aws::Credentials{"local", aws::Secret("local")};
  }
  if (http_ == nullptr) {
    auto http = aws::HttpClient::Start({});
    if (!http.ok()) return http.status();
    http_ = *std::move(http);
  }
  auto& client = clients_[key];
  client = std::make_unique<aws::Client>(std::move(options), http_.get());
  return client.get();
}

std::string Site::Where() const { return target.local ? "asld" : region; }

std::optional<Failure> DeployRun::FindSites(std::vector<Site>* sites) {
  SourceOptions source_options = options_.source;
  source_options.layer = LayerOf(options_);
  absl::StatusOr<std::vector<MachineSource>> sources = FindMachines(source_options);
  const std::string what = fmt::format("cannot deploy {}", options_.source.path);
  if (!sources.ok())
    return Usage(sources.status(), what, "give a definition, a folder of them or a template");
  if (!options_.name.empty() && sources->size() > 1) {
    return Usage(
        absl::InvalidArgumentError("--name names one state machine, and there are several"), what,
        "choose one with --only");
  }
  for (const MachineSource& source : *sources) {
    const absl::StatusOr<Descriptor> settings = TargetOf(source);
    if (!settings.ok())
      return Usage(settings.status(), what, "tools/aslctl/README.md lists the settings");
    Clients::Target target{.profile = settings->profile,
                           .endpoint = settings->endpoint,
                           .local = options_.source.to == "local"};
    std::vector<std::string> regions = settings->regions;
    if (regions.empty()) regions.emplace_back();
    // An asld is in one region, whatever the list for AWS says.
    if (target.local) regions.resize(1);
    for (const std::string& region : regions) {
      target.region = region;
      const absl::StatusOr<aws::Client*> client = clients_.Find(target);
      if (!client.ok())
        return Usage(client.status(), what, "--profile, --region and --endpoint-url say where");
      std::string named = region.empty() ? (*client)->region() : region;
      if (named.empty() && (target.local || !target.endpoint.empty())) named = aws::kDefaultRegion;
      if (named.empty()) {
        return Usage(absl::InvalidArgumentError("no region is given"), what,
                     "--region REGION, regions: in the descriptor, or AWS_REGION");
      }
      sites->push_back({source, target, *client, named});
    }
  }
  return std::nullopt;
}

bool DeployRun::CheckPortable(const Deployment& deployment) {
  const bool local = deployment.site.target.local;
  const std::vector<asl::Problem> here =
      CheckPortability(deployment.machine, local ? Side::kAsld : Side::kAws);
  // The other side only for what is not the same on both.
  std::vector<asl::Problem> there =
      CheckPortability(deployment.machine, local ? Side::kAws : Side::kAsld);
  std::erase_if(there, [](const asl::Problem& problem) {
    return problem.code != "NOT_SUPPORTED_YET" && !problem.code.starts_with("NOT_ON_");
  });
  for (asl::Problem& problem : there) problem.severity = asl::Severity::kWarning;
  fmt::print(stderr, "{}{}", PortabilityText(deployment.machine, here),
             PortabilityText(deployment.machine, there));
  for (const std::string& warning : deployment.machine.warnings) {
    fmt::print(stderr, "{}: warning: {}\n", deployment.machine.settings.name, warning);
  }
  return !HasErrors(here);
}

std::optional<Failure> DeployRun::ResolveAll(std::vector<Site> sites,
                                             std::vector<Deployment>* deployments) {
  bool portable = true;
  for (Site& site : sites) {
    Place place{.region = site.region, .local = site.target.local};
    if (place.local) {
      place.account = aws::ProcessVariables()("AWS_ACCOUNT_ID").value_or(kLocalAccount);
    } else if (site.source.NeedsAccount()) {
      std::string& account = accounts_[site.client];
      if (account.empty()) {
        const absl::StatusOr<std::string> asked = CallerAccount(site.client);
        if (!asked.ok()) {
          return Failure{.exit = Exit::kUnreachable,
                         .what = fmt::format("cannot tell the account in {}", site.region),
                         .why = std::string(asked.status().message()),
                         .fix = "--profile names other credentials"};
        }
        account = *asked;
      }
      place.account = account;
    }
    absl::StatusOr<Machine> machine = Resolve(site.source, options_.source, place);
    if (!machine.ok()) {
      return Usage(machine.status(), fmt::format("cannot deploy {}", site.source.path),
                   "--set NAME=VALUE, --substitutions FILE, or substitutions: in the descriptor");
    }
    Deployment deployment{.site = std::move(site), .machine = *std::move(machine)};
    portable = CheckPortable(deployment) && portable;
    if (deployment.site.target.local) {
      deployment.machine.settings.logging.reset();
      deployment.machine.settings.tracing.reset();
    }
    deployments->push_back(std::move(deployment));
  }
  if (portable) return std::nullopt;
  return Failure{.exit = Exit::kFailed,
                 .what = fmt::format("{} cannot work on {}", options_.source.path,
                                     options_.source.to == "local" ? "asld" : "AWS"),
                 .why = "of the errors listed above; nothing was sent"};
}

std::optional<Failure> DeployRun::Prepare(std::vector<Deployment>* deployments) {
  std::vector<Site> sites;
  if (auto failure = FindSites(&sites)) return failure;
  if (auto failure = ResolveAll(std::move(sites), deployments)) return failure;
  for (Deployment& deployment : *deployments) {
    StepFunctions service(deployment.site.client);
    Descriptor& settings = deployment.machine.settings;
    Answer<Deployed> deployed = Observe(service, settings);
    if (!deployed.ok()) {
      return FailureOf(*deployed.error, fmt::format("cannot look at {} in {}", settings.name,
                                                    deployment.site.Where()));
    }
    deployment.deployed = std::move(deployed.value);
    if (!settings.role && !deployment.deployed.machine && deployment.site.target.local) {
      settings.role = fmt::format("arn:aws:iam::{}:role/asld", deployment.machine.place.account);
    }
    deployment.plan = MakePlan(deployment.machine, deployment.deployed);
  }
  return std::nullopt;
}

Failure FailureOf(const CallError& error, std::string what) {
  Failure failure{.exit = error.answered ? Exit::kRefused : Exit::kUnreachable,
                  .what = std::move(what),
                  .why = ErrorText(error)};
  if (error.not_served) {
    failure.fix = "this server does not serve it: leave alias and publish out of the descriptor";
  } else if (!error.answered) {
    failure.fix = "--endpoint-url, --region and --profile say who is asked, and as whom";
  }
  return failure;
}

}  // namespace aslctl
