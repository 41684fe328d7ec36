// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/engine_power_cut.h"

#include "tests/crash/power_cut_fixture.h"

namespace crash {
namespace {

class EnginePowerCut : public PowerCutFixture {
 protected:
  EnginePowerCut() : PowerCutFixture(CutPowerOfEngine) {}
};

TEST_F(EnginePowerCut, TakesNothingThatAnybodyWasTold) {
  const uint64_t cuts = FromEnvironment("ASLD_CUTS", 40);

  PowerCutResult result = Run(cuts, Break::kNothing);

  EXPECT_TRUE(result.violations.empty());
  EXPECT_EQ(result.cuts, cuts);
  EXPECT_GT(result.loss.unsynced_bytes, 0u) << "cuts that lose nothing prove nothing";
  EXPECT_GT(result.loss.pages_dropped, 0u) << "no cut left a hole";
  EXPECT_GT(result.load["results accepted"], 0u) << "no task was finished";
}

TEST_F(EnginePowerCut, IsRedWhenTheSyncIsLeftOut) {
  EXPECT_FALSE(Run(200, Break::kNoSync).violations.empty());
}

TEST_F(EnginePowerCut, IsRedWhenRecordsBehindAHoleAreApplied) {
  EXPECT_FALSE(Run(200, Break::kAcrossHoles).violations.empty());
}

TEST_F(EnginePowerCut, IsRedWhenTheLogIsNotComparedWithWhatWasAcknowledged) {
  EXPECT_FALSE(Run(200, Break::kUnchecked).violations.empty());
}

}  // namespace
}  // namespace crash
