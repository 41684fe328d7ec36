// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// story FILE… runs transcripts and shows where they differ from what happens; with --rewrite the
// expected halves are written anew, to be reviewed line by line like code.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "spdlog/spdlog.h"
#include "tests/stories/transcript.h"
#include "tests/stories/world.h"

namespace {

// True: the file says what happened. A mistake in the story is never written down as expected.
bool RunStory(const std::string& path, bool rewrite) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  stories::Transcript transcript;
  std::string error = in ? "" : "cannot be read";
  if (!in || !stories::Parse(text.str(), &transcript, &error)) {
    fmt::print(stderr, "{}: {}\n", path, error);
    return false;
  }
  stories::World world;
  bool same = true;
  for (stories::Block& block : transcript.blocks) {
    std::vector<std::string> happened;
    for (const std::string& command : block.commands) {
      for (std::string& line : world.Do(command)) {
        if (line.starts_with("!")) {
          fmt::print("{}: {}\n  {}\n", path, command, line);
          return false;
        }
        happened.push_back(std::move(line));
      }
    }
    if (happened == block.expected) continue;
    same = false;
    if (!rewrite) {
      fmt::print("{}: after\n", path);
      for (const std::string& command : block.commands) fmt::print("    {}\n", command);
      for (const std::string& line : block.expected) fmt::print("  - {}\n", line);
      for (const std::string& line : happened) fmt::print("  + {}\n", line);
    }
    block.expected = std::move(happened);
  }
  if (rewrite && !same) std::ofstream(path) << stories::Print(transcript);
  return same || rewrite;
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::off);
  bool rewrite = false;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--rewrite") {
      rewrite = true;
    } else {
      files.emplace_back(argv[i]);
    }
  }
  if (files.empty()) {
    fmt::print(stderr, "usage: story [--rewrite] FILE.story…\n");
    return 2;
  }
  bool passed = true;
  for (const std::string& file : files) passed = RunStory(file, rewrite) && passed;
  return passed ? 0 : 1;
}
