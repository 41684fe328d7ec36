// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "asld/v1/operator.pb.h"
#include "tools/aslctl/arguments.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
using asld::v1::Status;

int64_t Ms(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

std::string Ago(const google::protobuf::Timestamp& time, const Status& status) {
  return Duration(Ms(status.now()) - Ms(time));
}

std::vector<std::vector<Cell>> QueueRows(const Status& status) {
  std::vector<std::vector<Cell>> rows = {{{"QUEUE", Tone::kDim},
                                          {"WAITING", Tone::kDim},
                                          {"ASSIGNED", Tone::kDim},
                                          {"WORKERS", Tone::kDim},
                                          {"FREE", Tone::kDim},
                                          {"OLDEST", Tone::kDim}}};
  for (const asld::v1::Queue& queue : status.queues()) {
    const bool stuck = queue.waiting() > 0 && queue.workers() == 0;
    rows.push_back({{queue.name(), Tone::kStrong},
                    {fmt::format("{}{}", queue.waiting(), queue.more_waiting() ? "+" : "")},
                    {std::to_string(queue.assigned())},
                    {std::to_string(queue.workers()), stuck ? Tone::kBad : Tone::kPlain},
                    {std::to_string(queue.free_slots())},
                    {queue.has_oldest() ? Ago(queue.oldest(), status) : ""}});
  }
  return rows;
}

std::string Queues(const Status& status, const Style& style) {
  return status.queues().empty() ? "" : "\n" + Columns(QueueRows(status), style);
}

Cell Disk(const Status& status) {
  const bool low = status.refusing_starts();
  return {fmt::format(
              "{} free{}", Bytes(status.disk_free()),
              low ? fmt::format(", less than {}: starts are refused", Bytes(status.disk_min_free()))
                  : ""),
          low ? Tone::kBad : Tone::kPlain};
}

double PerSecond(uint64_t earlier, uint64_t now, double seconds) {
  return now < earlier || seconds <= 0 ? 0 : static_cast<double>(now - earlier) / seconds;
}

std::string Rate(double per_second) {
  return fmt::format("{:.{}f}/s", per_second, per_second < 10 ? 1 : 0);
}

}  // namespace

std::string Bytes(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, kUnits[unit]);
}

std::string StatusText(const Status& status, const Style& style) {
  const bool late = status.has_next_timer() && Ms(status.next_timer()) < Ms(status.now());
  std::vector<std::vector<Cell>> rows = {
      {{"Version", Tone::kDim}, {status.version()}},
      {{"Up", Tone::kDim}, {Ago(status.started(), status)}},
      {{"Data", Tone::kDim}, {status.data_dir()}},
      {{"Disk", Tone::kDim}, Disk(status)},
      {{"Memory", Tone::kDim},
       {fmt::format("{}, of it {} for {} executions", Bytes(status.resident()),
                    Bytes(status.execution_cache()), status.executions_cached())}},
      {{"Executions", Tone::kDim},
       {fmt::format("{} started, {} ended since it is up", status.executions_started(),
                    status.executions_ended())}},
      {{"Transitions", Tone::kDim},
       {fmt::format("{} in {} batches, {} syncs", status.transitions(), status.batches(),
                    status.syncs())}},
      {{"Partitions", Tone::kDim},
       {fmt::format("{} on {} loops; {} commands wait, {} at most in one", status.partitions(),
                    status.loops(), status.inbox(), status.inbox_max())}},
      {{"Not durable", Tone::kDim},
       {fmt::format("{} commits", status.written_seq() - status.durable_seq())}}};
  if (status.has_next_timer()) {
    rows.push_back({{"Next timer", Tone::kDim},
                    {late ? Ago(status.next_timer(), status) + " late"
                          : "in " + Duration(Ms(status.next_timer()) - Ms(status.now())),
                     late ? Tone::kBusy : Tone::kPlain}});
  }
  rows.push_back({{"Workers", Tone::kDim}, {std::to_string(status.workers())}});
  rows.push_back(
      {{"Parked", Tone::kDim},
       {std::to_string(status.parked()), status.parked() > 0 ? Tone::kBad : Tone::kPlain}});
  std::string out = Columns(rows, style) + Queues(status, style);
  for (const asld::v1::StuckExecution& stuck : status.stuck()) {
    out += style.Paint(Tone::kBusy, fmt::format("{} waits for a worker that serves '{}' since {}",
                                                ShortName(stuck.execution_arn()), stuck.queue(),
                                                Moment(Ms(stuck.since()), style))) +
           "\n";
  }
  return out;
}

Json StatusJson(const Status& status) {
  Json json{{"version", status.version()},
            {"started", IsoTime(Ms(status.started()))},
            {"now", IsoTime(Ms(status.now()))},
            {"dataDir", status.data_dir()},
            {"partitions", status.partitions()},
            {"loops", status.loops()},
            {"executionsStarted", status.executions_started()},
            {"executionsEnded", status.executions_ended()},
            {"transitions", status.transitions()},
            {"batches", status.batches()},
            {"syncs", status.syncs()},
            {"writtenSeq", status.written_seq()},
            {"durableSeq", status.durable_seq()},
            {"diskFree", status.disk_free()},
            {"diskMinFree", status.disk_min_free()},
            {"refusingStarts", status.refusing_starts()},
            {"resident", status.resident()},
            {"executionCache", status.execution_cache()},
            {"executionsCached", status.executions_cached()},
            {"inbox", status.inbox()},
            {"inboxMax", status.inbox_max()},
            {"loads", status.loads()},
            {"messages", status.messages()},
            {"workers", status.workers()},
            {"parked", status.parked()}};
  if (status.has_next_timer()) json["nextTimer"] = IsoTime(Ms(status.next_timer()));
  json["queues"] = Json::array();
  for (const asld::v1::Queue& queue : status.queues()) {
    Json one{{"name", queue.name()},
             {"waiting", queue.waiting()},
             {"moreWaiting", queue.more_waiting()},
             {"assigned", queue.assigned()},
             {"workers", queue.workers()},
             {"freeSlots", queue.free_slots()}};
    if (queue.has_oldest()) one["oldest"] = IsoTime(Ms(queue.oldest()));
    json["queues"].push_back(std::move(one));
  }
  json["stuck"] = Json::array();
  for (const asld::v1::StuckExecution& stuck : status.stuck()) {
    json["stuck"].push_back({{"executionArn", stuck.execution_arn()},
                             {"queue", stuck.queue()},
                             {"since", IsoTime(Ms(stuck.since()))}});
  }
  return json;
}

std::string TopText(const Status& earlier, const Status& status, const Style& style) {
  const double seconds = static_cast<double>(Ms(status.now()) - Ms(earlier.now())) / 1000;
  const auto rate = [&](uint64_t before, uint64_t now) {
    return Rate(PerSecond(before, now, seconds));
  };
  const std::vector<std::vector<Cell>> rows = {
      {{"started", Tone::kDim},
       {"ended", Tone::kDim},
       {"transitions", Tone::kDim},
       {"batches", Tone::kDim},
       {"syncs", Tone::kDim},
       {"inbox", Tone::kDim},
       {"memory", Tone::kDim},
       {"disk free", Tone::kDim},
       {"parked", Tone::kDim}},
      {{rate(earlier.executions_started(), status.executions_started())},
       {rate(earlier.executions_ended(), status.executions_ended())},
       {rate(earlier.transitions(), status.transitions()), Tone::kStrong},
       {rate(earlier.batches(), status.batches())},
       {rate(earlier.syncs(), status.syncs())},
       {std::to_string(status.inbox())},
       {Bytes(status.resident())},
       {Bytes(status.disk_free()), status.refusing_starts() ? Tone::kBad : Tone::kPlain},
       {std::to_string(status.parked()), status.parked() > 0 ? Tone::kBad : Tone::kPlain}}};
  return fmt::format("asld {}  up {}  {}\n\n", status.version(), Ago(status.started(), status),
                     IsoTime(Ms(status.now()))) +
         Columns(rows, style) + Queues(status, style);
}

std::vector<Check> Examine(const Status& status, int64_t asked_ms, int64_t answered_ms) {
  // A task timeout is judged by the engine's clock, names and retention by its date.
  constexpr int64_t kSkewMsMax = 5'000;
  constexpr int64_t kTimerLateMsMax = 10'000;
  using Verdict = Check::Verdict;
  std::vector<Check> checks;
  checks.push_back({.name = "engine",
                    .finding = fmt::format("asld {}, up {}, {}", status.version(),
                                           Ago(status.started(), status), status.data_dir())});
  const int64_t now = Ms(status.now());
  const int64_t skew = now < asked_ms ? asked_ms - now : std::max<int64_t>(now - answered_ms, 0);
  checks.push_back({.name = "clock",
                    .verdict = skew > kSkewMsMax ? Verdict::kWarning : Verdict::kGood,
                    .finding = skew > kSkewMsMax
                                   ? fmt::format("the engine's is {} {}", Duration(skew),
                                                 now < asked_ms ? "behind" : "ahead")
                                   : "agrees with this machine's",
                    .fix = skew > kSkewMsMax ? "set both machines' clocks by NTP" : ""});
  const bool low = status.refusing_starts() ||
                   (status.disk_min_free() > 0 && status.disk_free() < 2 * status.disk_min_free());
  checks.push_back(
      {.name = "disk",
       .verdict = status.refusing_starts() ? Verdict::kBad
                  : low                    ? Verdict::kWarning
                                           : Verdict::kGood,
       .finding = Bytes(status.disk_free()) + " free" +
                  (status.disk_min_free() > 0 ? fmt::format("; below {} new executions are refused",
                                                            Bytes(status.disk_min_free()))
                                              : ""),
       .fix = low ? "make room on the disk of " + status.data_dir() : ""});
  const bool late = status.has_next_timer() && now - Ms(status.next_timer()) > kTimerLateMsMax;
  checks.push_back({.name = "timers",
                    .verdict = late ? Verdict::kBad : Verdict::kGood,
                    .finding = late ? Ago(status.next_timer(), status) + " late" : "in time",
                    .fix = late ? "the engine has more to do than it can: see `aslctl top`" : ""});
  checks.push_back(
      {.name = "parked",
       .verdict = status.parked() > 0 ? Verdict::kBad : Verdict::kGood,
       .finding =
           status.parked() == 0
               ? "none"
               : fmt::format("{} executions crashed the engine and are set aside", status.parked()),
       .fix = status.parked() > 0 ? "aslctl parked" : ""});
  size_t unserved = 0;
  for (const asld::v1::Queue& queue : status.queues()) {
    if (queue.waiting() == 0 || queue.workers() > 0) continue;
    ++unserved;
    checks.push_back(
        {.name = "queue " + queue.name(),
         .verdict = Verdict::kBad,
         .finding = fmt::format(
             "{} tasks wait and no worker serves it{}", queue.waiting(),
             queue.has_oldest() ? ", the oldest for " + Ago(queue.oldest(), status) : ""),
         .fix = "start a worker that serves '" + queue.name() + "'"});
  }
  if (unserved == 0) {
    checks.push_back(
        {.name = "queues", .finding = "every waiting task has a worker that serves it"});
  }
  return checks;
}

}  // namespace aslctl
