// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One state machine for one place: the values of its substitutions, its settings, its definition.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "tools/aslctl/deploy/machine.h"
#include "tools/aslctl/deploy/substitutions.h"
#include "tools/aslctl/deploy/yaml_tree.h"
#include "tools/aslctl/suggest.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
using Given = TemplateValues::Given;

absl::StatusOr<Given> ReadSets(const std::vector<std::string>& sets) {
  Given given;
  for (const std::string& set : sets) {
    const size_t at = set.find('=');
    if (at == 0 || at == std::string::npos) {
      return absl::InvalidArgumentError(fmt::format("--set {}: expected NAME=VALUE", set));
    }
    given[set.substr(0, at)] = set.substr(at + 1);
  }
  return given;
}

// ${AWS::Region} and the like in every text of the settings.
void ReplacePseudo(const Place& place, Json* value) {
  if (value->is_string()) {
    *value = Substitute(value->get<std::string>(), [&](std::string_view name) {
               const std::string pseudo = place.Pseudo(name);
               return pseudo.empty() ? std::nullopt : std::optional<std::string>(pseudo);
             }).text;
  }
  if (!value->is_structured()) return;
  for (Json& member : *value) ReplacePseudo(place, &member);
}

class Resolver {
 public:
  Resolver(const MachineSource& source, const SourceOptions& options, const Place& place)
      : source_(source), options_(options), place_(place) {}

  absl::StatusOr<Machine> Run() {
    absl::StatusOr<Given> given = ReadSets(options_.sets);
    if (!given.ok()) return given.status();
    given_ = *std::move(given);
    Json layers = Json::object();
    if (const absl::Status s = AddTemplateLayer(&layers); !s.ok()) return s;
    AddLayer(source_.layers, options_.to, &layers);
    ReplacePseudo(place_, &layers);
    absl::StatusOr<Descriptor> settings = ReadDescriptor(layers);
    if (!settings.ok()) return settings.status();
    if (settings->name.empty()) settings->name = source_.ShortName();
    machine_.settings = *std::move(settings);
    machine_.place = place_;
    if (const absl::Status s = GatherValues(); !s.ok()) return s;
    absl::StatusOr<std::string> text = DefinitionText();
    if (!text.ok()) return text.status();
    machine_.file = DefinitionFile::FromText(source_.path, *std::move(text));
    return std::move(machine_);
  }

 private:
  // What a template says of settings that the descriptor knows, too.
  absl::Status AddTemplateLayer(Json* layers) {
    if (!source_.in_template) return absl::OkStatus();
    const TemplateMachine& machine = *source_.in_template;
    const TemplateValues values(*source_.tree, given_, place_);
    (*layers)["name"] = machine.logical_id;
    const std::pair<const char*, const char*> kTexts[] = {
        {machine.serverless ? "Name" : "StateMachineName", "name"},
        {machine.serverless ? "Type" : "StateMachineType", "type"},
        {machine.serverless ? "Role" : "RoleArn", "role"},
        {"AutoPublishAlias", "alias"}};
    for (const auto& [property, setting] : kTexts) {
      if (!machine.properties.is_object() || !machine.properties.contains(property)) continue;
      const absl::StatusOr<std::string> text = values.Text(machine.properties[property]);
      // What the descriptor says itself need not be known of the template.
      if (!text.ok() && source_.layers.contains(setting)) continue;
      if (!text.ok())
        return Told(fmt::format("{}.{}", machine.logical_id, property), text.status());
      (*layers)[setting] = *text;
    }
    if (!machine.properties.is_object()) return absl::OkStatus();
    const char* tracing = machine.serverless ? "Tracing" : "TracingConfiguration";
    if (machine.properties.contains(tracing) && machine.properties[tracing].is_object()) {
      (*layers)["tracing"] = machine.properties[tracing].value("Enabled", Json(false));
    }
    return AddTemplateTags(values, machine.properties.value("Tags", Json()), layers);
  }

  // A map in SAM, a list of Key and Value in CloudFormation.
  absl::Status AddTemplateTags(const TemplateValues& values, const Json& tags, Json* layers) {
    if (!tags.is_structured()) return absl::OkStatus();
    for (const auto& [key, value] : tags.items()) {
      const bool pair = tags.is_array() && value.is_object();
      const absl::StatusOr<std::string> text =
          values.Text(pair ? value.value("Value", Json()) : value);
      if (!text.ok()) return Told("Tags", text.status());
      (*layers)["tags"][pair ? ScalarText(value.value("Key", Json())) : key] = *text;
    }
    return absl::OkStatus();
  }

  // Of the descriptor, of the file that it names or the command line does, of the command line.
  absl::Status GatherValues() {
    auto& values = machine_.settings.substitutions;
    if (source_.in_template) {
      const absl::Status s = AddTemplateValues(*source_.tree, *source_.in_template);
      if (!s.ok()) return s;
    }
    std::string from = machine_.settings.substitutions_from;
    if (!from.empty() && from[0] != '/') {
      from = (std::filesystem::path(source_.path).parent_path() / from).string();
    }
    for (const std::string& path : {from, options_.substitutions_from}) {
      if (path.empty()) continue;
      if (const absl::Status s = AddValuesOf(path); !s.ok()) return s;
    }
    for (const auto& [name, value] : given_) values[name] = value;
    return absl::OkStatus();
  }

  absl::Status AddValuesOf(const std::string& path) {
    const absl::StatusOr<Json> tree = ReadYamlFile(path);
    if (!tree.ok()) return tree.status();
    if (!tree->is_object())
      return Told(path, absl::InvalidArgumentError("holds no names and values"));
    if (!IsTemplate(*tree)) {
      for (const auto& [name, value] : tree->items()) {
        if (!value.is_primitive() || value.is_null()) {
          return Told(path, absl::InvalidArgumentError(name + " has no text as its value"));
        }
        machine_.settings.substitutions[name] = ScalarText(value);
      }
      return absl::OkStatus();
    }
    const std::vector<TemplateMachine> machines = MachinesOf(*tree);
    const TemplateMachine* mine = nullptr;
    for (const TemplateMachine& machine : machines) {
      if (IsMine(path, machine) || (machines.size() == 1 && mine == nullptr)) mine = &machine;
    }
    if (mine == nullptr) {
      return Told(path, absl::NotFoundError("no state machine in it has this definition's file, or "
                                            "its name as logical id"));
    }
    return AddTemplateValues(*tree, *mine);
  }

  bool IsMine(const std::string& path, const TemplateMachine& machine) const {
    if (machine.logical_id == source_.ShortName()) return true;
    if (!machine.properties.is_object()) return false;
    const std::string uri = ScalarText(machine.properties.value("DefinitionUri", Json()));
    if (uri.empty()) return false;
    std::error_code error;
    return std::filesystem::equivalent(std::filesystem::path(path).parent_path() / uri,
                                       source_.path, error);
  }

  absl::Status AddTemplateValues(const Json& tree, const TemplateMachine& machine) {
    if (!machine.properties.is_object()) return absl::OkStatus();
    const TemplateValues values(tree, given_, place_);
    const Json substitutions = machine.properties.value("DefinitionSubstitutions", Json::object());
    for (const auto& [name, value] : substitutions.items()) {
      if (given_.contains(name)) continue;
      absl::StatusOr<std::string> text = values.Text(value);
      if (!text.ok()) {
        return Told(fmt::format("{}.DefinitionSubstitutions.{}", machine.logical_id, name),
                    text.status());
      }
      machine_.settings.substitutions[name] = *std::move(text);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> DefinitionText() {
    std::string text = source_.text;
    if (source_.in_template && text.empty()) {
      const TemplateValues values(*source_.tree, given_, place_);
      absl::StatusOr<std::string> found =
          values.Text(source_.in_template->properties["DefinitionString"]);
      if (!found.ok()) {
        return Told(source_.in_template->logical_id + ".DefinitionString", found.status());
      }
      text = *std::move(found);
    }
    if (!machine_.settings.substitute) return text;
    Substituted done = Substitute(text, [&](std::string_view name) {
      const auto& values = machine_.settings.substitutions;
      const auto found = values.find(name);
      if (found != values.end()) return std::optional<std::string>(found->second);
      const std::string pseudo = place_.Pseudo(name);
      return pseudo.empty() ? std::nullopt : std::optional<std::string>(pseudo);
    });
    if (!done.missing.empty()) return Missing(done.missing);
    WarnOfUnused({done.used.begin(), done.used.end()});
    return std::move(done.text);
  }

  absl::Status Missing(const std::vector<MissingValue>& missing) const {
    std::string text;
    std::vector<std::string> names;
    for (const auto& [name, value] : machine_.settings.substitutions) names.push_back(name);
    for (const MissingValue& one : missing) {
      const std::string near = DidYouMean(one.name, names);
      text +=
          fmt::format("{}{}:{}:{}: ${{{}}} has no value{}{}", text.empty() ? "" : "\n       ",
                      source_.path, one.line, one.column, one.name, near.empty() ? "" : ": ", near);
    }
    return absl::NotFoundError(text);
  }

  // Only the command line's: a file may serve several definitions.
  void WarnOfUnused(const std::set<std::string>& used) {
    for (const auto& [name, value] : given_) {
      if (used.contains(name) || source_.tree != nullptr || name.find('.') != std::string::npos) {
        continue;
      }
      machine_.warnings.push_back(
          fmt::format("--set {}: nothing in {} is called so", name, source_.path));
    }
  }

  static absl::Status Told(const std::string& what, const absl::Status& status) {
    return absl::Status(status.code(), fmt::format("{}: {}", what, std::string(status.message())));
  }

  const MachineSource& source_;
  const SourceOptions& options_;
  const Place& place_;
  Given given_;
  Machine machine_;
};

}  // namespace

absl::StatusOr<Machine> Resolve(const MachineSource& source, const SourceOptions& options,
                                const Place& place) {
  absl::StatusOr<Machine> machine = Resolver(source, options, place).Run();
  if (machine.ok()) return machine;
  return absl::Status(
      machine.status().code(),
      fmt::format("{}: {}", source.ShortName(), std::string(machine.status().message())));
}

}  // namespace aslctl
