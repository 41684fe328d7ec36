// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/key.h"

#include <gtest/gtest.h>

#include <random>
#include <tuple>
#include <utility>

namespace storage {
namespace {

using std::string_literals::operator""s;

std::string Terminated(std::string_view value) {
  std::string key;
  AppendTerminated(value, &key);
  return key;
}

TEST(Key, NumbersAreBigEndianAndDescendingOnesComplemented) {
  std::string key;
  AppendU8(0x01, &key);
  AppendU16(0x0203, &key);
  AppendU32(0x04050607, &key);
  AppendU64(0x08090a0b0c0d0e0f, &key);
  AppendDescendingU64(0x0102030405060708, &key);

  EXPECT_EQ(key,
            "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
            "\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7"s);
}

TEST(Key, ATerminatedStringEscapesZeros) {
  EXPECT_EQ(Terminated(""), "\x00\x01"s);
  EXPECT_EQ(Terminated("ab"), "ab\x00\x01"s);
  EXPECT_EQ(Terminated("a\0b"s), "a\x00\xff"s + "b\x00\x01"s);
}

TEST(Key, AStringSortsBeforeItsExtensionsWhateverFollowsInTheKey) {
  EXPECT_LT(Terminated("a") + "\xff", Terminated("a\0"s));
  EXPECT_LT(Terminated("a") + "\xff", Terminated("ab"));
  EXPECT_LT(Terminated("a\0"s) + "\xff", Terminated("a\x01"s));
}

TEST(Key, EncodedFieldsCompareAsTheirValuesDo) {
  using Fields = std::tuple<std::string, uint64_t, std::string>;
  std::mt19937_64 random(7);
  auto text = [&] {
    std::string value;
    for (size_t n = random() % 4; n > 0; --n) value += "\0\x01\xff"s[random() % 3];
    return value;
  };
  auto encode = [](const Fields& fields) {
    std::string key;
    AppendTerminated(std::get<0>(fields), &key);
    AppendDescendingU64(std::get<1>(fields), &key);
    AppendTerminated(std::get<2>(fields), &key);
    return key;
  };
  for (int i = 0; i < 20'000; ++i) {
    const Fields a{text(), random() % 3, text()}, b{text(), random() % 3, text()};
    const auto order_a = std::make_tuple(std::get<0>(a), ~std::get<1>(a), std::get<2>(a));
    const auto order_b = std::make_tuple(std::get<0>(b), ~std::get<1>(b), std::get<2>(b));
    ASSERT_EQ(order_a < order_b, encode(a) < encode(b));
    const std::string key = encode(a);
    KeyReader reader(key);
    ASSERT_EQ((Fields{reader.Terminated(), reader.DescendingU64(), reader.Terminated()}), a);
    ASSERT_TRUE(reader.Finish("key").ok());
  }
}

TEST(Key, PrefixEndIsTheFirstKeyPastThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
}

TEST(KeyReader, AFieldCutShortIsAnErrorThatNamesTheByte) {
  KeyReader reader("\x01\x02\x03");

  EXPECT_EQ(reader.U16(), 0x0102);
  EXPECT_EQ(reader.U32(), 0u);
  EXPECT_EQ(reader.U8(), 0) << "a reader that failed once stays failed";
  EXPECT_EQ(reader.Finish("timer key").message(),
            "timer key: malformed at byte 2 of 3: field cut short or not terminated");
}

TEST(KeyReader, AStringWithoutItsTerminatorIsAnError) {
  for (const std::string& key : {"ab"s, "ab\0"s, "a\0\xff"s, "a\0\x02"s, ""s}) {
    KeyReader reader(key);
    EXPECT_EQ(reader.Terminated(), "");
    EXPECT_FALSE(reader.ok());
  }
}

TEST(KeyReader, BytesLeftOverAreAnError) {
  KeyReader reader("\x01\x02");

  EXPECT_EQ(reader.U8(), 1);
  EXPECT_EQ(reader.Finish("row").message(), "row: 1 bytes too many after byte 1");
}

}  // namespace
}  // namespace storage
