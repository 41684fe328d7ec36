// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/java_text.h"

#include <gtest/gtest.h>

namespace asl {
namespace {

TEST(JavaText, HashesAsStringHashCode) {
  EXPECT_EQ(JavaHash(""), 0U);
  EXPECT_EQ(JavaHash("hello"), 99162322U);
  EXPECT_EQ(JavaHash("Aa"), JavaHash("BB"));
  EXPECT_EQ(JavaHash("\xC3\xA9"), 0xE9U);                            // é: one unit
  EXPECT_EQ(JavaHash("\xF0\x9F\x98\x80"), 31U * 0xD83DU + 0xDE00U);  // 😀: a surrogate pair
}

TEST(JavaText, ComparesByUtf16Units) {
  EXPECT_TRUE(CompareUtf16("a", "b") < 0);
  EXPECT_TRUE(CompareUtf16("a", "ab") < 0);
  EXPECT_TRUE(CompareUtf16("\xC3\xA9", "\xC3\xA9") == 0);
  EXPECT_TRUE(CompareUtf16("\xF0\x9F\x98\x80", "\xEF\xBD\x81") < 0);  // 😀 is D83D…, ａ is FF41
  EXPECT_TRUE(CompareUtf16("\xED\x9F\xBB", "\xF0\x9F\x98\x80") <
              0);  // U+D7FB comes before surrogates
  EXPECT_EQ(Utf16Length("a\xC3\xA9\xF0\x9F\x98\x80"), 4U);
}

std::string Ordered(const std::vector<std::string>& keys) {
  std::string out;
  for (size_t i : HashMapOrder(keys)) out += keys[i] + " ";
  return out;
}

TEST(JavaText, OrdersKeysAsAHashMap) {
  EXPECT_EQ(Ordered({"c", "b", "a"}), "a b c ");
  EXPECT_EQ(Ordered({"Value", "Index"}), "Value Index ");
  // The upper half of the hash decides: by the lower half alone it would be status, Item.
  EXPECT_EQ(Ordered({"status", "Item"}), "Item status ");
  EXPECT_EQ(Ordered({"BB", "Aa"}), "BB Aa ");  // one bucket: as given
  // Thirteen keys need 32 buckets: "q" (113 & 31 = 17) no longer lies before "b" (98 & 31 = 2).
  EXPECT_EQ(Ordered({"q", "b"}), "q b ");
  EXPECT_EQ(Ordered({"q", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"}),
            "b c d e f g h i j k l m q ");
}

}  // namespace
}  // namespace asl
