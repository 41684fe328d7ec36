// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which state machines a path stands for, and the files that say something of them.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tools/aslctl/arguments.h"
#include "tools/aslctl/deploy/machine.h"
#include "tools/aslctl/deploy/yaml_tree.h"
#include "tools/aslctl/suggest.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kDefinitionEnds[] = {".asl.json", ".asl.yaml", ".asl.yml", ".asl"};

// The path without what tells that it is a definition.
std::string BaseOf(const std::string& path) {
  for (const char* end : {".asl.json", ".asl.yaml", ".asl.yml", ".asl", ".json", ".yaml", ".yml"}) {
    if (path.ends_with(end)) return path.substr(0, path.size() - std::string(end).size());
  }
  return path;
}

// The settings that a file of that path holds; an empty object when there is no such file.
absl::StatusOr<Json> SettingsIn(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return Json::object();
  return ReadYamlFile(path.string());
}

absl::Status AddLayers(const SourceOptions& options, MachineSource* source) {
  const fs::path folder = fs::path(source->path).parent_path();
  const absl::StatusOr<Json> all = SettingsIn(folder / "deploy.yaml");
  if (!all.ok()) return all.status();
  const absl::StatusOr<Json> own = SettingsIn(source->base + ".deploy.yaml");
  if (!own.ok()) return own.status();
  Json layers = Json::object();
  AddLayer(*all, options.to, &layers);
  const Json machines = all->is_object() ? all->value("machines", Json::object()) : Json::object();
  const std::string name = source->ShortName();
  if (machines.is_object() && machines.contains(name)) {
    AddLayer(machines[name], options.to, &layers);
  }
  AddLayer(*own, options.to, &layers);
  AddLayer(options.layer, options.to, &layers);
  source->layers = std::move(layers);
  return absl::OkStatus();
}

// The text of a template's definition, unless the template itself has it.
absl::Status ReadTemplateDefinition(const fs::path& folder, MachineSource* source) {
  const Json& properties = source->in_template->properties;
  const Json uri = properties.is_object() ? properties.value("DefinitionUri", Json()) : Json();
  if (properties.is_object() && properties.contains("Definition")) {
    source->text = properties["Definition"].dump();
    return absl::OkStatus();
  }
  if (properties.is_object() && properties.contains("DefinitionString")) return absl::OkStatus();
  if (!uri.is_string() || uri.get_ref<const std::string&>().starts_with("s3://")) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: its definition is in neither DefinitionUri (a file), Definition nor DefinitionString",
        source->in_template->logical_id));
  }
  const std::string path = (folder / uri.get<std::string>()).string();
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  source->path = path;
  source->text = *std::move(text);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<MachineSource>> FindInTemplate(const SourceOptions& options, Json tree) {
  std::vector<MachineSource> sources;
  const auto shared = std::make_shared<const Json>(std::move(tree));
  const fs::path folder = fs::path(options.path).parent_path();
  for (TemplateMachine& machine : MachinesOf(*shared)) {
    MachineSource source{.path = options.path,
                         .base = (folder / machine.logical_id).string(),
                         .tree = shared,
                         .in_template = std::move(machine)};
    absl::Status s = ReadTemplateDefinition(folder, &source);
    if (s.ok()) s = AddLayers(options, &source);
    if (!s.ok()) return s;
    sources.push_back(std::move(source));
  }
  return sources;
}

absl::StatusOr<std::vector<MachineSource>> FindInFile(const SourceOptions& options,
                                                      const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  if (text->find("Resources") != std::string::npos) {
    absl::StatusOr<Json> tree = ReadYamlTree(*text);
    if (tree.ok() && IsTemplate(*tree)) return FindInTemplate(options, *std::move(tree));
  }
  MachineSource source{.path = path, .base = BaseOf(path), .text = *std::move(text)};
  if (const absl::Status s = AddLayers(options, &source); !s.ok()) return s;
  return std::vector<MachineSource>{std::move(source)};
}

absl::StatusOr<std::vector<std::string>> DefinitionsIn(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string path = entry.path().string();
    const bool is_one = std::any_of(std::begin(kDefinitionEnds), std::end(kDefinitionEnds),
                                    [&](const char* end) { return path.ends_with(end); });
    if (is_one) paths.push_back(path);
  }
  if (error) return absl::NotFoundError(fmt::format("{}: {}", folder, error.message()));
  if (paths.empty()) {
    return absl::NotFoundError(
        fmt::format("{} holds no definitions (*.asl.json, *.asl.yaml, *.asl.yml, *.asl)", folder));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::Status KeepOnly(const std::string& name, std::vector<MachineSource>* sources) {
  std::vector<std::string> names;
  for (const MachineSource& source : *sources) names.push_back(source.ShortName());
  std::erase_if(*sources, [&](const MachineSource& s) { return s.ShortName() != name; });
  if (!sources->empty()) return absl::OkStatus();
  const std::string near = DidYouMean(name, names);
  return absl::NotFoundError(fmt::format("there is no state machine '{}' in it{}{}", name,
                                         near.empty() ? "" : ": ", near));
}

}  // namespace

std::string MachineSource::ShortName() const { return fs::path(base).filename().string(); }

bool MachineSource::NeedsAccount() const {
  return tree != nullptr || text.find("AWS::AccountId") != std::string::npos ||
         layers.dump().find("AWS::AccountId") != std::string::npos;
}

absl::StatusOr<Descriptor> TargetOf(const MachineSource& source) {
  absl::StatusOr<Descriptor> settings = ReadDescriptor(source.layers);
  if (settings.ok()) return settings;
  return absl::InvalidArgumentError(fmt::format("settings of {}: {}", source.ShortName(),
                                                std::string(settings.status().message())));
}

absl::StatusOr<std::vector<MachineSource>> FindMachines(const SourceOptions& options) {
  std::vector<MachineSource> sources;
  if (options.by_name) {
    return std::vector<MachineSource>{
        {.path = options.path, .base = options.path, .layers = options.layer}};
  }
  std::vector<std::string> paths = {options.path};
  std::error_code error;
  if (fs::is_directory(options.path, error)) {
    absl::StatusOr<std::vector<std::string>> found = DefinitionsIn(options.path);
    if (!found.ok()) return found.status();
    paths = *std::move(found);
  }
  for (const std::string& path : paths) {
    absl::StatusOr<std::vector<MachineSource>> found = FindInFile(options, path);
    if (!found.ok()) return found.status();
    sources.insert(sources.end(), std::make_move_iterator(found->begin()),
                   std::make_move_iterator(found->end()));
  }
  if (sources.empty()) {
    return absl::NotFoundError(fmt::format("{} holds no state machines", options.path));
  }
  if (options.only) {
    if (const absl::Status s = KeepOnly(*options.only, &sources); !s.ok()) return s;
  }
  return sources;
}

}  // namespace aslctl
