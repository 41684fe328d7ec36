// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Assertions are part of the product: a wrong engine must stop rather than go on. CMake's release
// flags define NDEBUG, which would switch them off without a word.
#include <cassert>

#include "gtest/gtest.h"

namespace {

TEST(AssertsTest, AFalseAssertAbortsInThisBuild) {
  bool one_is_two = false;
  EXPECT_DEATH(assert(one_is_two), "one_is_two");
  (void)one_is_two;
}

}  // namespace
