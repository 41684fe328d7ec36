// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/page_token.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace engine {
namespace {

constexpr char kKey[] = "0123456789abcdef";

std::string Opened(const PageTokens& tokens, std::string_view list, const std::string& token) {
  const absl::StatusOr<std::string> position = tokens.Open(list, token);
  return position.ok() ? *position : std::string(position.status().message());
}

TEST(PageTokenTest, SaysWhereItsListGoesOnAlsoAfterARestart) {
  const std::string token = PageTokens(kKey).Seal("list", std::string("p\0q", 3));

  EXPECT_EQ(Opened(PageTokens(kKey), "list", token), std::string("p\0q", 3));
  EXPECT_EQ(Opened(PageTokens(kKey), "list", ""), "");
}

TEST(PageTokenTest, NoOtherPassesForIt) {
  constexpr char kInvalid[] = "Invalid Token: 'Invalid token'";
  const PageTokens tokens(kKey);
  const std::string token = tokens.Seal("list", "position");

  EXPECT_EQ(Opened(tokens, "other list", token), kInvalid);
  EXPECT_EQ(Opened(PageTokens("another key of16"), "list", token), kInvalid);
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &bytes));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string forged = bytes;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(Opened(tokens, "list", absl::WebSafeBase64Escape(forged)), kInvalid) << bit;
  }
  for (size_t size = 1; size < token.size(); ++size) {
    EXPECT_EQ(Opened(tokens, "list", token.substr(0, size)), kInvalid) << size;
  }
  for (const std::string& forged : {token + "=", token + " ", token + "AAAA", std::string("!")}) {
    EXPECT_EQ(Opened(tokens, "list", forged), kInvalid) << forged;
  }
  // What stands in the list's name and what in the position is told apart.
  EXPECT_EQ(Opened(tokens, "lis", tokens.Seal("list", "t")), kInvalid);
}

// As another program computes it:
//   printf 'pagelist\0\1p' | openssl dgst -sha256 -hmac 0123456789abcdef
TEST(PageTokenTest, TheSealIsTheStandards) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(PageTokens(kKey).Seal("list", "p"), &bytes));
  EXPECT_EQ(absl::BytesToHexString(bytes), "3b61c0cba9d88e5fd5df6cb03a028b3170");
}

}  // namespace
}  // namespace engine
