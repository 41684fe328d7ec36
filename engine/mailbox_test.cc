// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/mailbox.h"

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace engine {
namespace {

constexpr PartitionId kReceiver = 3;

std::string Numbers(const std::vector<Outbox::Letter>& letters) {
  std::string text;
  for (const Outbox::Letter& letter : letters)
    text += fmt::format("{}{}", text.empty() ? "" : " ", letter.number);
  return text;
}

TEST(OutboxTest, LettersAreNumberedFromOneForEachReceiverAndSentOnce) {
  Outbox outbox;
  EXPECT_EQ(outbox.Append(kReceiver, "a"), 1u);
  EXPECT_EQ(outbox.Append(kReceiver, "b"), 2u);
  EXPECT_EQ(outbox.Append(4, "c"), 1u);

  EXPECT_EQ(Numbers(outbox.TakeSendable(kReceiver)), "1 2");
  EXPECT_EQ(Numbers(outbox.TakeSendable(kReceiver)), "");
}

TEST(OutboxTest, AnAppliedLetterGoesAndALateAnswerChangesNothing) {
  Outbox outbox;
  for (const char* text : {"a", "b", "c"}) outbox.Append(kReceiver, text);
  outbox.TakeSendable(kReceiver);

  const Outbox::Applied applied = outbox.OnApplied(kReceiver, 2, false);
  EXPECT_EQ(applied.first, 1u);
  EXPECT_EQ(applied.last, 2u);

  const Outbox::Applied late = outbox.OnApplied(kReceiver, 1, false);
  EXPECT_LT(late.last, late.first);
  EXPECT_EQ(Numbers(outbox.TakeSendable(kReceiver)), "");
}

TEST(OutboxTest, AGapMakesEverythingAfterItBeOfferedAgain) {
  Outbox outbox;
  for (const char* text : {"a", "b", "c"}) outbox.Append(kReceiver, text);
  outbox.TakeSendable(kReceiver);

  outbox.OnApplied(kReceiver, 1, true);

  EXPECT_EQ(Numbers(outbox.TakeSendable(kReceiver)), "2 3");
}

TEST(OutboxTest, AtMostAThousandAreInFlightAndTheRestFollow) {
  Outbox outbox;
  for (size_t i = 0; i < Outbox::kInFlightMax + 5; ++i) outbox.Append(kReceiver, "x");
  EXPECT_EQ(outbox.TakeSendable(kReceiver).size(), Outbox::kInFlightMax);
  EXPECT_EQ(outbox.TakeSendable(kReceiver).size(), 0u);

  outbox.OnApplied(kReceiver, 3, false);

  EXPECT_EQ(Numbers(outbox.TakeSendable(kReceiver)), "1001 1002 1003");
}

TEST(OutboxTest, NumberingGoesOnAfterARestartThatFindsNoLetter) {
  Outbox outbox;
  outbox.RecoverLastNumber(kReceiver, 41);

  EXPECT_EQ(outbox.Append(kReceiver, "next"), 42u);
}

TEST(InboxTest, OnlyTheNextNumberIsApplied) {
  Inbox inbox;
  EXPECT_EQ(inbox.Judge(kReceiver, 2), Inbox::Verdict::kGap);
  EXPECT_EQ(inbox.Judge(kReceiver, 1), Inbox::Verdict::kApply);

  inbox.Advance(kReceiver, 1);

  EXPECT_EQ(inbox.Judge(kReceiver, 1), Inbox::Verdict::kRepeated);
  EXPECT_EQ(inbox.Judge(kReceiver, 2), Inbox::Verdict::kApply);
  EXPECT_EQ(inbox.Judge(4, 2), Inbox::Verdict::kGap);
}

}  // namespace
}  // namespace engine
