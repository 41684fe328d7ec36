// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/stories/transcript.h"

#include <cctype>
#include <sstream>
#include <utility>

#include "fmt/format.h"

namespace stories {
namespace {

constexpr std::string_view kRule = "----";

bool IsComment(const std::string& line) {
  return line.empty() ||
         (line[0] == '#' &&
          (line.size() < 2 || std::isdigit(static_cast<unsigned char>(line[1])) == 0));
}

}  // namespace

bool Parse(std::string_view text, Transcript* transcript, std::string* error) {
  enum class At { kBefore, kCommands, kExpected } at = At::kBefore;
  std::istringstream lines{std::string(text)};
  std::string line;
  Block block;
  int number = 0;
  const auto finish = [&] { transcript->blocks.push_back(std::exchange(block, {})); };
  while (std::getline(lines, line)) {
    ++number;
    if (at == At::kExpected && IsComment(line)) {
      finish();
      at = At::kBefore;
    }
    if (at == At::kBefore && IsComment(line)) {
      block.before.push_back(line);
    } else if (at == At::kExpected) {
      block.expected.push_back(line);
    } else if (line == kRule) {
      if (block.commands.empty()) {
        *error = fmt::format("line {}: nothing stands above the rule", number);
        return false;
      }
      at = At::kExpected;
    } else if (line[0] == ' ' && !block.commands.empty()) {
      block.commands.back() += "\n" + line;
    } else {
      block.commands.push_back(line);
      at = At::kCommands;
    }
  }
  if (at == At::kCommands) {
    *error = fmt::format("line {}: commands without a rule below", number);
    return false;
  }
  if (at == At::kExpected) finish();
  transcript->after = std::move(block.before);
  return true;
}

std::string Print(const Transcript& transcript) {
  std::string text;
  const auto add = [&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) text += line + "\n";
  };
  for (const Block& block : transcript.blocks) {
    add(block.before);
    add(block.commands);
    text += std::string(kRule) + "\n";
    add(block.expected);
  }
  add(transcript.after);
  return text;
}

}  // namespace stories
