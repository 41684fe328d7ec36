// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/token.h"

#include "gtest/gtest.h"

namespace engine {
namespace {

const TaskId kTask{ExecutionNumber{77}, asl::EventId{9}};

TEST(TokenTest, ATokenNamesItsAttemptAndDelivery) {
  TokenSealer sealer("0123456789abcdef");

  const std::string token = sealer.Token(kTask, 2);

  const std::optional<TokenParts> parts = DecodeToken(token);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->id, kTask);
  EXPECT_EQ(parts->delivery, 2u);
  EXPECT_FALSE(DecodeToken("no token"));
}

TEST(TokenTest, TheSameKeyMakesTheSameTokenAndNothingElsePassesForIt) {
  TokenSealer sealer("0123456789abcdef");
  TokenSealer same("0123456789abcdef");
  TokenSealer other("another key of16");
  const std::string token = sealer.Token(kTask, 1);

  EXPECT_TRUE(same.IsToken(token, kTask, 1));
  EXPECT_FALSE(other.IsToken(token, kTask, 1));
  EXPECT_FALSE(sealer.IsToken(token, kTask, 2));
  EXPECT_FALSE(sealer.IsToken(token, {kTask.execution, asl::EventId{10}}, 1));
  for (size_t bit = 0; bit < 8 * token.size(); ++bit) {
    std::string forged = token;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(sealer.IsToken(forged, kTask, 1));
  }
}

// FIPS 197, appendix B: the seal is plain AES-128.
TEST(TokenTest, TheSealIsTheStandardsExample) {
  const unsigned char key[] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                               0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
  TokenSealer sealer({reinterpret_cast<const char*>(key), sizeof key});

  const std::string token =
      sealer.Token({ExecutionNumber{0x3243f6a8885a308d}, asl::EventId{0x313198a2}}, 0xe0370734);

  const unsigned char seal[] = {0x39, 0x25, 0x84, 0x1d, 0x02, 0xdc, 0x09, 0xfb,
                                0xdc, 0x11, 0x85, 0x97, 0x19, 0x6a, 0x0b, 0x32};
  EXPECT_EQ(token.substr(16), std::string(reinterpret_cast<const char*>(seal), sizeof seal));
}

}  // namespace
}  // namespace engine
