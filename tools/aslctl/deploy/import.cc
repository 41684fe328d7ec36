// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// `aslctl import`: files of a state machine that is there: its definition byte for byte, and a
// descriptor of everything else. A plan of these files is empty.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/aslctl/arguments.h"
#include "tools/aslctl/deploy/deployment.h"
#include "workers/aws/settings.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

Json DescriptorJson(const Described& machine, const Tags& tags, const std::string& alias,
                    bool literal) {
  const Content& content = machine.content;
  Json out = {{"name", machine.name}, {"type", content.type}, {"role", content.role}};
  out["logging"] = {{"level", content.logging.level},
                    {"include_execution_data", content.logging.include_execution_data}};
  if (!content.logging.destination.empty()) {
    out["logging"]["destination"] = content.logging.destination;
  }
  out["tracing"] = content.tracing;
  out["tags"] = Json::object();
  for (const auto& [key, value] : tags) {
    if (!key.starts_with("aws:")) out["tags"][key] = value;
  }
  if (!alias.empty()) out["alias"] = alias;
  // "${x}" in it is text: what was to be replaced was replaced before it got there.
  if (literal) out["substitutions"] = false;
  return out;
}

// False and `failure` when the file is there with another content, or cannot be written.
bool WriteFile(const std::string& path, const std::string& text, bool force, Failure* failure) {
  std::error_code error;
  if (!force && std::filesystem::exists(path, error)) {
    const absl::StatusOr<std::string> there = ReadFile(path);
    if (there.ok() && *there == text) return true;
    *failure = {.exit = Exit::kRefused,
                .what = fmt::format("cannot write {}", path),
                .why = "there is a file of that name with another content",
                .fix = "--force overwrites it, --dir FOLDER writes elsewhere"};
    return false;
  }
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const bool written =
      file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (written && closed) {
    fmt::print(stderr, "wrote {}\n", path);
    return true;
  }
  *failure = {.exit = Exit::kFailed,
              .what = fmt::format("cannot write {}", path),
              .why = std::strerror(errno)};
  return false;
}

// Its only alias; empty when there is none, or several and nobody chose.
std::string AliasOf(StepFunctions& service, const std::string& machine) {
  const auto aliases = service.ListAliases(machine);
  if (!aliases.ok() || aliases.value.empty()) return "";
  if (aliases.value.size() == 1) return aliases.value[0].substr(aliases.value[0].rfind(':') + 1);
  fmt::print(stderr, "it has {} aliases: --alias NAME puts one of them into the descriptor\n",
             aliases.value.size());
  return "";
}

}  // namespace

Exit Import(const ImportOptions& options) {
  Clients clients;
  const std::string what = fmt::format("cannot import {}", options.machine);
  const auto client = clients.Find({.profile = options.profile,
                                    .region = options.region,
                                    .endpoint = options.endpoint,
                                    .local = options.to == "local"});
  if (!client.ok()) {
    return Tell(
        {.exit = Exit::kUsage, .what = what, .why = std::string(client.status().message())});
  }
  StepFunctions service(*client);
  std::string arn = options.machine;
  if (!arn.starts_with("arn:")) {
    const auto found = service.FindMachine(options.machine);
    if (!found.ok()) return Tell(FailureOf(*found.error, what));
    if (!found.value) {
      return Tell({.exit = Exit::kNotFound, .what = what, .why = "there is no such state machine"});
    }
    arn = *found.value;
  }
  const Answer<Described> machine = service.Describe(arn);
  if (!machine.ok()) return Tell(FailureOf(*machine.error, what));
  const Answer<Tags> tags = service.ListTags(arn);
  if (!tags.ok() && !tags.error->not_served) return Tell(FailureOf(*tags.error, what));
  const std::string alias = options.alias.empty() ? AliasOf(service, arn) : options.alias;

  const std::string base = (std::filesystem::path(options.folder) / machine.value.name).string();
  const std::string& definition = machine.value.content.definition;
  const bool literal = definition.find("${") != std::string::npos;
  const std::string descriptor = ToYaml(DescriptorJson(machine.value, tags.value, alias, literal));
  Failure failure;
  const bool written = WriteFile(base + ".asl.json", definition, options.force, &failure) &&
                       WriteFile(base + ".deploy.yaml", descriptor, options.force, &failure);
  return written ? Exit::kOk : Tell(failure);
}

}  // namespace aslctl
