// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/step_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "workers/aws/api.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
namespace aws = workers::aws;

std::string Text(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

double Seconds(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

// What a person's file says may not be UTF-8.
std::string Dump(const Json& request) {
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool Flag(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

// asld and LocalStack name it; a server that is no more than a router of known operations answers
// with a bare status.
bool IsNotServed(const aws::ApiError& error) {
  if (error.kind != aws::ApiError::Kind::kService) return false;
  if (error.code == "UnknownOperationException" || error.code == "UnsupportedOperationException") {
    return true;
  }
  return error.code.empty() &&
         (error.status == 404 || error.status == 405 || error.status == 500 || error.status == 501);
}

CallError ErrorOf(const std::string& operation, const aws::ApiError& error) {
  CallError out{.operation = operation, .code = error.code, .message = error.message};
  out.answered = error.kind == aws::ApiError::Kind::kService;
  out.not_served = IsNotServed(error);
  if (out.message.empty() && out.answered) out.message = fmt::format("status {}", error.status);
  if (out.message.empty()) out.message = "there is no answer";
  return out;
}

Logging ReadLogging(const Json& machine) {
  Logging logging;
  const auto found = machine.find("loggingConfiguration");
  if (found == machine.end() || !found->is_object()) return logging;
  if (const std::string level = Text(*found, "level"); !level.empty()) logging.level = level;
  logging.include_execution_data = Flag(*found, "includeExecutionData");
  const Json destinations = found->value("destinations", Json::array());
  if (destinations.is_array() && !destinations.empty() && destinations[0].is_object()) {
    const Json group = destinations[0].value("cloudWatchLogsLogGroup", Json::object());
    if (group.is_object()) logging.destination = Text(group, "logGroupArn");
  }
  return logging;
}

Described ReadMachine(const Json& answer) {
  Described machine{.arn = Text(answer, "stateMachineArn"),
                    .name = Text(answer, "name"),
                    .status = Text(answer, "status"),
                    .revision = Text(answer, "revisionId")};
  if (machine.revision.empty()) machine.revision = "INITIAL";
  const Json tracing = answer.value("tracingConfiguration", Json::object());
  machine.content = {.definition = Text(answer, "definition"),
                     .type = Text(answer, "type"),
                     .role = Text(answer, "roleArn"),
                     .logging = ReadLogging(answer),
                     .tracing = tracing.is_object() && Flag(tracing, "enabled")};
  return machine;
}

template <class T>
Answer<T> Failed(CallError error) {
  return {.error = std::move(error)};
}

}  // namespace

std::string ErrorText(const CallError& error) {
  return error.code.empty() ? fmt::format("{}: {}", error.operation, error.message)
                            : fmt::format("{}: {}: {}", error.operation, error.code, error.message);
}

int VersionNumber(const std::string& arn) {
  const size_t colon = arn.rfind(':');
  if (colon == std::string::npos) return 0;
  int number = 0;
  const auto [end, error] =
      std::from_chars(arn.data() + colon + 1, arn.data() + arn.size(), number);
  return error == std::errc() && end == arn.data() + arn.size() ? number : 0;
}

std::string RoutesText(const std::vector<Route>& routes) {
  std::string text;
  for (const Route& route : routes) {
    text += fmt::format("{}version {} {} %", text.empty() ? "" : ", ", VersionNumber(route.version),
                        route.weight);
  }
  return text;
}

Answer<Json> StepFunctions::Call(const std::string& operation, const Json& request) {
  aws::ApiResult result =
      client_->Wait(aws::JsonCall(aws::kStepFunctions, operation, Dump(request)));
  if (result.error) return Failed<Json>(ErrorOf(operation, *result.error));
  Json body = Json::parse(result.response.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_object()) return {.value = std::move(body)};
  return Failed<Json>({.operation = operation, .message = "the answer is no JSON object"});
}

Answer<std::vector<Json>> StepFunctions::CallPages(const std::string& operation, Json request,
                                                   const std::string& member) {
  std::vector<Json> items;
  request["maxResults"] = 1000;
  for (size_t page = 0; page < kPagesMax; ++page) {
    Answer<Json> answer = Call(operation, request);
    if (!answer.ok()) return Failed<std::vector<Json>>(std::move(*answer.error));
    for (Json& item : answer.value[member]) items.push_back(std::move(item));
    const std::string next = Text(answer.value, "nextToken");
    if (next.empty()) break;
    request["nextToken"] = next;
  }
  return {.value = std::move(items)};
}

Answer<std::optional<std::string>> StepFunctions::FindMachine(const std::string& name) {
  const auto machines = CallPages("ListStateMachines", Json::object(), "stateMachines");
  if (!machines.ok()) return Failed<std::optional<std::string>>(*machines.error);
  for (const Json& machine : machines.value) {
    if (Text(machine, "name") == name) return {.value = Text(machine, "stateMachineArn")};
  }
  return {};
}

Answer<Described> StepFunctions::Describe(const std::string& arn) {
  const Answer<Json> answer = Call("DescribeStateMachine", {{"stateMachineArn", arn}});
  if (!answer.ok()) return Failed<Described>(*answer.error);
  return {.value = ReadMachine(answer.value)};
}

Answer<Tags> StepFunctions::ListTags(const std::string& arn) {
  const Answer<Json> answer = Call("ListTagsForResource", {{"resourceArn", arn}});
  if (!answer.ok()) return Failed<Tags>(*answer.error);
  Tags tags;
  const Json listed = answer.value.value("tags", Json::array());
  for (const Json& tag : listed) {
    if (tag.is_object()) tags[Text(tag, "key")] = Text(tag, "value");
  }
  return {.value = std::move(tags)};
}

Answer<std::vector<std::string>> StepFunctions::ListVersions(const std::string& machine) {
  const auto listed =
      CallPages("ListStateMachineVersions", {{"stateMachineArn", machine}}, "stateMachineVersions");
  std::vector<std::string> arns;
  if (!listed.ok() && !listed.error->not_served) {
    return Failed<std::vector<std::string>>(*listed.error);
  }
  for (const Json& version : listed.value) arns.push_back(Text(version, "stateMachineVersionArn"));
  // Versions are numbered from 1.
  for (int number = 1; !listed.ok(); ++number) {
    const std::string arn = fmt::format("{}:{}", machine, number);
    const Answer<Described> found = Describe(arn);
    if (!found.ok() && found.error->code != "StateMachineDoesNotExist" &&
        found.error->code != "InvalidArn") {
      return Failed<std::vector<std::string>>(*found.error);
    }
    if (!found.ok()) break;
    arns.insert(arns.begin(), arn);
  }
  return {.value = std::move(arns)};
}

Answer<std::vector<std::string>> StepFunctions::ListAliases(const std::string& machine) {
  const auto listed =
      CallPages("ListStateMachineAliases", {{"stateMachineArn", machine}}, "stateMachineAliases");
  if (!listed.ok()) return Failed<std::vector<std::string>>(*listed.error);
  std::vector<std::string> arns;
  for (const Json& alias : listed.value) arns.push_back(Text(alias, "stateMachineAliasArn"));
  return {.value = std::move(arns)};
}

Answer<std::optional<AliasState>> StepFunctions::DescribeAlias(const std::string& arn) {
  const Answer<Json> answer = Call("DescribeStateMachineAlias", {{"stateMachineAliasArn", arn}});
  if (!answer.ok()) {
    if (answer.error->code == "ResourceNotFound") return {};
    return Failed<std::optional<AliasState>>(*answer.error);
  }
  AliasState alias{.arn = Text(answer.value, "stateMachineAliasArn")};
  const double updated =
      std::max(Seconds(answer.value, "updateDate"), Seconds(answer.value, "creationDate"));
  alias.updated = absl::UnixEpoch() + absl::Seconds(updated);
  for (const Json& route : answer.value.value("routingConfiguration", Json::array())) {
    if (!route.is_object()) continue;
    alias.routes.push_back(
        {Text(route, "stateMachineVersionArn"), static_cast<int>(Seconds(route, "weight"))});
  }
  return {.value = std::move(alias)};
}

Answer<Ended> StepFunctions::CountEnded(const std::string& alias, const std::string& version,
                                        absl::Time since) {
  Ended ended;
  size_t looked = 0;
  Json request = {{"stateMachineArn", alias}, {"maxResults", 1000}};
  while (looked < kExecutionsLookedMax) {
    const Answer<Json> answer = Call("ListExecutions", request);
    if (!answer.ok()) return Failed<Ended>(*answer.error);
    const Json executions = answer.value.value("executions", Json::array());
    for (const Json& execution : executions) {
      // Newest first.
      if (absl::UnixEpoch() + absl::Seconds(Seconds(execution, "startDate")) < since) {
        return {.value = ended};
      }
      if (Text(execution, "stateMachineVersionArn") != version) continue;
      const std::string status = Text(execution, "status");
      const bool failed = status == "FAILED" || status == "TIMED_OUT";
      ended.failed += failed ? 1 : 0;
      ended.all += failed || status == "SUCCEEDED" ? 1 : 0;
    }
    looked += executions.size();
    const std::string next = Text(answer.value, "nextToken");
    if (next.empty()) break;
    request["nextToken"] = next;
  }
  return {.value = ended};
}

Answer<std::string> StepFunctions::Validate(const std::string& definition,
                                            const std::string& type) {
  const Answer<Json> answer =
      Call("ValidateStateMachineDefinition", {{"definition", definition}, {"type", type}});
  if (!answer.ok()) return Failed<std::string>(*answer.error);
  std::string errors;
  if (Text(answer.value, "result") == "OK") return {};
  for (const Json& problem : answer.value.value("diagnostics", Json::array())) {
    if (!problem.is_object() || Text(problem, "severity") == "WARNING") continue;
    errors +=
        fmt::format("{}{} [{}] {}", errors.empty() ? "" : "\n       ", Text(problem, "message"),
                    Text(problem, "code"), Text(problem, "location"));
  }
  return {.value = errors.empty() ? "the definition is refused" : errors};
}

absl::StatusOr<std::string> CallerAccount(aws::Client* client) {
  aws::ApiCall call{.service = aws::kSts};
  call.request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  call.request.body = "Action=GetCallerIdentity&Version=2011-06-15";
  const aws::ApiResult result = client->Wait(std::move(call));
  if (result.error) {
    return absl::UnavailableError(ErrorText(ErrorOf("GetCallerIdentity", *result.error)));
  }
  constexpr std::string_view kOpen = "<Account>";
  const std::string& body = result.response.body;
  const size_t at = body.find(kOpen);
  const size_t end = body.find("</Account>");
  if (at == std::string::npos || end == std::string::npos || end < at) {
    return absl::UnavailableError("GetCallerIdentity: the answer names no account");
  }
  return body.substr(at + kOpen.size(), end - at - kOpen.size());
}

}  // namespace aslctl
