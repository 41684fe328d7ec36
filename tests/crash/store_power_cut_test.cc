// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/store_power_cut.h"

#include "tests/crash/power_cut_fixture.h"

namespace crash {
namespace {

class StorePowerCut : public PowerCutFixture {
 protected:
  StorePowerCut() : PowerCutFixture(CutPowerOfStore) {}
};

TEST_F(StorePowerCut, LosesNothingThatWasAnnouncedAndTearsNothing) {
  const uint64_t cuts = FromEnvironment("ASLD_CUTS", 60);

  const PowerCutResult result = Run(cuts, Break::kNothing);

  EXPECT_TRUE(result.violations.empty());
  EXPECT_EQ(result.cuts, cuts);
  EXPECT_GT(result.loss.unsynced_bytes, 0u) << "cuts that lose nothing prove nothing";
  EXPECT_GT(result.loss.pages_dropped, 0u) << "no cut left a hole";
  EXPECT_GT(result.loss.runways_left, 0u);
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
