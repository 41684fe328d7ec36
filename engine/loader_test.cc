// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/loader.h"

#include "gtest/gtest.h"

namespace engine {
namespace {

asl::PayloadRef Slice(int64_t event, asl::PayloadField field, uint32_t offset, uint32_t length) {
  return {.event = asl::EventId{event}, .field = field, .offset = offset, .length = length};
}

TEST(OnePerTextTest, SlicesOfOneTextAreLoadedOnceByTheOneThatReachesFarthest) {
  const asl::PayloadRef first = Slice(1, asl::PayloadField::kInput, 10, 1);
  const asl::PayloadRef last = Slice(1, asl::PayloadField::kInput, 12, 5);
  const asl::PayloadRef middle = Slice(1, asl::PayloadField::kInput, 11, 1);
  const asl::PayloadRef other_field = Slice(1, asl::PayloadField::kOutput, 0, 3);
  const asl::PayloadRef other_event = Slice(7, asl::PayloadField::kOutput, 0, 3);

  const std::vector<asl::PayloadRef> one_each =
      OnePerText({first, other_event, last, other_field, middle});

  EXPECT_EQ(one_each, (std::vector<asl::PayloadRef>{last, other_field, other_event}));
}

}  // namespace
}  // namespace engine
