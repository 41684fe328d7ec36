// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/offline.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "engine/clock.h"
#include "engine/disk_space.h"
#include "engine/doctor.h"
#include "engine/tables.h"
#include "engine/verify.h"
#include "fmt/format.h"
#include "storage/rocks_backup.h"

namespace engine {
int Refuse(const absl::Status& status, int code) {
  Announce(LogLevel::kCritical,
           fmt::format("{}; exiting with code {}", std::string(status.message()), code));
  return code;
}

int RunPrintConfig(const Config& config) {
  std::fputs(config.printed.c_str(), stdout);
  return 0;
}

int RunReleaseReserve(const Config& config) {
  const std::string& directory = config.engine.data_dir;
  const absl::StatusOr<bool> released = ReleaseReserve(directory);
  if (!released.ok()) return Refuse(released.status(), kExitStore);
  std::fputs(fmt::format("asld: {}: {}; {} bytes are free\n", directory,
                         *released ? "the reserve is released" : "there is no reserve",
                         FreeBytes(directory).value_or(0))
                 .c_str(),
             stderr);
  return 0;
}

int RunRestore(const Config& config) {
  const absl::StatusOr<storage::CopyReport> report =
      storage::RestoreStore(config.backup, {.directory = config.engine.data_dir,
                                            .tables = AllTables(),
                                            .accept_loss = config.engine.accept_loss});
  if (!report.ok()) return Refuse(report.status(), kExitStore);
  std::fputs(fmt::format("restored {} into {}: {} files, {} bytes, up to commit {}\n"
                         "`asld verify --data-dir {}` reads all of it; `asld --data-dir {}` "
                         "goes on from there\n",
                         config.backup, config.engine.data_dir, report->files, report->bytes,
                         report->seq, config.engine.data_dir, config.engine.data_dir)
                 .c_str(),
             stdout);
  return 0;
}

// Opening replays the log, as a start would; nothing else is written.
int RunVerify(const Config& config) {
  const std::string& directory = config.engine.data_dir;
  std::error_code error;
  if (!std::filesystem::exists(directory + "/CURRENT", error)) {
    return Refuse(
        absl::NotFoundError(fmt::format("{} holds no store; name one with --data-dir", directory)),
        kExitStore);
  }
  auto store = storage::RocksStore::Open(
      {.directory = directory, .tables = AllTables(), .accept_loss = config.engine.accept_loss});
  if (!store.ok()) return Refuse(store.status(), kExitStore);
  const VerifyReport report = Verify(**store);
  std::fputs((config.json ? VerifyJson(report) : VerifyText(report)).c_str(), stdout);
  return report.ok() ? 0 : kExitFound;
}

int RunDoctor(const Config& config) {
  const std::vector<Finding> findings = Examine(config, SystemClock().Now());
  std::fputs(FindingsText(findings).c_str(), stdout);
  const bool problem = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.verdict == Verdict::kProblem;
  });
  return problem ? kExitFound : 0;
}

}  // namespace engine
