// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
//   validate ▷ create | update ▷ publish ▷ tags ▷ alias: step ▷ bake ▷ step ▷ … ▷ 100 %
//                                                        │ too many failures
//                                                        └▶ back to the version before
//
// Create and update publish in the same call: nothing can come between what is sent and the version
// that is made of it.
#include "tools/aslctl/deploy/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/aslctl/clock.h"
#include "tools/aslctl/deploy/yaml_tree.h"
#include "tools/aslctl/interrupt.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// Between two looks at how a version does: a tenth of the time, within these.
constexpr int64_t kLookMsMin = 1'000, kLookMsMax = 15'000;

Json LoggingJson(const Logging& logging) {
  Json out = {{"level", logging.level}, {"includeExecutionData", logging.include_execution_data}};
  if (!logging.destination.empty()) {
    const Json group = {{"cloudWatchLogsLogGroup", {{"logGroupArn", logging.destination}}}};
    out["destinations"] = Json::array({group});
  }
  return out;
}

Json TagsJson(const Tags& tags) {
  Json out = Json::array();
  for (const auto& [key, value] : tags) out.push_back({{"key", key}, {"value", value}});
  return out;
}

class Applier {
 public:
  Applier(StepFunctions& service, const Machine& machine, const Deployed& deployed,
          const Plan& plan, const Say& say)
      : service_(service),
        settings_(machine.settings),
        definition_(machine.file.json()),
        deployed_(deployed),
        plan_(plan),
        say_(say),
        arn_(plan.arn) {}

  Applied Run() {
    PlanSteps();
    const bool done = Validate() && Write() && Publish() && WriteTags() && MoveAlias();
    if (!done && out_.end == Applied::End::kDone) out_.end = Applied::End::kFailed;
    return std::move(out_);
  }

 private:
  // What is still to be done, in words, in order; each is struck off as it is done.
  void PlanSteps() {
    if (plan_.create) out_.not_done.push_back("create");
    if (plan_.update) out_.not_done.push_back("update");
    if (plan_.publish) out_.not_done.push_back("publish a version");
    if (!plan_.create && !plan_.tags_added.empty()) out_.not_done.push_back("add tags");
    if (!plan_.tags_removed.empty()) out_.not_done.push_back("remove tags");
    if (!plan_.alias) return;
    for (const int step : plan_.alias->steps) {
      out_.not_done.push_back(fmt::format("alias {} to {} %", settings_.alias->name, step));
    }
  }

  void Done(const std::string& step, const std::string& text) {
    std::erase(out_.not_done, step);
    out_.done.push_back(text);
    say_(text);
  }

  bool Refuse(const CallError& error) {
    out_.why = ErrorText(error);
    if (error.not_served) {
      out_.why +=
          " (this server does not serve it: leave alias and publish out of the descriptor "
          "to deploy without versions)";
    }
    return false;
  }

  bool Validate() {
    if (!plan_.create && !plan_.update) return true;
    const Answer<std::string> errors = service_.Validate(definition_, settings_.type);
    if (!errors.ok() && errors.error->not_served) {
      say_("the server does not validate definitions: only asld's own check was made");
      return true;
    }
    if (!errors.ok()) return Refuse(*errors.error);
    out_.why = errors.value;
    return errors.value.empty();
  }

  Json Wanted() const {
    Json request = {{"definition", definition_}};
    if (settings_.role) request["roleArn"] = *settings_.role;
    if (settings_.logging) request["loggingConfiguration"] = LoggingJson(*settings_.logging);
    if (settings_.tracing) request["tracingConfiguration"] = {{"enabled", *settings_.tracing}};
    if (plan_.publish) request["publish"] = true;
    return request;
  }

  bool Write() {
    if (plan_.create) {
      Json request = {{"name", settings_.name}, {"type", settings_.type}};
      request.update(Wanted());
      if (settings_.tags && !settings_.tags->empty()) request["tags"] = TagsJson(*settings_.tags);
      return Send("CreateStateMachine", request, "create", "created");
    }
    if (!plan_.update) return true;
    Json request = {{"stateMachineArn", arn_}};
    request.update(Wanted());
    return Send("UpdateStateMachine", request, "update", "updated");
  }

  bool Send(const std::string& operation, const Json& request, const std::string& step,
            const std::string& text) {
    const Answer<Json> answer = service_.Call(operation, request);
    if (!answer.ok()) return Refuse(*answer.error);
    if (arn_.empty()) arn_ = ScalarText(answer.value.value("stateMachineArn", Json()));
    Done(step, text);
    NoteVersion(answer.value);
    return true;
  }

  void NoteVersion(const Json& answer) {
    published_ = ScalarText(answer.value("stateMachineVersionArn", Json()));
    if (published_.empty()) return;
    Done("publish a version", fmt::format("version {} published", VersionNumber(published_)));
  }

  // Of a machine that is as it should be already, but was never published so.
  bool Publish() {
    if (!plan_.publish || !published_.empty()) return true;
    Answer<Json> answer = service_.Call(
        "PublishStateMachineVersion", {{"stateMachineArn", arn_}, {"revisionId", plan_.revision}});
    if (!answer.ok() && answer.error->not_served) {
      Json request = {{"stateMachineArn", arn_}};
      request.update(Wanted());
      answer = service_.Call("UpdateStateMachine", request);
    }
    if (!answer.ok()) return Refuse(*answer.error);
    NoteVersion(answer.value);
    if (published_.empty()) out_.why = "PublishStateMachineVersion: the answer names no version";
    return !published_.empty();
  }

  bool WriteTags() {
    if (!plan_.create && !plan_.tags_added.empty()) {
      const Answer<Json> answer = service_.Call(
          "TagResource", {{"resourceArn", arn_}, {"tags", TagsJson(plan_.tags_added)}});
      if (!answer.ok()) return Refuse(*answer.error);
      Done("add tags", "tags added");
    }
    if (plan_.tags_removed.empty()) return true;
    const Answer<Json> answer =
        service_.Call("UntagResource", {{"resourceArn", arn_}, {"tagKeys", plan_.tags_removed}});
    if (!answer.ok()) return Refuse(*answer.error);
    Done("remove tags", "tags removed");
    return true;
  }

  bool MoveAlias() {
    if (!plan_.alias) return true;
    const AliasMove& move = *plan_.alias;
    to_ = move.to.empty() ? published_ : move.to;
    alias_ = arn_ + ":" + settings_.alias->name;
    if (move.create) return CreateAlias();
    // A run before this one made the step; it bakes since then.
    if (move.weight > 0) {
      const absl::Duration passed = absl::FromUnixMillis(WallMs()) - deployed_.alias->updated;
      if (!Bake(deployed_.alias->updated, settings_.alias->bake - passed)) return false;
    }
    for (const int step : move.steps) {
      const std::optional<absl::Time> began = Route(step);
      if (!began || (step < 100 && !Bake(*began, settings_.alias->bake))) return false;
    }
    return true;
  }

  std::string StepName(int weight) const {
    return fmt::format("alias {} to {} %", settings_.alias->name, weight);
  }

  bool CreateAlias() {
    const Answer<Json> answer =
        service_.Call("CreateStateMachineAlias",
                      {{"name", settings_.alias->name}, {"routingConfiguration", RoutesJson(100)}});
    if (!answer.ok()) return Refuse(*answer.error);
    Done(StepName(100),
         fmt::format("alias {} created for version {}", settings_.alias->name, VersionNumber(to_)));
    return true;
  }

  Json RoutesJson(int weight) const {
    Json routes = Json::array();
    if (weight > 0) routes.push_back({{"stateMachineVersionArn", to_}, {"weight", weight}});
    if (weight < 100) {
      routes.push_back({{"stateMachineVersionArn", plan_.alias->from}, {"weight", 100 - weight}});
    }
    return routes;
  }

  // When the service says that it did it: its own clock tells which executions came after.
  std::optional<absl::Time> Route(int weight) {
    const Answer<Json> answer = service_.Call(
        "UpdateStateMachineAlias",
        {{"stateMachineAliasArn", alias_}, {"routingConfiguration", RoutesJson(weight)}});
    if (!answer.ok()) {
      Refuse(*answer.error);
      return std::nullopt;
    }
    const std::string& name = settings_.alias->name;
    Done(StepName(weight),
         weight == 0
             ? fmt::format("alias {} is back at version {}", name, VersionNumber(plan_.alias->from))
             : fmt::format("alias {}: version {} has {} %", name, VersionNumber(to_), weight));
    const Json updated = answer.value.value("updateDate", Json());
    return updated.is_number() ? absl::UnixEpoch() + absl::Seconds(updated.get<double>())
                               : absl::FromUnixMillis(WallMs());
  }

  // Watches the step that began at `since` for that long. False: rolled back, interrupted, or a call
  // failed.
  bool Bake(absl::Time since, absl::Duration time) {
    const int64_t bake_ms = absl::ToInt64Milliseconds(settings_.alias->bake);
    const int64_t end_ms = MonotonicMs() + std::min(bake_ms, absl::ToInt64Milliseconds(time));
    while (true) {
      if (!IsGoodEnough(since)) return false;
      const int64_t left_ms = end_ms - MonotonicMs();
      if (left_ms <= 0) return true;
      const int64_t look_ms = std::clamp(bake_ms / 10, kLookMsMin, kLookMsMax);
      if (!WaitForInterrupt(std::min(left_ms, look_ms))) continue;
      out_.end = Applied::End::kInterrupted;
      out_.why = "interrupted while the new version was being watched; the alias stays as it is";
      return false;
    }
  }

  bool IsGoodEnough(absl::Time since) {
    if (!settings_.alias->failure_rate_max) return true;
    const Answer<Ended> ended = service_.CountEnded(alias_, to_, since);
    if (!ended.ok()) return Refuse(*ended.error);
    if (ended.value.all < settings_.alias->executions_min || ended.value.failed == 0) return true;
    const double rate = 100.0 * ended.value.failed / ended.value.all;
    if (rate <= *settings_.alias->failure_rate_max) return true;
    const std::string verdict = fmt::format(
        "{} of {} executions of version {} failed, {:.4g} % are allowed", ended.value.failed,
        ended.value.all, VersionNumber(to_), *settings_.alias->failure_rate_max);
    say_(verdict);
    if (!Route(0)) {
      out_.why = verdict + "; and the alias could not be moved back: " + out_.why;
      return false;
    }
    out_.why = verdict;
    out_.end = Applied::End::kRolledBack;
    return false;
  }

  StepFunctions& service_;
  const Descriptor& settings_;
  const std::string& definition_;
  const Deployed& deployed_;
  const Plan& plan_;
  const Say& say_;
  std::string arn_;
  std::string published_;  // ARN of the version that this run made
  std::string to_;         // the version that the alias goes to
  std::string alias_;      // ARN
  Applied out_;
};

}  // namespace

Applied Apply(StepFunctions& service, const Machine& machine, const Deployed& deployed,
              const Plan& plan, const Say& say) {
  return Applier(service, machine, deployed, plan, say).Run();
}

}  // namespace aslctl
