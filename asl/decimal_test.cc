// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/decimal.h"

#include <gtest/gtest.h>

namespace asl {
namespace {

TEST(Decimal, ComparesByExactValue) {
  struct Case {
    std::string_view a, b;
    int order;
  };
  const Case cases[] = {
      {"1", "1.0", 0},     {"0.1", "1e-1", 0},   {"-0", "0", 0},
      {"100", "1e2", 0},   {"2", "10", -1},      {"-2", "-10", 1},
      {"0.09", "0.1", -1}, {"-1", "0", -1},      {"1e400", "1e399", 1},
      {"1.5", "1.05", 1},  {"0e5", "0.0", 0},    {"-1e-400", "0", -1},
      {".5", "0.50", 0},   {"5.", "5", 0},       {"9007199254740993", "9007199254740992", 1},
      {"12e-1", "1.2", 0}, {"0.001", "1e-3", 0}, {"1e99999999999999999999", "1e5", 1},
  };
  for (const Case& c : cases) {
    std::strong_ordering order = CompareNumbers(c.a, c.b);
    EXPECT_EQ(order < 0 ? -1 : order > 0 ? 1 : 0, c.order) << c.a << " " << c.b;
    EXPECT_EQ(CompareNumbers(c.b, c.a) < 0, order > 0) << c.a << " " << c.b;
  }
}

TEST(Decimal, PrintsAsBigDecimal) {
  struct Case {
    std::string_view number, text;
  };
  const Case cases[] = {
      {"1", "1"},      {"-0", "0"},        {"1e-2", "0.01"}, {"1.50", "1.50"},
      {"1e3", "1E+3"}, {"12e3", "1.2E+4"}, {"1e-7", "1E-7"}, {"-0.000001", "-0.000001"},
      {"0.0", "0.0"},
  };
  for (const Case& c : cases) EXPECT_EQ(JavaDecimalText(c.number), c.text) << c.number;
}

}  // namespace
}  // namespace asl
