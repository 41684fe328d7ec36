// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace engine {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  void Counter(const char* name, const char* help, uint64_t value) {
    families_.push_back({name, help, MetricType::Counter, {ClientMetric{}}});
    families_.back().metric.front().counter.value = static_cast<double>(value);
  }
  void Gauge(const char* name, const char* help, double value) {
    families_.push_back({name, help, MetricType::Gauge, {ClientMetric{}}});
    families_.back().metric.front().gauge.value = value;
  }
  // A series for each source and each thing that is counted; none: the family is left out.
  void Sources(const char* name, const char* help, MetricType type, const char* label,
               const std::vector<SourceStatus>& sources,
               std::vector<std::pair<std::string, uint64_t>> (*values)(const SourceStatus&)) {
    if (sources.empty()) return;
    MetricFamily family{name, help, type, {}};
    for (const SourceStatus& source : sources) {
      for (const auto& [text, value] : values(source)) {
        ClientMetric metric;
        metric.label = {{"source", source.name}, {label, text}};
        (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) =
            static_cast<double>(value);
        family.metric.push_back(std::move(metric));
      }
    }
    families_.push_back(std::move(family));
  }
  // A series for each label; none: the family is left out.
  using Labelled = std::vector<std::pair<std::string, double>>;
  void Gauge(const char* name, const char* help, const char* label, const Labelled& values) {
    Add(name, help, MetricType::Gauge, label, values);
  }
  void Counter(const char* name, const char* help, const char* label, const Labelled& values) {
    Add(name, help, MetricType::Counter, label, values);
  }
  std::string Text() const {
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families_);
    return text.str();
  }

 private:
  void Add(const char* name, const char* help, MetricType type, const char* label,
           const Labelled& values) {
    if (values.empty()) return;
    MetricFamily family{name, help, type, {}};
    for (const auto& [text, value] : values) {
      ClientMetric metric;
      metric.label.push_back({label, text});
      (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
      family.metric.push_back(std::move(metric));
    }
    families_.push_back(std::move(family));
  }

  std::vector<MetricFamily> families_;
};

double Seconds(asl::Millis time) { return static_cast<double>(time.value) / 1e3; }

void AddWork(const api::ServerStatus& status, Families& families) {
  const Gauges& partitions = status.moment.partitions;
  families.Counter("asld_executions_started_total", "Executions started",
                   partitions.executions_started);
  families.Counter("asld_executions_ended_total", "Executions ended, however",
                   partitions.executions_ended);
  families.Counter("asld_transitions_total", "Transitions of executions", partitions.transitions);
  families.Counter("asld_turns_total", "Turns of partitions", partitions.turns);
  families.Gauge("asld_inbox_commands", "Commands that wait for a turn",
                 static_cast<double>(partitions.inbox));
  families.Gauge("asld_inbox_commands_max", "Commands in the fullest partition's inbox",
                 static_cast<double>(partitions.inbox_max));
  families.Gauge("asld_loads", "Reads under way for partitions",
                 static_cast<double>(status.moment.loads));
  families.Gauge("asld_messages", "Messages between partitions, not applied yet",
                 static_cast<double>(partitions.messages));
  families.Gauge("asld_parked_executions", "Executions set aside after crashes",
                 static_cast<double>(partitions.parked));
  families.Gauge("asld_cached_executions", "Executions in memory",
                 static_cast<double>(partitions.executions_cached));
  families.Gauge("asld_cache_bytes", "Memory of executions",
                 static_cast<double>(partitions.cache_bytes));
  const double late = partitions.next_timer == asl::kNever
                          ? 0
                          : Seconds(status.now) - Seconds(partitions.next_timer);
  families.Gauge("asld_timer_late_seconds", "How late the timer is that is due first",
                 std::max(0.0, late));
}

void AddStore(const api::ServerStatus& status, Families& families) {
  const storage::Committer::Counters& commits = status.moment.commits;
  families.Counter("asld_commit_batches_total", "Batches written", commits.batches);
  families.Counter("asld_commit_bytes_total", "Bytes of batches written", commits.bytes);
  families.Counter("asld_commit_writes_total", "Writes to the log", commits.writes);
  families.Counter("asld_commit_syncs_total", "Syncs of the log", commits.syncs);
  families.Gauge("asld_durable_seq", "Newest durable commit",
                 static_cast<double>(commits.durable_seq));
  // Read apart from each other, the first may be the older one.
  const uint64_t lag = commits.written_seq - std::min(commits.written_seq, commits.durable_seq);
  families.Gauge("asld_durable_lag_commits", "Commits written and not durable yet",
                 static_cast<double>(lag));
  families.Gauge("asld_disk_free_bytes", "Free space where the data directory is",
                 static_cast<double>(status.disk_free));
  families.Gauge("asld_refusing_starts", "1: new executions are refused for want of disk space",
                 status.refusing_starts ? 1 : 0);
}

void AddQueues(const api::ServerStatus& status, Families& families) {
  Families::Labelled waiting, assigned, workers, slots, succeeded, failed;
  for (const api::QueueStatus& queue : status.queues) {
    if (waiting.size() == kMetricsQueuesMax) break;
    waiting.emplace_back(queue.name, queue.gauges.waiting);
    assigned.emplace_back(queue.name, queue.gauges.assigned);
    workers.emplace_back(queue.name, queue.serving.workers);
    slots.emplace_back(queue.name, queue.serving.free_slots);
    if (!queue.calls) continue;
    succeeded.emplace_back(queue.name, queue.calls->succeeded);
    failed.emplace_back(queue.name, queue.calls->failed);
  }
  families.Gauge("asld_queue_waiting", "Tasks that wait for a worker", "queue", waiting);
  families.Gauge("asld_queue_assigned", "Tasks that a worker has", "queue", assigned);
  families.Gauge("asld_queue_workers", "Connected workers", "queue", workers);
  families.Gauge("asld_queue_free_slots", "Tasks that the workers could take", "queue", slots);
  families.Counter("asld_calls_succeeded_total", "Calls for Tasks that succeeded", "queue",
                   succeeded);
  families.Counter("asld_calls_failed_total", "Calls for Tasks that failed", "queue", failed);
  families.Gauge("asld_queues", "Queues that have tasks or workers",
                 static_cast<double>(status.queues.size()));
  families.Gauge("asld_workers", "Connected workers of all queues",
                 static_cast<double>(status.workers));
}

void AddSources(const api::ServerStatus& status, Families& families) {
  families.Sources("asld_source_deliveries_total",
                   "Deliveries of messages to a source, by what came of them: they add up to "
                   "received, less those "
                   "that are pending",
                   MetricType::Counter, "outcome", status.sources, [](const SourceStatus& source) {
                     const SourceCounts& counts = source.counts;
                     return std::vector<std::pair<std::string, uint64_t>>{
                         {"started", counts.started},
                         {"duplicate", counts.duplicates},
                         {"rejected", counts.rejected},
                         {"returned", counts.returned}};
                   });
  families.Sources("asld_source_total", "What a source counts besides", MetricType::Counter, "what",
                   status.sources, [](const SourceStatus& source) {
                     const SourceCounts& counts = source.counts;
                     return std::vector<std::pair<std::string, uint64_t>>{
                         {"received", counts.received},
                         {"unwanted", counts.unwanted},
                         {"poison", counts.poison},
                         {"deleted", counts.deleted},
                         {"failed", counts.failed}};
                   });
  families.Sources(
      "asld_source_messages",
      "Messages of a source's queue: pending and in hand here, visible there", MetricType::Gauge,
      "where", status.sources, [](const SourceStatus& source) {
        std::vector<std::pair<std::string, uint64_t>> values = {
            {"pending", source.pending}, {"in_hand", source.in_hand}, {"open", source.open}};
        if (source.visible) values.emplace_back("visible", *source.visible);
        return values;
      });
  families.Sources("asld_source_receiving", "1: it takes messages, if there are any",
                   MetricType::Gauge, "queue", status.sources, [](const SourceStatus& source) {
                     return std::vector<std::pair<std::string, uint64_t>>{
                         {source.queue, source.state == "receiving" ? 1 : 0}};
                   });
}

}  // namespace

std::string MetricsText(const api::ServerStatus& status, const ServerFacts& facts) {
  Families families;
  families.Gauge("asld_build_info", "The version that runs", "version", {{facts.version, 1.0}});
  families.Gauge("process_start_time_seconds", "When it started", Seconds(facts.started));
  families.Gauge("process_resident_memory_bytes", "Resident memory",
                 static_cast<double>(status.resident_bytes));
  AddWork(status, families);
  AddStore(status, families);
  AddQueues(status, families);
  AddSources(status, families);
  return families.Text();
}

}  // namespace engine
