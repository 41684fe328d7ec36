// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/number_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace asl::jsonata {
namespace {

std::string Text(double number) {
  std::string text;
  AppendNumber(number, &text);
  return text;
}

TEST(JsonataNumbers, AreWrittenAsEcmaScriptDoes) {
  const std::pair<double, std::string> rows[] = {
      {0, "0"},
      {-0.0, "0"},
      {42, "42"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {1e-6, "0.000001"},
      {1e-7, "1e-7"},
      {1.25e-9, "1.25e-9"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {9007199254740993.0, "9007199254740992"},
      {123456789012345680000.0, "123456789012345680000"},
      {5e-324, "5e-324"},
      {INFINITY, "Infinity"},
      {-INFINITY, "-Infinity"},
      {NAN, "NaN"},
  };
  for (const auto& [number, text] : rows) EXPECT_EQ(Text(number), text);
}

TEST(JsonataNumbers, KeepFifteenDigits) {
  EXPECT_EQ(Text(RoundTo15Digits(22.0 / 7)), "3.14285714285714");
  EXPECT_EQ(Text(RoundTo15Digits(0.1 + 0.2)), "0.3");
  EXPECT_EQ(Text(RoundTo15Digits(123456789012345678.0)), "123456789012346000");
  EXPECT_EQ(Text(RoundTo15Digits(1000000000000.125)), "1000000000000.13");  // an exact tie
  EXPECT_EQ(Text(RoundTo15Digits(-1000000000000.125)), "-1000000000000.13");
}

TEST(JsonataNumbers, AreRoundedHalfToEvenByTheirDigits) {
  EXPECT_EQ(RoundHalfEven(0.5, 0), 0);
  EXPECT_EQ(RoundHalfEven(1.5, 0), 2);
  EXPECT_EQ(RoundHalfEven(-8.5, 0), -8);
  EXPECT_EQ(RoundHalfEven(1.005, 2), 1);  // by its digits a tie, which goes to the even 1.00
  EXPECT_EQ(RoundHalfEven(12350, -2), 12400);
  EXPECT_EQ(RoundHalfEven(4.49, 1), 4.5);
  EXPECT_FALSE(std::signbit(RoundHalfEven(-0.2, 0)));
}

TEST(JsonataNumbers, AreReadFromTexts) {
  EXPECT_EQ(ReadNumber("-007"), -7);
  EXPECT_EQ(ReadNumber("1.0e-2"), 0.01);
  EXPECT_EQ(ReadNumber("0x1F"), 31);
  EXPECT_EQ(ReadNumber("0b101"), 5);
  EXPECT_EQ(ReadNumber("0O17"), 15);
  for (const char* text : {"", "-", ".5", "5.", "1e", "+1", " 1", "0x", "0b2", "1e999", "abc"}) {
    EXPECT_TRUE(std::isnan(ReadNumber(text))) << text;
  }
}

}  // namespace
}  // namespace asl::jsonata
