// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/verify.h"

#include <algorithm>
#include <set>

#include "asl/json.h"
#include "engine/store_settings.h"
#include "engine/verify_pass.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {
namespace {

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string NameOf(Table table) {
  for (const storage::TableSpec& spec : AllTables()) {
    if (spec.tag == table) return spec.name;
  }
  return fmt::format("table {}", static_cast<int>(table));
}

// How many partitions there are, hence who owns what. False: its rows mean something else.
bool ReadSettings(VerifyContext& context) {
  context.Each(kSettings, "", [](std::string_view, std::string_view) {});
  const absl::StatusOr<std::optional<StoreSettings>> settings = ReadStoreSettings(context.store);
  if (!settings.ok()) {
    context.Fail(kSettings, "", std::string(settings.status().message()));
    return false;
  }
  // None: a store in which no engine was ever open.
  if (*settings) context.partitions = (*settings)->partitions;
  return true;
}

void ReadMachines(VerifyContext& context) {
  context.Each(kMachines, "", [&](std::string_view key, std::string_view value) {
    const absl::StatusOr<MachineRow> machine = ReadMachine(value);
    if (!machine.ok()) return context.Fail(kMachines, key, "cannot be read");
    if (MachineKey(machine->name) != key) {
      return context.Fail(kMachines, key, fmt::format("is the row of '{}'", machine->name));
    }
    const Revision* revision = context.FindRevision(machine->revision);
    if (revision == nullptr || revision->machine != machine->name) {
      context.Fail(kMachines, key,
                   fmt::format("its revision {} is missing, another's, or cannot be run",
                               machine->revision));
    }
  });
  context.Each(kRevisions, "", [&](std::string_view key, std::string_view) {
    const std::string prefix = PartitionPrefix(0);
    if (!key.starts_with(prefix)) return context.Fail(kRevisions, key, "has an odd key");
    if (context.FindRevision(std::string(key.substr(prefix.size()))) == nullptr) {
      context.Fail(kRevisions, key, "cannot be read, or no longer compiles");
    }
  });
}

// Versions are of state machines that are there, and of their revisions; aliases lead to versions.
void ReadVersions(VerifyContext& context) {
  std::map<std::string, uint32_t> last;  // by state machine
  const std::string prefix = PartitionPrefix(0);
  auto machines = context.store.Scan(kMachines, prefix, storage::PrefixEnd(prefix));
  for (; machines->Valid(); machines->Next()) {
    const absl::StatusOr<MachineRow> machine = ReadMachine(machines->value());
    if (machine.ok()) last[machine->name] = machine->last_version;
  }
  context.Each(kVersions, "", [&](std::string_view key, std::string_view value) {
    const std::optional<VersionKeyParts> parts = DecodeVersionKey(key);
    const auto version =
        parts ? ReadVersion(parts->number, value) : absl::DataLossError("an odd key");
    if (!version.ok()) return context.Fail(kVersions, key, "cannot be read");
    auto machine = last.find(parts->machine);
    if (machine == last.end() || machine->second < parts->number) {
      return context.Fail(
          kVersions, key,
          fmt::format("its state machine '{}' is missing, or gave out no such number",
                      parts->machine));
    }
    const Revision* revision = context.FindRevision(version->revision);
    if (revision == nullptr || revision->machine != parts->machine) {
      context.Fail(kVersions, key,
                   fmt::format("its revision {} is missing, another's, or cannot be run",
                               version->revision));
    }
  });
  context.Each(kAliases, "", [&](std::string_view key, std::string_view value) {
    const std::optional<AliasKeyParts> parts = DecodeAliasKey(key);
    const auto alias = parts ? ReadAlias(parts->name, value) : absl::DataLossError("an odd key");
    if (!alias.ok()) return context.Fail(kAliases, key, "cannot be read");
    uint32_t weights = 0;
    for (const AliasRoute& route : alias->routes) {
      weights += route.weight;
      if (!context.Get(kVersions, VersionKey(parts->machine, route.version))) {
        context.Fail(kAliases, key,
                     fmt::format("leads to version {}, which is missing", route.version));
      }
    }
    if (weights != 100) {
      context.Fail(kAliases, key, fmt::format("its weights are {} together", weights));
    }
  });
}

void ReadResources(VerifyContext& context) {
  context.Each(kActivities, "", [&](std::string_view key, std::string_view value) {
    const absl::StatusOr<Activity> activity = ReadActivity(value);
    if (!activity.ok()) return context.Fail(kActivities, key, "cannot be read");
    if (ActivityKey(activity->name) != key) {
      context.Fail(kActivities, key, fmt::format("is the row of '{}'", activity->name));
    }
  });
  context.Each(kTags, "", [&](std::string_view key, std::string_view value) {
    const absl::StatusOr<Tags> tags = ReadTagsRow(value);
    if (!tags.ok() || tags->empty()) return context.Fail(kTags, key, "cannot be read");
    const std::string_view resource = key.substr(PartitionPrefix(0).size());
    const size_t colon = resource.find(':');
    const std::string_view name = resource.substr(colon + 1);
    const bool of_machine = resource.substr(0, colon) == "stateMachine";
    if (!context.Get(of_machine ? kMachines : kActivities,
                     of_machine ? MachineKey(name) : ActivityKey(name))) {
      context.Fail(kTags, key, "is of nothing that exists");
    }
  });
}

// A history without an execution waits for the sweep that ends its retention; it is no damage. Each
// execution is looked up once; then the next one is sought.
void CountRetiredHistories(VerifyContext& context) {
  std::string from;
  while (true) {
    auto rows = context.store.Scan(kHistory, from, "");
    if (!rows->Valid()) {
      if (!rows->status().ok()) context.Fail(kHistory, from, std::string(rows->status().message()));
      return;
    }
    const std::optional<HistoryKeyParts> key = DecodeHistoryKey(rows->key());
    if (!key) {
      context.Fail(kHistory, rows->key(), "has an odd key");
      from = std::string(rows->key()) + '\0';
      continue;
    }
    if (!context.Get(kExecutions, ExecutionKey(key->execution))) {
      ++context.report.histories_retired;
    }
    if (ToInt(key->execution) == UINT64_MAX) return;
    from = HistoryKey(ExecutionNumber{ToInt(key->execution) + 1}, asl::EventId{0});
  }
}

// Rows of a partition that does not exist would never be looked at again.
void CheckPartitions(VerifyContext& context) {
  for (Table table :
       {kExecutions, kOutcomes, kListing, kEnded, kNameEnds, kFrames, kResults, kTimers, kTasks,
        kNames, kOutbox, kInbox, kClock, kCrashes, kAssigned, kWords}) {
    auto rows = context.store.Scan(table, PartitionPrefix(context.partitions), "");
    if (rows->Valid()) {
      context.Fail(
          table, rows->key(),
          fmt::format("is of a partition that does not exist; there are {}", context.partitions));
    }
  }
}

}  // namespace

void VerifyContext::Fail(Table table, std::string_view key, std::string what) {
  ++report.violations;
  if (report.shown.size() == kViolationsShownMax) return;
  report.shown.push_back({.table = NameOf(table), .key = Hex(key), .what = std::move(what)});
}

void VerifyContext::Each(
    Table table, const std::string& prefix,
    const std::function<void(std::string_view key, std::string_view value)>& look) {
  uint64_t& count = report.rows[NameOf(table)];
  auto rows = store.Scan(table, prefix, prefix.empty() ? "" : storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    ++count;
    look(rows->key(), rows->value());
  }
  if (!rows->status().ok()) Fail(table, prefix, std::string(rows->status().message()));
}

std::optional<std::string> VerifyContext::Get(Table table, const std::string& key) {
  absl::StatusOr<std::optional<std::string>> row = store.Get(table, key);
  if (row.ok()) return *std::move(row);
  Fail(table, key, std::string(row.status().message()));
  return std::nullopt;
}

const Revision* VerifyContext::FindRevision(const std::string& id) {
  auto [known, added] = revisions.try_emplace(id);
  if (added) {
    const std::optional<std::string> row = Get(kRevisions, RevisionKey(id));
    absl::StatusOr<Revision> revision = row ? ReadRevision(*row) : absl::NotFoundError("");
    if (revision.ok() && asl::Compile(revision->definition).program != nullptr) {
      known->second = *std::move(revision);
    }
  }
  return known->second ? &*known->second : nullptr;
}

void VerifyPass::Run() {
  context_.Each(kClock, prefix_, [&](std::string_view key, std::string_view value) {
    const std::optional<asl::Millis> clock = ReadClock(value);
    if (!clock) return context_.Fail(kClock, key, "is no time");
    clock_ = *clock;
  });
  CheckExecutions();
  CheckFrameOwners();
  CheckResultOwners();
  CheckOutcomes();
  CheckListing();
  CheckEnded();
  CheckTimers();
  CheckTasks();
  CheckAssigned();
  CheckNames();
  CheckNameEnds();
  CheckLetters();
  CheckInbox();
  CheckCrashes();
  CheckWords();
}

VerifyReport Verify(const storage::Reader& store, const VerifyOptions& options) {
  VerifyReport report;
  VerifyContext context{.store = store, .report = report, .options = options};
  context.partitions = std::max(options.partitions, 1u);
  if (options.partitions == 0 && !ReadSettings(context)) return report;
  ReadMachines(context);
  ReadVersions(context);
  ReadResources(context);
  for (PartitionId partition = 0; partition < context.partitions; ++partition) {
    VerifyPass(&context, partition).Run();
  }
  CountRetiredHistories(context);
  CheckPartitions(context);
  return report;
}

std::string VerifyText(const VerifyReport& report) {
  std::string text = fmt::format(
      "{} executions open, {} ended, {} events; {} histories wait to be swept\n",
      report.executions_open, report.executions_ended, report.events, report.histories_retired);
  for (const auto& [table, rows] : report.rows) {
    if (rows > 0) text += fmt::format("  {:<12} {:>12} rows\n", table, rows);
  }
  for (const Violation& violation : report.shown) {
    text += fmt::format("violation: table {}, key {}: {}\n", violation.table, violation.key,
                        violation.what);
  }
  if (report.violations > report.shown.size()) {
    text += fmt::format("and {} more\n", report.violations - report.shown.size());
  }
  return text + (report.ok() ? "sound\n" : fmt::format("{} violations\n", report.violations));
}

std::string VerifyJson(const VerifyReport& report) {
  std::string text = fmt::format(
      R"({{"sound":{},"violations":{},"executions":{{"open":{},"ended":{}}},"events":{},)"
      R"("histories_to_sweep":{},"rows":{{)",
      report.ok(), report.violations, report.executions_open, report.executions_ended,
      report.events, report.histories_retired);
  for (const char* comma = ""; const auto& [table, rows] : report.rows) {
    text += fmt::format(R"({}"{}":{})", comma, table, rows);
    comma = ",";
  }
  text += R"(},"shown":[)";
  for (const char* comma = ""; const Violation& violation : report.shown) {
    text += fmt::format(R"({}{{"table":"{}","key":"{}","what":)", comma, violation.table,
                        violation.key);
    asl::AppendJsonString(violation.what, &text);
    text += '}';
    comma = ",";
  }
  return text + "]}\n";
}

}  // namespace engine
