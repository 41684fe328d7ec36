// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/definitions.h"

#include "fmt/format.h"

namespace sim {
namespace {

std::string Machine(std::string_view states) {
  return fmt::format(R"({{"StartAt":"First",{}}})", states);
}

// Short: several tasks in a row, data that is kept and data that is thrown away.
constexpr std::string_view kChain = R"("States":{
  "First":{"Type":"Pass","Result":{"step":1},"ResultPath":"$.first","Next":"Pay"},
  "Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","ResultPath":"$.paid",
    "Next":"Pack"},
  "Pack":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pack","ResultPath":null,
    "Next":"Done"},
  "Done":{"Type":"Succeed"}})";

constexpr std::string_view kRetry = R"("States":{
  "First":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay",
    "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":1,"MaxAttempts":2,"BackoffRate":2},
             {"ErrorEquals":["Lambda.Unknown","States.Timeout"],"IntervalSeconds":2,"MaxAttempts":3}],
    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Repair"}],"Next":"Pack"},
  "Repair":{"Type":"Pass","Next":"Pack"},
  "Pack":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pack","End":true}})";

constexpr std::string_view kWait = R"("States":{
  "First":{"Type":"Wait","Seconds":5,"Next":"Pack"},
  "Pack":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pack","ResultPath":"$.packed",
    "Next":"Rest"},
  "Rest":{"Type":"Wait","Seconds":90,"Next":"Done"},
  "Done":{"Type":"Succeed"}})";

constexpr std::string_view kDeadline = R"("States":{
  "First":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","TimeoutSeconds":3,
    "Retry":[{"ErrorEquals":["States.Timeout"],"IntervalSeconds":1,"MaxAttempts":1}],
    "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Bad"}],"Next":"Done"},
  "Bad":{"Type":"Fail","Error":"TooLate","Cause":"the worker took too long"},
  "Done":{"Type":"Succeed"}})";

constexpr std::string_view kHeartbeat = R"("States":{
  "First":{"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:cook","HeartbeatSeconds":4,
    "TimeoutSeconds":40,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Rest"}],"Next":"Rest"},
  "Rest":{"Type":"Pass","End":true}})";

// The loop takes one item off the list each time: 4 events an item, so that a long list passes the
// event limit of one Advance several times.
constexpr std::string_view kLoop = R"("States":{
  "First":{"Type":"Choice","Choices":[{"Variable":"$.items[0]","IsPresent":true,"Next":"Take"}],"Default":"Ship"},
  "Take":{"Type":"Pass","Parameters":{"items.$":"$.items[1:]"},"Next":"First"},
  "Ship":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:ship","End":true}})";

constexpr std::string_view kBounded = R"("TimeoutSeconds":20,"States":{
  "First":{"Type":"Wait","Seconds":6,"Next":"Pay"},
  "Pay":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"pay","Payload.$":"$"},
    "Next":"Rest"},
  "Rest":{"Type":"Wait","Seconds":9,"End":true}})";

// Branches that wait for different things, one of which may fail and take the others with it; tried
// again as a whole.
constexpr std::string_view kBranches = R"("States":{
  "First":{"Type":"Parallel","Branches":[
      {"StartAt":"Pay","States":{
        "Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","Next":"Nap"},
        "Nap":{"Type":"Wait","Seconds":3,"End":true}}},
      {"StartAt":"Cook","States":{
        "Cook":{"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:cook","TimeoutSeconds":30,
          "HeartbeatSeconds":7,"End":true}}},
      {"StartAt":"Doze","States":{
        "Doze":{"Type":"Wait","Seconds":8,"Next":"Pack"},
        "Pack":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pack","TimeoutSeconds":20,
          "End":true}}}],
    "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":1,"MaxAttempts":1}],
    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Ship"}],"ResultPath":"$.all","Next":"Ship"},
  "Ship":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:ship","End":true}})";

// Iterations, a few at a time, each with branches of its own.
constexpr std::string_view kItems = R"("States":{
  "First":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":3,
    "ItemSelector":{"item.$":"$$.Map.Item.Value","order.$":"$.order"},
    "ItemProcessor":{"StartAt":"Pick","States":{
      "Pick":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","TimeoutSeconds":9,
        "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":2}],"ResultPath":"$.picked",
        "Next":"Both"},
      "Both":{"Type":"Parallel","End":true,"Branches":[
        {"StartAt":"Nod","States":{"Nod":{"Type":"Wait","Seconds":2,"End":true}}},
        {"StartAt":"Keep","States":{"Keep":{"Type":"Pass","Parameters":{"at.$":"$$.Map.Item.Index"},"End":true}}}]}}},
    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Done"}],"ResultPath":"$.picked","Next":"Done"},
  "Done":{"Type":"Succeed"}})";

// A list without a limit within a branch: each is tried again as a whole, with what it had under way
// given up.
constexpr std::string_view kNested = R"("States":{
  "First":{"Type":"Parallel","Branches":[
      {"StartAt":"Each","States":{
        "Each":{"Type":"Map","ItemsPath":"$.items","Iterator":{"StartAt":"Pick","States":{
            "Pick":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","Next":"Nod"},
            "Nod":{"Type":"Wait","Seconds":2,"End":true}}},
          "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":1,"MaxAttempts":1}],"End":true}}},
      {"StartAt":"Doze","States":{
        "Doze":{"Type":"Wait","Seconds":4,"Next":"Pack"},
        "Pack":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pack","TimeoutSeconds":12,
          "End":true}}}],
    "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":2,"MaxAttempts":1}],
    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Done"}],"ResultPath":"$.all","Next":"Done"},
  "Done":{"Type":"Succeed"}})";

// The worker hands a token on; whoever has it ends the Task, or nobody does.
constexpr std::string_view kAsk = R"("States":{
  "First":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters":{"FunctionName":"pack","Payload":{"token.$":"$$.Task.Token"}},
    "TimeoutSeconds":60,"HeartbeatSeconds":15,
    "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":1,"MaxAttempts":1}],
    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Done"}],"ResultPath":"$.answer","Next":"Done"},
  "Done":{"Type":"Succeed"}})";

// Variables, read long after they were assigned, in iterations and in either language.
constexpr std::string_view kVariables = R"("States":{
  "First":{"Type":"Pass","Assign":{"order.$":"$.order","items.$":"$.items"},"Next":"Doze"},
  "Doze":{"Type":"Wait","Seconds":3,"OutputPath":"$items","Next":"Each"},
  "Each":{"QueryLanguage":"JSONata","Type":"Map","Items":"{% $items %}","MaxConcurrency":3,
    "ItemSelector":{"item":"{% $states.context.Map.Item.Value + $order %}"},
    "ItemProcessor":{"StartAt":"Pick","States":{
      "Pick":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","Assign":{"picked.$":"$"},
        "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":2}],"ResultPath":null,"Next":"Nod"},
      "Nod":{"Type":"Wait","Seconds":2,"Next":"Keep"},
      "Keep":{"QueryLanguage":"JSONata","Type":"Pass","Output":["{% $picked %}","{% $order %}"],"End":true}}},
    "Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"failed":"{% $states.errorOutput %}"},"Next":"Done"}],
    "Assign":{"all":"{% $states.result %}"},"Next":"Done"},
  "Done":{"QueryLanguage":"JSONata","Type":"Succeed",
    "Output":{"order":"{% $order %}","failed":"{% $exists($failed) %}","all":"{% $count($all) %}"}}})";

}  // namespace

const std::vector<Definition>& Definitions() {
  static const std::vector<Definition> definitions = {
      {.machine = "chain", .text = Machine(kChain)},
      {.machine = "retry", .text = Machine(kRetry), .interval_s = {{"First", 1}}},
      {.machine = "wait", .text = Machine(kWait), .wait_s = {{"First", 5}, {"Rest", 90}}},
      {.machine = "deadline", .text = Machine(kDeadline), .interval_s = {{"First", 1}}},
      {.machine = "heartbeat", .text = Machine(kHeartbeat)},
      {.machine = "loop", .text = Machine(kLoop)},
      {.machine = "branches", .text = Machine(kBranches), .wait_s = {{"Nap", 3}, {"Doze", 8}}},
      {.machine = "items", .text = Machine(kItems), .wait_s = {{"Nod", 2}}},
      {.machine = "nested", .text = Machine(kNested), .wait_s = {{"Nod", 2}, {"Doze", 4}}},
      {.machine = "ask", .text = Machine(kAsk)},
      {.machine = "variables", .text = Machine(kVariables), .wait_s = {{"Doze", 3}, {"Nod", 2}}},
      {.machine = "bounded",
       .text = Machine(kBounded),
       .wait_s = {{"First", 6}, {"Rest", 9}},
       .timeout_s = 20},
  };
  return definitions;
}

std::string MakeInput(std::string_view machine, uint64_t n) {
  const bool iterates = machine == "items" || machine == "nested" || machine == "variables";
  if (machine != "loop" && !iterates) {
    return fmt::format(R"({{"order": {}, "note":"n{}"}})", n, n % 7);
  }
  std::string items;
  for (uint64_t i = 0; i < (iterates ? n % 12 : 30 + n % 170); ++i)
    items += fmt::format("{}{}", i == 0 ? "" : ",", i);
  return fmt::format(R"({{"order":{},"items":[{}]}})", n, items);
}

std::string TextOf(const Definition& definition, size_t version) {
  if (version == 0) return definition.text;
  return fmt::format(R"({{"Comment":"version {}",{})", version, definition.text.substr(1));
}

const std::vector<std::string>& Queues() {
  static const std::vector<std::string> queues = {"pay", "pack", "ship", "activity:cook"};
  return queues;
}

}  // namespace sim
