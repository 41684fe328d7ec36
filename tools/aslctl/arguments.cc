// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/arguments.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace aslctl {
namespace {

constexpr size_t kChunkBytes = 64 << 10;

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return absl::NotFoundError(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  std::string text;
  size_t got = 0;
  do {
    const size_t old = text.size();
    text.resize(old + kChunkBytes);
    got = std::fread(text.data() + old, 1, kChunkBytes, file);
    text.resize(old + got);
  } while (got > 0);
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  if (file != stdin) std::fclose(file);
  if (failed) return absl::NotFoundError(fmt::format("{}: {}", path, std::strerror(error)));
  return text;
}

bool Confirm(const std::string& question) {
  fmt::print(stderr, "{} [y/N] ", question);
  std::fflush(stderr);
  const int answer = std::getchar();
  return answer == 'y' || answer == 'Y';
}

absl::StatusOr<std::string> ReadInput(const std::string& argument) {
  if (argument == "-") return ReadFile("-");
  if (argument.starts_with('@')) return ReadFile(argument.substr(1));
  return argument;
}

std::optional<ExecutionName> ParseExecutionName(std::string_view text) {
  if (text.starts_with("arn:")) return std::nullopt;
  const std::vector<std::string_view> parts = Split(text, '/');
  if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) return std::nullopt;
  return ExecutionName{std::string(parts[0]), std::string(parts[1])};
}

bool IsExecutionArn(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, ':');
  return parts.size() >= 8 && parts[0] == "arn" && parts[5] == "execution";
}

// arn:aws:states:REGION:ACCOUNT:stateMachine:MACHINE →
// arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME
std::string ExecutionArn(std::string_view state_machine_arn, std::string_view name) {
  std::vector<std::string_view> parts = Split(state_machine_arn, ':');
  if (parts.size() < 7) return std::string(state_machine_arn);
  parts[5] = "execution";
  parts.resize(7);
  parts.push_back(name);
  return fmt::format("{}", fmt::join(parts, ":"));
}

std::string ShortName(std::string_view arn) {
  const std::vector<std::string_view> parts = Split(arn, ':');
  if (parts.size() >= 8 && parts[5] == "execution") return fmt::format("{}/{}", parts[6], parts[7]);
  if (parts.size() >= 7 && parts[5] == "stateMachine") return std::string(parts[6]);
  return std::string(arn);
}

}  // namespace aslctl
