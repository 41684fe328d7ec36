// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/suggest.h"

#include <gtest/gtest.h>

namespace aslctl {
namespace {

TEST(Suggest, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("order", "order"), 0u);
  EXPECT_EQ(EditDistance("ordre", "order"), 1u);
  EXPECT_EQ(EditDistance("odrer", "order"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(Suggest, NamesTheNearestFirstAndNothingThatIsFar) {
  EXPECT_EQ(DidYouMean("ordr", {"refund", "orders", "order"}), "did you mean 'order'?");
  EXPECT_EQ(DidYouMean("orderx", {"refund", "orders", "order"}),
            "did you mean 'order' or 'orders'?");
  EXPECT_EQ(DidYouMean("pay", {"refund", "order"}), "");
  EXPECT_EQ(DidYouMean("order", {"order-processing"}), "did you mean 'order-processing'?");
}

}  // namespace
}  // namespace aslctl
