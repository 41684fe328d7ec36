// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// spdlog 1.10 has no fields: a line's fields are handed to the formatter, which runs on the thread
// that logs, beside the message.
//
//   text:  2026-01-31T12:00:00.123Z error partition=3 execution=0191… message
//   json:  {"time":"2026-01-31T12:00:00.123Z","level":"error","partition":3,"execution":"0191…",
//           "message":"…"}                                                           (one line)
#include "engine/log.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "asl/json.h"
#include "fmt/format.h"
#include "spdlog/formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace engine {
namespace {

thread_local LogFields current_fields;

std::string Utc(spdlog::log_clock::time_point time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromChrono(time), absl::UTCTimeZone());
}

std::string TextLine(std::string_view time, std::string_view level, std::string_view message) {
  std::string line = fmt::format("{} {}", time, level);
  if (current_fields.partition) line += fmt::format(" partition={}", *current_fields.partition);
  if (current_fields.execution != ExecutionNumber::kNone) {
    line += fmt::format(" execution={:016x}", ToInt(current_fields.execution));
  }
  // One event is one line, whatever an error's text holds.
  line += ' ';
  for (const char c : message) line += c == '\n' || c == '\r' ? ' ' : c;
  return line;
}

std::string JsonLine(std::string_view time, std::string_view level, std::string_view message) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}")", time, level);
  if (current_fields.partition)
    line += fmt::format(R"(,"partition":{})", *current_fields.partition);
  if (current_fields.execution != ExecutionNumber::kNone) {
    line += fmt::format(R"(,"execution":"{:016x}")", ToInt(current_fields.execution));
  }
  line += R"(,"message":)";
  asl::AppendJsonString(message, &line);
  return line + '}';
}

class Formatter : public spdlog::formatter {
 public:
  explicit Formatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const auto name = spdlog::level::to_string_view(message.level);
    const std::string text = (format_ == LogFormat::kJson ? JsonLine : TextLine)(
        Utc(message.time), {name.data(), name.size()},
        {message.payload.data(), message.payload.size()});
    line.append(text.data(), text.data() + text.size());
    line.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<Formatter>(format_);
  }

 private:
  const LogFormat format_;
};

// For announcements in JSON; null: they are bare lines. Set once, before other threads.
std::shared_ptr<spdlog::logger>& Announcer() {
  static auto& announcer = *new std::shared_ptr<spdlog::logger>();
  return announcer;
}

spdlog::level::level_enum LevelOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kCritical:
      return spdlog::level::critical;
  }
  return spdlog::level::err;
}

}  // namespace

void SetUpLog(LogFormat format, const std::string& level) {
  const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_formatter(std::make_unique<Formatter>(format));
  auto logger = std::make_shared<spdlog::logger>("asld", sink);
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
  Announcer() =
      format == LogFormat::kJson ? std::make_shared<spdlog::logger>("announce", sink) : nullptr;
}

void Log(LogLevel level, const LogFields& fields, const std::string& message) {
  current_fields = fields;
  spdlog::default_logger_raw()->log(LevelOf(level), message);
  current_fields = {};
}

void Announce(LogLevel level, const std::string& message) {
  if (Announcer() != nullptr) return Announcer()->log(LevelOf(level), message);
  std::fputs(fmt::format("asld: {}\n", message).c_str(), stderr);
}

}  // namespace engine
