// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// aws-recorded: what AWS did. The executions of a case run one after the other under a virtual
// clock, and their outcome and whole history are compared.
#include <fmt/format.h>

#include "asl/definition.h"
#include "tests/conformance/adapters.h"
#include "tests/conformance/recorded_api.h"
#include "tests/conformance/recorded_case.h"
#include "tests/conformance/recorded_definitions.h"
#include "tests/conformance/recorded_history.h"
#include "tests/conformance/recorded_match.h"
#include "tests/conformance/recorded_workers.h"

namespace conformance {
namespace {

void Describe(Case& one) {
  one.id = Text(one.json, "name");
  one.area = Text(one.json, "area");
  one.features = Texts(one.json, "features");
}

// What is recorded of the end, in the same form.
OrderedJson EndOf(const asl::TestDriver& driver, const OrderedJson& expected) {
  OrderedJson end = OrderedJson::object();
  if (!driver.ended()) return end;
  if (expected.contains("status")) end["status"] = StatusName(driver.end().status);
  if (driver.end().status == asl::ExecutionStatus::kSucceeded) {
    end["output"] = OrderedJson::parse(driver.Output());
  }
  if (driver.end().error.name) end["error"] = *driver.end().error.name;
  if (driver.end().error.cause) end["cause"] = *driver.end().error.cause;
  return end;
}

class RecordedRun {
 public:
  RecordedRun(const RecordedCase& one, const Case& origin, size_t index, Matcher* matcher,
              Verdict* verdict)
      : case_(one),
        origin_(origin),
        index_(index),
        run_(one.json()["runs"][index]),
        expected_(run_["expected"]),
        matcher_(matcher),
        verdict_(verdict) {}

  void Run(const asl::Compiled& machine) {
    if (machine.program == nullptr) return Differ("its definition", "", RefusalText(machine));
    asl::TestDriver driver(machine.program, case_.DriverOptions(run_, index_ + 1));
    driver.Start(case_.TextOf(run_, "input"));
    const std::string problem = RecordedWorkers(case_, expected_, index_).Serve(&driver);
    if (!problem.empty()) return Differ("its run", "", problem);
    const OrderedJson end = EndOf(driver, expected_);
    case_.LearnFrom(end, index_, matcher_);
    CompareHistory(driver);
    CompareEnd(end);
  }

 private:
  // The history says which recorded event id is which here: so it comes first.
  void CompareHistory(const asl::TestDriver& driver) {
    const auto recorded = expected_.find("history");
    if (recorded == expected_.end()) {
      ++verdict_->compared["no history"];
      matcher_->event_ids.clear();
      return;
    }
    const HistoryRule rule = RuleFor(*recorded, origin_.features);
    ++verdict_->compared[std::string(Name(rule))];
    const OrderedJson found = HistoryJson(driver);
    const std::string difference = CompareHistories(rule, *recorded, found, matcher_);
    if (difference.empty()) return;
    Differ(fmt::format("{}, {}", Name(rule), difference), HistoryText(*recorded),
           HistoryText(found));
  }

  void CompareEnd(const OrderedJson& end) {
    for (const char* field : {"status", "output", "error", "cause"}) {
      const OrderedJson wanted = expected_.value(field, OrderedJson());
      const OrderedJson found = end.value(field, OrderedJson());
      const bool both = expected_.contains(field) && end.contains(field);
      const bool fits = both ? (field == std::string_view("output")
                                    ? matcher_->Data(wanted, found)
                                    : matcher_->Answer({{field, wanted}}, {{field, found}}))
                             : expected_.contains(field) == end.contains(field);
      if (!fits) Differ(field, wanted.dump(1), found.dump(1));
    }
  }

  void Differ(std::string_view what, std::string expected, std::string found) {
    verdict_->differences.push_back(
        {fmt::format("run {} ({}): {}", index_ + 1, run_.value("ref", ""), what),
         std::move(expected), std::move(found)});
  }

  const RecordedCase& case_;
  const Case& origin_;
  const size_t index_;
  const OrderedJson& run_;
  const OrderedJson& expected_;
  Matcher* const matcher_;
  Verdict* const verdict_;
};

Verdict RunExecutions(const Case& origin) {
  Verdict verdict;
  const RecordedCase one(origin.json);
  std::map<std::string, asl::Compiled> machines;
  for (const OrderedJson& machine : origin.json["state_machines"]) {
    machines[machine["ref"]] = asl::Compile(one.TextOf(machine, "definition"));
  }
  Matcher matcher = one.NewMatcher();
  for (size_t i = 0; i < origin.json["runs"].size(); ++i) {
    RecordedRun(one, origin, i, &matcher, &verdict)
        .Run(machines.at(origin.json["runs"][i]["state_machine"]));
  }
  return verdict;
}

// REQUIRES: a kind that skip.cc lets through.
Verdict RunRecorded(const Case& one) {
  const std::string kind = Text(one.json, "kind");
  if (kind == "execution") return RunExecutions(one);
  return kind == "api" && WhyNotCalled(one).empty() ? RunCalls(one) : RunDefinitions(one);
}

}  // namespace

Corpus Recorded() {
  return {"aws-recorded", {"kind", "provenance", "source_test"}, Describe, RunRecorded};
}

}  // namespace conformance
