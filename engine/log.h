// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The log, on standard error: one event a line, with its level, its time in UTC and, where it has
// one, its partition and execution, either as text for people or as JSON for machines. Payloads,
// tokens and keys are never logged. Any thread; set up once by main, and until then (and in a
// program that embeds the engine) spdlog's default logger prints the text alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/ids.h"

namespace engine {

enum class LogFormat : uint8_t { kText, kJson };
enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError, kCritical };

// What an event is about.
struct LogFields {
  std::optional<PartitionId> partition = {};
  ExecutionNumber execution = ExecutionNumber::kNone;
};

// `level`: trace, debug, info, warning, error or off. REQUIRES: no other thread logs yet.
void SetUpLog(LogFormat format, const std::string& level);

void Log(LogLevel level, const LogFields& fields, const std::string& message);

// What a caller waits for or must see, whatever the level: as text the bare line "asld: …", which
// scripts look for.
void Announce(LogLevel level, const std::string& message);

}  // namespace engine
