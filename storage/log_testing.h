// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For tests that look at a store's log, or damage it, while no process writes it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace storage {

// The newest of a store's logs, and where its records end: a process that was killed leaves zeros
// behind them (log_runway.h).
struct NewestLog {
  explicit NewestLog(const std::string& directory) {
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      if (entry.path().extension() == ".log") path = std::max(path, entry.path().string());
    }
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    end = bytes.find_last_not_of('\0') + 1;
    zeros = bytes.size() - end;
  }
  std::string path;  // empty: there is none
  uint64_t end = 0;
  uint64_t zeros = 0;
};

}  // namespace storage
