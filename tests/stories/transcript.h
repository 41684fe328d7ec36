// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A story as a file: blocks of commands above `----` and what came of them below, comments and
// blank lines between.
//
//   story   := block*
//   block   := (comment | blank)* command+ "----" line*
//   command := word argument*
//   comment := "#" text
//
// The lines below the rule end at a blank line, a comment or the file's end; "#" and a digit is no
// comment but an event. A line that begins with a space continues the command above.
//
// Parsing and printing of that; what commands mean is world.h's. Stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stories {

struct Block {
  std::vector<std::string> before;    // comments and blank lines, as they stand
  std::vector<std::string> commands;  // continuation lines joined by newlines
  std::vector<std::string> expected;
};

struct Transcript {
  std::vector<Block> blocks;
  std::vector<std::string> after;  // comments behind the last block
};

// `error` names the line that is no story.
bool Parse(std::string_view text, Transcript* transcript, std::string* error);
std::string Print(const Transcript& transcript);

}  // namespace stories
