// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/recorded_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <regex>
#include <tuple>

#include "asl/timestamp.h"

namespace conformance {
namespace {

const asl::TestDriver::Options kHere;  // its region, account and start
constexpr std::string_view kRecordedAccount = "111111111111";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The corpus' stand-in "f_u1" is shorter than the random name that was recorded, and a
// Content-Length shows it.
std::string LongName(const std::string& name) {
  std::smatch found;
  static const std::regex kStandIn("^(.*[_-])u([0-9]{1,8})$");
  if (!std::regex_match(name, found, kStandIn)) return name;
  return fmt::format("{}{:0>8}", found[1].str(), found[2].str());
}

std::string Arn(std::string_view service, std::string_view rest) {
  return fmt::format("arn:aws:{}:{}:{}:{}", service, kHere.region, kHere.account, rest);
}

std::string RoleArn() { return fmt::format("arn:aws:iam::{}:role/test", kHere.account); }

std::string LastSegment(const std::string& arn) { return arn.substr(arn.rfind(':') + 1); }

std::string String(const OrderedJson& object, const char* key) { return object.value(key, ""); }

}  // namespace

std::string PythonText(const OrderedJson& value) {
  std::string text;
  const auto separate = [&text] {
    if (!text.empty()) text += ", ";
  };
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      separate();
      text += OrderedJson(key).dump() + ": " + PythonText(member);
    }
    return "{" + text + "}";
  }
  if (value.is_array()) {
    for (const OrderedJson& item : value) {
      separate();
      text += PythonText(item);
    }
    return "[" + text + "]";
  }
  return value.dump();
}

RecordedCase::RecordedCase(const OrderedJson& json) : json_(json) { AddReferences(); }

OrderedJson RecordedCase::Resources(const std::string& sort) const {
  return json_.value("resources", OrderedJson::object()).value(sort, OrderedJson::array());
}

void RecordedCase::AddName(const std::string& stand_in) {
  if (LongName(stand_in) != stand_in) references_.push_back({stand_in, LongName(stand_in)});
}

void RecordedCase::AddReferences() {
  const auto add = [&](const OrderedJson& thing, std::string_view field, const std::string& arn) {
    references_.push_back({fmt::format("{{{{{}.{}}}}}", String(thing, "ref"), field), arn});
  };
  for (const OrderedJson& lambda : Resources("lambda")) {
    AddName(String(lambda, "name"));
    add(lambda, "arn", FunctionArn(LongName(String(lambda, "name"))));
  }
  for (const OrderedJson& activity : Resources("activity")) {
    AddName(String(activity, "name"));
    add(activity, "activityArn", Arn("states", "activity:" + LongName(String(activity, "name"))));
  }
  for (const OrderedJson& queue : Resources("sqs")) {
    const std::string name = LongName(String(queue, "name"));
    AddName(String(queue, "name"));
    add(queue, "url",
        fmt::format("https://sqs.{}.amazonaws.com/{}/{}", kHere.region, kHere.account, name));
    add(queue, "arn", Arn("sqs", name));
  }
  for (const OrderedJson& machine : json_.value("state_machines", OrderedJson::array())) {
    AddName(String(machine, "name"));
    add(machine, "stateMachineArn",
        Arn("states", "stateMachine:" + LongName(String(machine, "name"))));
  }
  for (const OrderedJson& run : json_.value("runs", OrderedJson::array())) {
    const asl::TestDriver::Options options = DriverOptions(run, 0);
    add(run, "executionArn",
        Arn("states",
            fmt::format("execution:{}:{}", options.machine_name, options.execution_name)));
  }
  references_.push_back({"{{role0.arn}}", RoleArn()});
  references_.push_back({"{{xrole0.arn}}", "arn:aws:iam::222222222222:role/trusted"});
  // A name may be the beginning of another one.
  std::stable_sort(references_.begin(), references_.end(),
                   [](const auto& a, const auto& b) { return a.from.size() > b.from.size(); });
}

std::string RecordedCase::Resolved(std::string text) const {
  for (const Reference& reference : references_) {
    text = Replaced(std::move(text), reference.from, reference.to);
  }
  static const std::regex kNow(R"(\{\{now\+(\d+)s\}\})");
  for (std::smatch now; std::regex_search(text, now, kNow);) {
    const asl::Millis at = kHere.start + std::stoll(now[1]) * 1000;
    text = Replaced(text, now[0], asl::FormatTimestamp(at).substr(0, 19));
  }
  return text;
}

std::string RecordedCase::TextOf(const OrderedJson& owner, const std::string& field) const {
  if (owner.contains(field)) return Resolved(PythonText(owner[field]));
  return Resolved(owner.value(field + "_text", "{}"));
}

asl::TestDriver::Options RecordedCase::DriverOptions(const OrderedJson& run, uint64_t seed) const {
  asl::TestDriver::Options options;
  options.seed = seed;
  options.execution_name = run.value("name", "run-" + String(run, "ref"));
  for (const OrderedJson& machine : json_.value("state_machines", OrderedJson::array())) {
    if (machine["ref"] == run["state_machine"]) {
      options.machine_name = LongName(String(machine, "name"));
    }
  }
  for (const OrderedJson& activity : Resources("activity")) {
    if (!activity.value("deleted_before_run", false)) continue;
    options.missing_activities.insert(
        Arn("states", "activity:" + LongName(String(activity, "name"))));
  }
  return options;
}

const OrderedJson* RecordedCase::Find(const std::string& sort, const std::string& name) const {
  const auto resources = json_.find("resources");
  if (resources == json_.end() || !resources->contains(sort)) return nullptr;
  const OrderedJson& list = (*resources)[sort];
  const auto found = std::find_if(list.begin(), list.end(), [&](const OrderedJson& one) {
    return LongName(String(one, "name")) == name;
  });
  return found == list.end() ? nullptr : &*found;
}

std::string RecordedCase::FunctionArn(const std::string& name) {
  return Arn("lambda", "function:" + name);
}

// `aws_recorded` begins "24-10-2023".
bool RecordedCase::RecordedBefore(int year, int month, int day) const {
  int y = 0, m = 0, d = 0;
  const bool dated =
      std::sscanf(String(json_, "aws_recorded").c_str(), "%d-%d-%d", &d, &m, &y) == 3;
  return dated && std::tuple(y, m, d) < std::tuple(year, month, day);
}

// --- Matching

Matcher RecordedCase::NewMatcher() const {
  Matcher matcher;
  matcher.Know(std::string(kRecordedAccount), kHere.account);
  matcher.Know("<region>", kHere.region);
  matcher.Know("<partition>", "aws");
  // With RedriveExecution (15 November 2023) came Execution.RedriveCount of the Context Object, and
  // members of answers.
  if (RecordedBefore(2023, 11, 15)) {
    for (const char* key : {"RedriveCount", "redriveCount", "redriveStatus", "redriveStatusReason"})
      matcher.Ignore(key);
  }
  // Keys of the caller's own came on 25 July 2024, variables in November.
  if (RecordedBefore(2024, 7, 25)) matcher.Ignore("encryptionConfiguration");
  if (RecordedBefore(2024, 11, 20)) matcher.Ignore("variableReferences");
  for (const OrderedJson& normalizer : json_.value("normalizers", OrderedJson::array())) {
    const std::string type = String(normalizer, "type");
    const std::string replacement = String(normalizer, "replacement");
    std::string value = Resolved(String(normalizer, "value"));
    if (value == kRecordedAccount) value = kHere.account;
    const bool known = value.find("{{") == std::string::npos;
    if (type == "literal") {
      known ? matcher.Know(replacement, value) : matcher.KnowAny(replacement);
    } else if (type == "name" && known) {
      matcher.Know(replacement, LastSegment(value));
    } else if (type == "jsonpath" && !normalizer.value("reference", true)) {
      matcher.KnowAny(replacement);
    } else if (type == "regex") {
      matcher.KnowPattern(value, replacement);
    }
  }
  return matcher;
}

void RecordedCase::LearnFrom(const OrderedJson& answer, size_t index, Matcher* matcher) const {
  static const std::regex kOwn(R"(\{\{r(\d+)\.([^}]+)\}\})");
  for (const OrderedJson& normalizer : json_.value("normalizers", OrderedJson::array())) {
    const std::string value = String(normalizer, "value");
    std::smatch parts;
    if (String(normalizer, "type") != "literal" || !std::regex_match(value, parts, kOwn) ||
        std::stoul(parts[1]) != index) {
      continue;
    }
    std::string pointer = "/" + parts[2].str();
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    const OrderedJson::json_pointer path(pointer);
    if (answer.contains(path) && answer[path].is_string()) {
      matcher->Know(String(normalizer, "replacement"), answer[path].get<std::string>());
    }
  }
}

}  // namespace conformance
