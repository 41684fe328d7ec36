// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/portability.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/arn.h"
#include "asl/json.h"
#include "asl/limits.h"
#include "tools/aslctl/deploy/states.h"

namespace aslctl {
namespace {

constexpr char kNotOnAws[] = "NOT_ON_AWS";
constexpr char kNotOnAsld[] = "NOT_ON_ASLD";
constexpr size_t kFunctionNameMax = 64;  // Lambda API reference, CreateFunction
constexpr size_t kMachineNameMax = 80;   // API reference, CreateStateMachine
constexpr size_t kTagsMax = 50;          // AWS guide "Service quotas"

bool All(std::string_view text, bool (*good)(char)) {
  return std::all_of(text.begin(), text.end(), good);
}
bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}
bool IsMachineCharacter(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
         std::string_view("<>{}[]?*\"#%\\^|~`$&,;:/").find(c) == std::string_view::npos;
}

// An http URL of this machine or of a private network's name.
bool IsLocalUrl(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || !text.starts_with("http")) return false;
  std::string_view host = text.substr(scheme + 3);
  host = host.substr(0, host.find_first_of(":/"));
  return host == "localhost" || host.starts_with("127.") || host == "0.0.0.0" ||
         host.ends_with(".localhost") || host.ends_with(".localstack.cloud") ||
         host == "host.docker.internal" || host.starts_with("[");
}

class Checker {
 public:
  Checker(const Machine& machine, Side side) : machine_(machine), side_(side) {}

  std::vector<asl::Problem> Run() {
    CheckDefinition();
    if (side_ == Side::kAws) CheckStates();
    std::vector<asl::Problem> all;
    all.swap(found_);
    if (side_ == Side::kAws) CheckAwsSettings();
    if (side_ == Side::kAsld) CheckAsldSettings();
    for (asl::Problem& problem : machine_.file.Placed(std::move(placed_))) all.push_back(problem);
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    all.insert(all.end(), found_.begin(), found_.end());
    return all;
  }

 private:
  // Advice is `aslctl validate`'s: it is as good on both sides.
  void CheckDefinition() {
    const asl::MachineType type = machine_.settings.type == "EXPRESS" ? asl::MachineType::kExpress
                                                                      : asl::MachineType::kStandard;
    if (machine_.file.json().empty()) {  // it is no YAML
      found_ = machine_.file.Findings(type);
      return;
    }
    asl::Compiled compiled = asl::Compile(machine_.file.json(), type);
    placed_ = std::move(compiled.problems);
    if (side_ == Side::kAws) return;
    for (asl::Problem& problem : compiled.not_served) placed_.push_back(std::move(problem));
  }

  void Add(asl::Severity severity, const asl::Json& where, std::string location,
           std::string message) {
    const asl::JsonPosition at = asl::PositionAt(machine_.file.json(), where.span().begin);
    placed_.push_back({.code = kNotOnAws,
                       .message = std::move(message),
                       .location = std::move(location),
                       .line = at.line,
                       .column = at.column,
                       .offset = where.span().begin,
                       .severity = severity});
  }
  void AddSetting(asl::Severity severity, std::string setting, std::string message) {
    found_.push_back({.code = side_ == Side::kAws ? kNotOnAws : kNotOnAsld,
                      .message = std::move(message),
                      .location = std::move(setting),
                      .severity = severity});
  }

  void CheckStates() {
    const asl::JsonParse parsed = asl::ParseJson(machine_.file.json());
    if (!parsed.ok()) return;  // Findings has said so
    ForEachState(*parsed.value, [&](const StateAt& at) {
      CheckResource(at);
      for (const char* field : {"Parameters", "Arguments", "ItemReader", "ResultWriter"}) {
        if (const auto value = at.state.Find(field)) {
          CheckTexts(*value, fmt::format("{}/{}", at.location, field));
        }
      }
    });
  }

  void CheckResource(const StateAt& at) {
    const std::optional<asl::Json> value = at.state.Find("Resource");
    if (!value || !value->is_string()) return;
    const std::string text(value->as_string());
    const std::string location = at.location + "/Resource";
    const asl::Resource resource = asl::ParseResource(text);
    const std::optional<asl::Arn> arn = asl::ParseArn(text);
    if (resource.form == asl::Resource::Form::kFunction) {
      CheckFunction(*resource.target, *value, location);
      CheckPlace(*arn, *value, location);
    } else if (resource.form == asl::Resource::Form::kActivity) {
      CheckPlace(*arn, *value, location);
      Add(asl::Severity::kWarning, *value, location,
          fmt::format("activity '{}' has to be created on AWS before it is used; asld needs only "
                      "its worker",
                      resource.target->name));
    } else if (resource.form == asl::Resource::Form::kIntegration && resource.service == "lambda") {
      CheckFunctionName(at);
    }
  }

  void CheckFunctionName(const StateAt& at) {
    for (const char* field : {"Parameters", "Arguments"}) {
      const auto parameters = at.state.Find(field);
      const auto name = parameters ? parameters->Find("FunctionName") : std::nullopt;
      if (!name || !name->is_string() || name->as_string().starts_with("{%")) continue;
      const std::string location = fmt::format("{}/{}/FunctionName", at.location, field);
      if (const auto target = asl::ParseFunctionName(name->as_string())) {
        CheckFunction(*target, *name, location);
      }
      if (const auto arn = asl::ParseArn(name->as_string())) CheckPlace(*arn, *name, location);
    }
  }

  void CheckFunction(const asl::TaskTarget& target, const asl::Json& where,
                     const std::string& location) {
    if (target.name.size() <= kFunctionNameMax && All(target.name, IsWordCharacter)) return;
    Add(asl::Severity::kError, where, location,
        fmt::format(
            "'{}' is a worker's name that no Lambda function can have: letters, digits, '-' "
            "and '_', {} at most",
            target.name, kFunctionNameMax));
  }

  // The region and account in an ARN against where it goes.
  void CheckPlace(const asl::Arn& arn, const asl::Json& where, const std::string& location) {
    const bool digits = arn.account.size() == 12 &&
                        arn.account.find_first_not_of("0123456789") == std::string_view::npos;
    if (arn.region.empty() || !digits) {
      Add(asl::Severity::kError, where, location,
          "the ARN names no region or no account of 12 digits");
      return;
    }
    if (machine_.place.local) return;  // where on AWS it is to go is not known
    if (arn.region != machine_.place.region) {
      Add(asl::Severity::kError, where, location,
          fmt::format("it is in region {}, and a state machine in {} cannot call it", arn.region,
                      machine_.place.region));
    }
    const std::optional<asl::Arn> role =
        machine_.settings.role ? asl::ParseArn(*machine_.settings.role) : std::nullopt;
    if (role && role->account != arn.account) {
      Add(asl::Severity::kWarning, where, location,
          fmt::format("it is in account {}, and the role in {}: it must allow calls from there",
                      arn.account, role->account));
    }
  }

  // Addresses that nobody but this machine knows. Depth is the parser's.
  void CheckTexts(const asl::Json& value, const std::string& location) {
    if (value.is_string() && IsLocalUrl(value.as_string())) {
      Add(asl::Severity::kError, value, location,
          fmt::format("'{}' is an address that AWS cannot reach", value.as_string()));
    }
    for (const asl::JsonMember& member : value.members()) {
      CheckTexts(member.value, fmt::format("{}/{}", location, member.key));
    }
    size_t index = 0;
    for (const asl::Json& item : value.items()) {
      CheckTexts(item, fmt::format("{}[{}]", location, index++));
    }
  }

  void CheckAwsSettings() {
    const Descriptor& settings = machine_.settings;
    const auto error = asl::Severity::kError;
    if (settings.name.empty() || settings.name.size() > kMachineNameMax ||
        !All(settings.name, IsMachineCharacter)) {
      AddSetting(error, "name", fmt::format("'{}' is no name of a state machine", settings.name));
    } else if (settings.logging && settings.logging->level != "OFF" &&
               !All(settings.name, IsWordCharacter)) {
      AddSetting(error, "name", "logging needs a name of letters, digits, '-' and '_'");
    }
    if (settings.role && !settings.role->starts_with("arn:")) {
      AddSetting(error, "role", fmt::format("'{}' is no ARN", *settings.role));
    }
    if (settings.logging) CheckLogging(*settings.logging);
    const size_t tags = settings.tags.value_or(Tags()).size();
    if (tags > kTagsMax) {
      AddSetting(error, "tags", fmt::format("{} tags, {} at most", tags, kTagsMax));
    }
    for (const auto& [key, value] : settings.tags.value_or(Tags())) {
      if (key.empty() || key.size() > 128 || value.size() > 256 || key.starts_with("aws:")) {
        AddSetting(error, "tags", fmt::format("'{}' is no tag that AWS takes", key));
      }
    }
    if (settings.alias) CheckAlias(settings.alias->name);
    if (machine_.file.json().size() > asl::kDefinitionBytesMax) {
      AddSetting(error, "definition",
                 fmt::format("{} bytes, {} at most", machine_.file.json().size(),
                             asl::kDefinitionBytesMax));
    }
  }

  void CheckLogging(const Logging& logging) {
    const auto error = asl::Severity::kError;
    if (logging.level == "OFF") return;
    if (logging.destination.empty()) {
      AddSetting(error, "logging",
                 "a level other than OFF needs the destination, a log group's ARN");
    } else if (!logging.destination.ends_with(":*")) {
      AddSetting(error, "logging", "the ARN of the log group must end in ':*'");
    }
  }

  void CheckAlias(const std::string& name) {
    const bool letters =
        std::any_of(name.begin(), name.end(), [](char c) { return !(c >= '0' && c <= '9'); });
    const bool good = std::all_of(name.begin(), name.end(),
                                  [](char c) { return IsWordCharacter(c) || c == '.'; });
    if (letters && good && name.size() <= kMachineNameMax) return;
    AddSetting(
        asl::Severity::kError, "alias",
        fmt::format("'{}' is no alias: letters, digits, '.', '-' and '_', not only digits", name));
  }

  void CheckAsldSettings() {
    const Descriptor& settings = machine_.settings;
    const auto warning = asl::Severity::kWarning;
    if (settings.type == "EXPRESS") {
      AddSetting(asl::Severity::kError, "type", "asld does not serve EXPRESS state machines yet");
    }
    if (settings.logging && settings.logging->level != "OFF") {
      AddSetting(warning, "logging", "asld writes no CloudWatch logs: left out there");
    }
    if (settings.tracing.value_or(false)) {
      AddSetting(warning, "tracing", "asld sends nothing to X-Ray: left out there");
    }
  }

  const Machine& machine_;
  const Side side_;
  std::vector<asl::Problem> found_;   // with places in the file, or with none
  std::vector<asl::Problem> placed_;  // with places in the JSON
};

}  // namespace

std::vector<asl::Problem> CheckPortability(const Machine& machine, Side side) {
  return Checker(machine, side).Run();
}

std::string PortabilityText(const Machine& machine, const std::vector<asl::Problem>& problems) {
  std::vector<asl::Problem> in_file;
  std::string settings;
  for (const asl::Problem& problem : problems) {
    const bool in_settings = problem.code == kNotOnAsld ||
                             (problem.code == kNotOnAws && !problem.location.starts_with('/'));
    if (!in_settings) in_file.push_back(problem);
    if (!in_settings) continue;
    settings += fmt::format("{}: {}: {}: {} [{}]\n", machine.settings.name, problem.location,
                            problem.severity == asl::Severity::kError ? "error" : "warning",
                            problem.message, problem.code);
  }
  return ListProblems(machine.file, in_file) + settings;
}

bool HasErrors(const std::vector<asl::Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const asl::Problem& problem) {
    return problem.severity == asl::Severity::kError;
  });
}

}  // namespace aslctl
