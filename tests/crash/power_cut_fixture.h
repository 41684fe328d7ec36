// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The fixture of the power-cut tests: a directory for the stores, and the two settings of a run,
// ASLD_CUTS=N for the long form and ASLD_SEED=N to repeat one. For the _test.cc files only.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>

#include "tests/crash/power_cut.h"

namespace crash {

class PowerCutFixture : public testing::Test {
 protected:
  using Cut = PowerCutResult (*)(const std::string& parent, uint64_t cuts, uint64_t seed,
                                 Break broken);

  explicit PowerCutFixture(Cut cut) : cut_(cut) {
    // No two slashes in a row: RocksDB leaves one out in some names of its files and not in others,
    // and the image of the disk goes by names.
    std::string pattern = std::filesystem::path(testing::TempDir()) / "asld-power-XXXXXX";
    parent_ = mkdtemp(pattern.data());
  }
  ~PowerCutFixture() override { std::filesystem::remove_all(parent_); }

  static uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
  }

  PowerCutResult Run(uint64_t cuts, Break broken) const {
    const uint64_t seed = FromEnvironment("ASLD_SEED", std::random_device()());
    std::cout << "seed " << seed << std::endl;
    PowerCutResult result = cut_(parent_, cuts, seed, broken);
    std::cout << result.Summary();
    return result;
  }

 private:
  const Cut cut_;
  std::string parent_;
};

}  // namespace crash
