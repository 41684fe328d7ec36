// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Texts as in field_values.cc; those about Express machines are recorded (with the blank at the
// end).
#include "asl/state_rules.h"

#include <fmt/format.h>

#include "asl/arn.h"
#include "asl/choice.h"

namespace asl {
namespace {

class TaskCheck {
 public:
  TaskCheck(const Json& task, Language language, const std::string& at, Problems* problems)
      : task_(task),
        resource_text_(StringField(task, "Resource").value_or("")),
        resource_(ParseResource(resource_text_)),
        parameters_name_(language == Language::kJsonata ? "Arguments" : "Parameters"),
        language_(language),
        at_(at),
        problems_(problems) {}

  void Check(MachineType type) {
    const bool express = type == MachineType::kExpress;
    switch (resource_.form) {
      case Resource::Form::kNoArn:
        return AtResource("Value is not a valid resource ARN");
      case Resource::Form::kUnknown:
        return AtResource(
            fmt::format("The resource provided {} is not recognized. The value is not a valid "
                        "resource ARN, or the resource is not available in this region.",
                        resource_text_));
      case Resource::Form::kFunction:
        return;
      case Resource::Form::kActivity:
        if (express) AtResource("Express state machine does not support Activity ARN");
        if (const std::optional<Json> credentials = task_.Find("Credentials")) {
          problems_->Add(kSchema, "The field 'Credentials' is not supported for activities",
                         at_ + "/Credentials", credentials->span());
        }
        return;
      case Resource::Form::kIntegration:
        return CheckIntegration(express);
    }
  }

 private:
  void AtResource(std::string message) {
    problems_->Add(kSchema, std::move(message), at_ + "/Resource", Where());
  }
  JsonSpan Where() const { return task_.Find("Resource")->span(); }

  void CheckIntegration(bool express) {
    if (express && resource_.pattern != kRequestResponse) {
      AtResource(fmt::format("Express state machine does not support '{}' service integration ",
                             resource_.pattern == kCallback ? ".waitForTaskToken" : ".sync"));
    }
    const std::optional<Json> parameters = task_.Find(parameters_name_);
    if (!parameters) {
      AtResource(fmt::format("{} field is required for resource ARN: {}", parameters_name_,
                             resource_text_));
    } else if (parameters->is_object()) {
      CheckParameters(*parameters);
    }
    if (!resource_.target) {
      problems_->NotServed(fmt::format("The service integration '{}:{}' is not supported yet",
                                       resource_.service, resource_.action),
                           at_ + "/Resource", Where());
    }
  }

  void CheckParameters(const Json& parameters) {
    const std::string location = fmt::format("{}/{}", at_, parameters_name_);
    const Integration* integration = FindIntegration(resource_.service, resource_.action);
    if (integration == nullptr) return;
    for (const std::string_view field : integration->required) {
      const bool computed = language_ != Language::kJsonata &&
                            parameters.Find(fmt::format("{}.$", field)).has_value();
      if (field.empty() || computed || parameters.Find(field)) continue;
      problems_->Add(kSchema, fmt::format("The field '{}' is required but was missing", field),
                     location, parameters.span());
    }
  }

  const Json& task_;
  const std::string_view resource_text_;
  const Resource resource_;
  const std::string_view parameters_name_;
  const Language language_;
  const std::string& at_;
  Problems* const problems_;
};

// A rule in JSONPath; those in JSONata are objects like others.
void CheckRule(const Json& rule, const std::string& at, Problems* problems) {
  const std::optional<Json> next = rule.Find("Next");
  if (!next) {
    problems->Add(kSchema, "These fields are required: [Next]", at, rule.span());
  } else if (!next->is_string()) {
    problems->Add(kSchema, ExpectedType("STRING"), at + "/Next", next->span());
  }
  if (const std::optional<Json> assign = rule.Find("Assign")) {
    CheckValue({.shape = Shape::kVariables}, Language::kJsonPath,
               {"Assign", *assign, at + "/Assign"}, problems);
  }
  for (const ConditionProblem& problem : Condition::Compile(rule).problems) {
    problems->Add(kSchema, problem.message, at + problem.location, problem.span);
  }
}

}  // namespace

void CheckTask(const Json& task, Language language, const std::string& at, MachineType type,
               Problems* problems) {
  if (!StringField(task, "Resource")) return;
  TaskCheck(task, language, at, problems).Check(type);
}

void CheckChoices(const Json& choice, Language language, const std::string& at,
                  Problems* problems) {
  const std::optional<Json> rules = choice.Find("Choices");
  if (!rules) return;
  size_t i = 0;
  for (const Json rule : rules->items()) {
    const std::string location = fmt::format("{}/Choices[{}]", at, i++);
    if (!rule.is_object()) {
      problems->Add(kSchema, ExpectedType("OBJECT"), location, rule.span());
    } else if (language == Language::kJsonata) {
      CheckFields(kJsonataRule, language, rule, location, problems);
    } else {
      CheckRule(rule, location, problems);
    }
  }
}

}  // namespace asl
