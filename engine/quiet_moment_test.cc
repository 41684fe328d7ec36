// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/quiet_moment.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

constexpr uint64_t kMiB = 1 << 20;

TEST(QuietMomentTest, TablesAreWrittenOnceWhenMuchWasWrittenAndLittleComes) {
  QuietMoment moment;
  EXPECT_FALSE(moment.Look(0));
  EXPECT_FALSE(moment.Look(50 * kMiB)) << "busy";
  EXPECT_FALSE(moment.Look(90 * kMiB)) << "busy";
  EXPECT_TRUE(moment.Look(90 * kMiB + 1'000));
  EXPECT_FALSE(moment.Look(90 * kMiB + 2'000)) << "done";
}

TEST(QuietMomentTest, ALittleAtATimeIsWrittenWhenItHasBecomeMuch) {
  QuietMoment moment;
  uint64_t written = 0;
  int tables = 0;
  for (int look = 0; look < 1'000; ++look) tables += moment.Look(written += 10'000) ? 1 : 0;
  EXPECT_EQ(tables, 2) << "some 10 MB in all";
}

}  // namespace
}  // namespace engine
