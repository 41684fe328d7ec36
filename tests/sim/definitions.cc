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

}  // namespace

const std::vector<Definition>& Definitions() {
  static const std::vector<Definition> definitions = {
      {.machine = "chain", .text = Machine(kChain)},
      {.machine = "retry", .text = Machine(kRetry), .interval_s = {{"First", 1}}},
      {.machine = "wait", .text = Machine(kWait), .wait_s = {{"First", 5}, {"Rest", 90}}},
      {.machine = "deadline", .text = Machine(kDeadline), .interval_s = {{"First", 1}}},
      {.machine = "heartbeat", .text = Machine(kHeartbeat)},
      {.machine = "loop", .text = Machine(kLoop)},
      {.machine = "bounded",
       .text = Machine(kBounded),
       .wait_s = {{"First", 6}, {"Rest", 9}},
       .timeout_s = 20},
  };
  return definitions;
}

std::string MakeInput(std::string_view machine, uint64_t n) {
  if (machine != "loop") return fmt::format(R"({{"order": {}, "note":"n{}"}})", n, n % 7);
  std::string items;
  for (uint64_t i = 0; i < 30 + n % 170; ++i) items += fmt::format("{}{}", i == 0 ? "" : ",", i);
  return fmt::format(R"({{"order":{},"items":[{}]}})", n, items);
}

const std::vector<std::string>& Queues() {
  static const std::vector<std::string> queues = {"pay", "pack", "ship", "activity:cook"};
  return queues;
}

}  // namespace sim
