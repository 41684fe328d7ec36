// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/metrics.h"

#include <gtest/gtest.h>

#include <sstream>

#include "fmt/format.h"

namespace engine {
namespace {

api::ServerStatus Status() {
  api::ServerStatus status{.now = asl::Millis{60'000}, .disk_free = 4096};
  status.moment.partitions.executions_started = 7;
  status.moment.partitions.next_timer = asl::Millis{57'500};
  status.moment.commits.written_seq = 12;
  status.moment.commits.durable_seq = 10;
  return status;
}

// The lines that are no comments and begin with `name`.
std::vector<std::string> Lines(const std::string& text, const std::string& name) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) lines.push_back(line);
  }
  return lines;
}

using Text = std::vector<std::string>;

TEST(Metrics, CountersEndInTotalAndGaugesTellOfNow) {
  const std::string text = MetricsText(Status(), {.version = "1.2", .started = asl::Millis{1'500}});
  EXPECT_EQ(Lines(text, "asld_executions_started_total"), Text{"asld_executions_started_total 7"});
  EXPECT_EQ(Lines(text, "# TYPE asld_executions_started_total"),
            Text{"# TYPE asld_executions_started_total counter"});
  EXPECT_EQ(Lines(text, "asld_durable_lag_commits"), Text{"asld_durable_lag_commits 2"});
  EXPECT_EQ(Lines(text, "asld_disk_free_bytes"), Text{"asld_disk_free_bytes 4096"});
  EXPECT_EQ(Lines(text, "asld_timer_late_seconds"), Text{"asld_timer_late_seconds 2.5"});
  EXPECT_EQ(Lines(text, "asld_build_info"), Text{"asld_build_info{version=\"1.2\"} 1"});
  EXPECT_EQ(Lines(text, "process_start_time_seconds"), Text{"process_start_time_seconds 1.5"});
  EXPECT_EQ(Lines(text, "asld_queue_waiting"), Text{}) << "no queue, no family";
}

TEST(Metrics, AQueuesNameIsALabelAndEscaped) {
  api::ServerStatus status = Status();
  status.queues.push_back({.name = "a\"b\\c",
                           .gauges = {.waiting = 3, .assigned = 2},
                           .serving = {.workers = 1, .free_slots = 4}});
  const std::string text = MetricsText(status, {});
  EXPECT_EQ(Lines(text, "asld_queue_waiting"), Text{R"(asld_queue_waiting{queue="a\"b\\c"} 3)"});
  EXPECT_EQ(Lines(text, "asld_queue_free_slots"),
            Text{R"(asld_queue_free_slots{queue="a\"b\\c"} 4)"});
}

TEST(Metrics, WhatThisProcessCallsForTasksIsCounted) {
  api::ServerStatus status = Status();
  status.queues.push_back({.name = "pay"});
  status.queues.push_back({.name = "call:lambda:pay", .calls = {{.succeeded = 5, .failed = 2}}});
  const std::string text = MetricsText(status, {});
  EXPECT_EQ(Lines(text, "asld_calls_succeeded_total{"),
            Text{R"(asld_calls_succeeded_total{queue="call:lambda:pay"} 5)"});
  EXPECT_EQ(Lines(text, "asld_calls_failed_total{"),
            Text{R"(asld_calls_failed_total{queue="call:lambda:pay"} 2)"});
}

TEST(Metrics, HoweverManyQueuesThereAreTheSeriesAreBounded) {
  api::ServerStatus status = Status();
  for (int i = 0; i < 1'000; ++i) status.queues.push_back({.name = fmt::format("q{}", i)});
  const std::string text = MetricsText(status, {});
  EXPECT_EQ(Lines(text, "asld_queue_waiting").size(), kMetricsQueuesMax);
  EXPECT_EQ(Lines(text, "asld_queues "), Text{"asld_queues 1000"});
}

}  // namespace
}  // namespace engine
