// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// ASLD_CUTS=N makes the long form, ASLD_SEED=N repeats a run.
#include "tests/crash/store_power_cut.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>

namespace crash {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

class StorePowerCut : public testing::Test {
 protected:
  StorePowerCut() {
    std::string pattern = testing::TempDir() + "/asld-power-XXXXXX";
    parent_ = mkdtemp(pattern.data());
  }
  ~StorePowerCut() override { std::filesystem::remove_all(parent_); }

  PowerCutResult Run(uint64_t cuts, Break broken) {
    const uint64_t seed = FromEnvironment("ASLD_SEED", std::random_device()());
    std::cout << "seed " << seed << std::endl;
    PowerCutResult result = CutPowerManyTimes(parent_, cuts, seed, broken);
    std::cout << result.Summary();
    return result;
  }

  std::string parent_;
};

TEST_F(StorePowerCut, LosesNothingThatWasAnnouncedAndTearsNothing) {
  const uint64_t cuts = FromEnvironment("ASLD_CUTS", 60);

  const PowerCutResult result = Run(cuts, Break::kNothing);

  EXPECT_TRUE(result.violations.empty());
  EXPECT_EQ(result.cuts, cuts);
  EXPECT_GT(result.loss.unsynced_bytes, 0u) << "cuts that lose nothing prove nothing";
  EXPECT_GT(result.loss.pages_dropped, 0u) << "no cut left a hole";
  EXPECT_GT(result.bits_refused, 0u);
}

TEST_F(StorePowerCut, IsRedWhenTheSyncIsLeftOut) {
  EXPECT_FALSE(Run(200, Break::kNoSync).violations.empty());
}

TEST_F(StorePowerCut, IsRedWhenRecordsBehindAHoleAreApplied) {
  EXPECT_FALSE(Run(200, Break::kAcrossHoles).violations.empty());
}

TEST_F(StorePowerCut, IsRedWhenTheLogIsNotComparedWithWhatWasAcknowledged) {
  EXPECT_FALSE(Run(200, Break::kUnchecked).violations.empty());
}

}  // namespace
}  // namespace crash
