// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Runs the recorded executions of the conformance corpus that need nothing but functions,
// activities and the language as it is served, and compares whole histories with AWS's. A case
// whose definition is refused with NOT_SUPPORTED_YET is not ours yet; every other must fit, but for
// those of kDisagreements.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "asl/recorded_history.h"
#include "asl/timestamp.h"

namespace asl {
namespace {

namespace fs = std::filesystem;

// Each with its reason; the list may only shrink.
const std::map<std::string, std::string> kDisagreements = {
    {"activities/activities__test_activity_task_on_deleted.json",
     "whether an activity exists is the caller's knowledge"},
    {"scenarios/base_scenarios__test_lambda_invoke_with_retry_extended_input.json",
     "recorded before the Context Object had Execution.RedriveCount"},
};

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Python's default spelling, as the corpus stores texts: ", " and ": ".
std::string PythonText(const OrderedJson& value) {
  std::string text;
  bool first = true;
  const auto separate = [&] {
    if (!first) text += ", ";
    first = false;
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

// The corpus' stand-in "f_u1" is shorter than the name that was recorded, and a Content-Length
// shows it.
std::string LongName(const std::string& name) {
  return std::regex_replace(name, std::regex("_u(\\d)$"), "_0000000$1");
}

struct Function {
  std::string stand_in;
  std::string name;
  OrderedJson behaviour;
};

class Case {
 public:
  explicit Case(const fs::path& file) : json_(OrderedJson::parse(std::ifstream(file))) {
    if (!wanted()) return;
    const OrderedJson resources = json_.value("resources", OrderedJson::object());
    for (const OrderedJson& lambda : resources.value("lambda", OrderedJson::array())) {
      functions_.push_back({lambda["name"], LongName(lambda["name"]), lambda});
    }
    for (const OrderedJson& activity : resources.value("activity", OrderedJson::array())) {
      activities_[activity["ref"]] = activity["name"];
    }
    for (const OrderedJson& normalizer : json_.value("normalizers", OrderedJson::array())) {
      if (normalizer.contains("replacement")) words_.push_back(normalizer["replacement"]);
    }
    for (const OrderedJson& worker : resources.value("workers", OrderedJson::array())) {
      const OrderedJson none = OrderedJson::object();
      consumer_ = worker.value("params", none).value("template", none).value("Comment", "");
    }
  }

  bool wanted() const {
    if (json_["kind"] != "execution") return false;
    const std::set<std::string> served = {"lambda", "activity"};
    const OrderedJson& needed = json_["requires"];
    const OrderedJson& machines = json_["state_machines"];
    return std::all_of(needed.begin(), needed.end(),
                       [&](const OrderedJson& n) { return served.count(n) != 0; }) &&
           std::all_of(machines.begin(), machines.end(),
                       [](const OrderedJson& m) { return m["type"] == "STANDARD"; });
  }

  // By the machines' references.
  std::map<std::string, Compiled> CompileMachines() const {
    std::map<std::string, Compiled> compiled;
    for (const OrderedJson& machine : json_["state_machines"]) {
      compiled[machine["ref"]] = Compile(TextOf(machine, "definition"));
    }
    return compiled;
  }

  size_t runs() const { return json_["runs"].size(); }

  // What does not fit in that run; empty when all does.
  std::string Run(const std::map<std::string, Compiled>& machines, size_t index) {
    const OrderedJson& run = json_["runs"][index];
    const Compiled& machine = machines.at(run["state_machine"]);
    if (machine.program == nullptr) return "refused: " + machine.problems[0].message;
    TestDriver::Options options;
    options.seed = index + 1;
    TestDriver driver(machine.program, options);
    driver.Start(run.contains("input") || run.contains("input_text") ? TextOf(run, "input") : "{}");
    for (int steps = 0; !driver.ended() && steps < 1'000; ++steps) {
      if (driver.task()) {
        Serve(driver);
      } else if (!driver.FireNext()) {
        return "stands still";
      }
    }
    return Check(run["expected"], driver);
  }

 private:
  std::string TextOf(const OrderedJson& owner, const std::string& field) const {
    std::string text = owner.contains(field) ? PythonText(owner[field])
                                             : owner[field + "_text"].get<std::string>();
    for (const Function& f : functions_) {
      text = Replaced(std::move(text), f.stand_in, f.name);
      text = Replaced(text, fmt::format("{{{{{}.arn}}}}", f.behaviour["ref"].get<std::string>()),
                      FunctionArn(f.name));
    }
    for (const auto& [ref, name] : activities_) {
      text = Replaced(text, fmt::format("{{{{{}.activityArn}}}}", ref),
                      "arn:aws:states:us-east-1:123456789012:activity:" + name);
    }
    static const std::regex kNow(R"(\{\{now\+(\d+)s\}\})");
    for (std::smatch now; std::regex_search(text, now, kNow);) {
      const Millis at = TestDriver::Options().start + std::stoll(now[1]) * 1000;
      text = Replaced(text, now[0], FormatTimestamp(at).substr(0, 19));
    }
    return text;
  }

  static std::string FunctionArn(const std::string& name) {
    return "arn:aws:lambda:us-east-1:123456789012:function:" + name;
  }

  void Serve(TestDriver& driver) {
    if (driver.task()->target.kind == TaskKind::kActivity) return ServeActivity(driver);
    const std::string& name = driver.task()->target.name;
    const auto function = std::find_if(functions_.begin(), functions_.end(),
                                       [&](const Function& f) { return f.name == name; });
    if (function == functions_.end()) {
      return driver.Fail(
          "Lambda.ResourceNotFoundException",
          fmt::format("Function not found: {}:$LATEST (Service: AWSLambda; Status Code: 404; Error "
                      "Code: ResourceNotFoundException; Request ID: 1; Proxy: null)",
                      FunctionArn(name)));
    }
    Answer(driver, function->behaviour);
  }

  static void Answer(TestDriver& driver, const OrderedJson& function) {
    const std::string behaviour = function["behaviour"];
    if (behaviour == "echo")
      return driver.Succeed(PythonText(OrderedJson::parse(driver.TaskInput())));
    if (behaviour == "constant")
      return driver.Succeed(function["value"].get<std::string>());  // bytes
    if (behaviour == "constant_repeat") {
      const std::string one = function["char"];
      std::string text = "\"";
      for (int i = 0; i < function["count"].get<int>(); ++i) text += one;
      return driver.Succeed(text + "\"");
    }
    if (behaviour == "sleep_echo") {
      const std::string input = driver.TaskInput();
      driver.Receive();
      driver.Sleep(function["seconds"].get<int64_t>() * 1'000);
      if (driver.task()) driver.Succeed(input);
      return;
    }
    ASSERT_EQ(behaviour, "raise");
    const OrderedJson cause = {{"errorMessage", function["errorMessage"]},
                               {"errorType", function["errorType"]},
                               {"requestId", "33b1e0a4-28be-4a3c-8a5a-d2a0b7b4b3b2"},
                               {"stackTrace", {StackLine(function)}}};
    // Lambda answers lambda:invoke without white space, and a bare function ARN with Python's.
    const bool invoke = driver.task()->target.kind == TaskKind::kLambdaInvoke;
    driver.Fail(function["errorType"].get<std::string>(),
                invoke ? cause.dump() : PythonText(cause));
  }

  // The only function that raises without a message has its exception's class above the handler.
  static std::string StackLine(const OrderedJson& function) {
    const std::string type = function["errorType"];
    const std::string message = function["errorMessage"];
    return fmt::format("  File \"/var/task/handler.py\", line {}, in handler\n    raise {}({})\n",
                       message.empty() ? 9 : 2, type, message.empty() ? "" : "\"" + message + "\"");
  }

  void ServeActivity(TestDriver& driver) {
    driver.Receive("BASE_ID_ACTIVITY_CONSUMER");
    if (consumer_.find("FAIL") != std::string::npos) {
      return driver.Fail("Programmatic Error", driver.TaskInput());
    }
    if (driver.task()->heartbeat_s) {
      driver.Sleep(2'000);
      driver.Heartbeat();
      driver.Sleep(2'000);
    }
    driver.Succeed(driver.TaskInput());
  }

  std::string Check(const OrderedJson& expected, const TestDriver& driver) const {
    if (!driver.ended()) return "does not end";
    OrderedJson wanted = OrderedJson::object();
    OrderedJson found = OrderedJson::object();
    for (const char* field : {"status", "output", "error", "cause"}) {
      if (expected.contains(field)) wanted[field] = expected[field];
    }
    if (wanted.contains("output") && driver.end().status == ExecutionStatus::kSucceeded) {
      found["output"] = OrderedJson::parse(driver.Output());
    }
    if (wanted.contains("status")) found["status"] = StatusName(driver.end().status);
    if (driver.end().error.name) found["error"] = *driver.end().error.name;
    if (driver.end().error.cause) found["cause"] = *driver.end().error.cause;
    if (expected.contains("history")) {
      wanted["history"] = expected["history"];
      found["history"] = HistoryJson(driver);
    }
    return Compare(wanted, found, words_);
  }

  OrderedJson json_;
  std::vector<Function> functions_;
  std::map<std::string, std::string> activities_;
  std::vector<std::string> words_;
  std::string consumer_;
};

std::vector<fs::path> Files(const fs::path& root) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    const std::string relative = fs::relative(entry.path(), root).string();
    if (entry.path().extension() == ".json" && relative[0] != '_') files.push_back(relative);
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool NotServedYet(const std::map<std::string, Compiled>& machines) {
  for (const auto& [ref, machine] : machines) {
    for (const Problem& p : machine.problems) {
      if (p.code == "NOT_SUPPORTED_YET") return true;
    }
  }
  return false;
}

TEST(Recorded, HistoriesFitThoseOfAws) {
  const fs::path root = fs::path(ASLD_SHARED) / "conformance/aws-recorded";
  if (!fs::exists(root))
    GTEST_SKIP() << "NO CONFORMANCE CORPUS at " << root << ": nothing was compared";
  size_t cases = 0, runs = 0, fit = 0, later = 0;
  for (const fs::path& file : Files(root)) {
    Case one(root / file);
    if (!one.wanted()) continue;
    const std::map<std::string, Compiled> machines = one.CompileMachines();
    if (NotServedYet(machines)) {
      ++later;
      continue;
    }
    ++cases;
    std::string difference;
    for (size_t i = 0; i < one.runs() && difference.empty(); ++i, ++runs)
      difference = one.Run(machines, i);
    const bool known = kDisagreements.count(file.string()) != 0;
    if (difference.empty()) ++fit;
    EXPECT_EQ(difference.empty(), !known) << file << "\n" << difference;
  }
  std::cout << fmt::format("{} of {} recorded cases fit ({} runs); {} more wait for features\n",
                           fit, cases, runs, later);
  EXPECT_GE(fit, 105u);
}

}  // namespace
}  // namespace asl
