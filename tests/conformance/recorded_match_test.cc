// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Rules 1 to 6 of the corpus' README, each where it fits and where it must not.
#include "tests/conformance/recorded_match.h"

#include <gtest/gtest.h>

namespace conformance {
namespace {

OrderedJson J(std::string_view text) { return OrderedJson::parse(text); }

bool Answer(std::string_view recorded, std::string_view found) {
  return Matcher().Answer(J(recorded), J(found));
}

TEST(Matcher, TakesAMembersTextForTheObjectThatWasRecorded) {
  EXPECT_TRUE(Answer(R"({"input":{"a":1}})", R"({"input":"{ \"a\" : 1 }"})"));
  EXPECT_FALSE(Answer(R"({"input":{"a":1}})", R"({"input":"{\"a\":2}"})"));
  EXPECT_FALSE(Answer(R"({"input":{"a":1}})", R"({"input":"no JSON"})"));
  // One level: what is text inside stays text.
  EXPECT_FALSE(Answer(R"({"input":{"a":{"b":1}}})", R"({"input":"{\"a\":\"{\\\"b\\\":1}\"}"})"));
  EXPECT_TRUE(Answer(R"({"output":[1,2]})", R"({"output":"[1, 2]"})"));
  EXPECT_FALSE(Answer(R"({"output":"[1,2]"})", R"({"output":"[1, 2]"})"));
}

TEST(Matcher, ComparesTheOrderOfKeysAndTheSpellingOfNumbersInDataAlone) {
  EXPECT_TRUE(Answer(R"({"a":1,"b":2})", R"({"b":2,"a":1})"));
  EXPECT_FALSE(Answer(R"({"input":{"a":1,"b":2}})", R"({"input":"{\"b\":2,\"a\":1}"})"));
  EXPECT_FALSE(Answer(R"({"input":{"a":1}})", R"({"input":"{\"a\":1.0}"})"));
  EXPECT_FALSE(Answer(R"({"input":{"a":"1"}})", R"({"input":"{\"a\":1}"})"));
  EXPECT_FALSE(Answer(R"({"input":{"a":1}})", R"({"input":"{\"a\":\"1\"}"})"));
}

TEST(Matcher, ToleratesNoMissingAndNoAdditionalMemberButTimestamps) {
  EXPECT_FALSE(Answer(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(Answer(R"({"a":1,"b":2})", R"({"a":1})"));
  EXPECT_TRUE(Answer(R"({"a":1,"timestamp":"timestamp"})", R"({"a":1})"));
  EXPECT_FALSE(Answer(R"({"a":{"timestamp":"t"}})", R"({"a":"{}"})"));
}

TEST(Matcher, ANumberedPlaceholderStandsForOneValueAndAnotherNumberForAnother) {
  EXPECT_TRUE(Answer(R"(["<x:1>","a <x:1> b","<x:2>"])", R"(["v","a v b","w"])"));
  EXPECT_FALSE(Answer(R"(["<x:1>","<x:1>"])", R"(["v","w"])"));
  EXPECT_FALSE(Answer(R"(["<x:1>","<x:2>"])", R"(["v","v"])"));
  EXPECT_TRUE(Answer(R"(["<x:1>","<y:1>"])", R"(["v","v"])"));
  EXPECT_TRUE(Answer(R"(["ID: <request_id>","ID: <request_id>"])", R"(["ID: 1","ID: 2"])"));
}

TEST(Matcher, APlaceholderStandsOnlyForWhatItsSortAllows) {
  EXPECT_TRUE(Answer(R"(["<uuid:1>"])", R"(["33b1e0a4-28be-4a3c-8a5a-d2a0b7b4b3b2"])"));
  EXPECT_FALSE(Answer(R"(["<uuid:1>"])", R"(["33b1e0a4"])"));
  EXPECT_FALSE(Answer(R"(["ID: <request_id>, P"])", R"(["ID: 1, Q: 2, P"])"));
  EXPECT_TRUE(Answer(R"(["in '<json-input:1>'"])", R"(["in '{\"a\":[1]}'"])"));
  EXPECT_FALSE(Answer(R"(["in '<json-input:1>'"])", R"(["in '{\"a\":[1}'"])"));
}

TEST(Matcher, GoesBackWhenAPlaceholderTookTooLittle) {
  EXPECT_TRUE(Answer(R"(["<x:1>.<y:1>.z"])", R"(["a.b.c.z"])"));
  EXPECT_TRUE(Answer(R"(["<x:1>-b <x:1>"])", R"(["a-b-b a-b"])"));
  EXPECT_FALSE(Answer(R"(["<x:1>-b <x:1>"])", R"(["a-b c"])"));
}

TEST(Matcher, WhatIsKnownMustBeThat) {
  Matcher matcher;
  matcher.Know("<name>", "f_1");
  matcher.Know("role_arn", "arn:aws:iam::1:role/r");
  EXPECT_TRUE(
      matcher.Answer(J(R"(["<name> by role_arn"])"), J(R"(["f_1 by arn:aws:iam::1:role/r"])")));
  EXPECT_FALSE(matcher.Answer(J(R"(["<name>"])"), J(R"(["f_2"])")));
}

TEST(Matcher, ConstantsStandWhereTheRecorderPutsThem) {
  EXPECT_TRUE(Answer(R"({"a":"at date"})", R"({"a":"at 2023-10-24T15:18:16.5Z"})"));
  EXPECT_FALSE(Answer(R"({"a":"at date"})", R"({"a":"at noon"})"));
  EXPECT_FALSE(Answer(R"({"a":"date"})", R"({"a":"noon"})"));
  EXPECT_TRUE(Answer(R"({"Date":"date"})", R"({"Date":["Tue, 14 Nov 2023"]})"));
  EXPECT_TRUE(Answer(R"({"RequestId":"RequestId"})", R"({"RequestId":"1"})"));
  EXPECT_FALSE(Answer(R"({"a":"RequestId"})", R"({"a":"1"})"));
}

TEST(Matcher, EventIdsInTextsAreThoseOfTheHistoryThatWasFound) {
  Matcher matcher;
  matcher.event_ids = {{7, 9}};
  const OrderedJson recorded = J(R"(["'X' (entered at the event id #7). 7"])");
  EXPECT_TRUE(matcher.Answer(recorded, J(R"(["'X' (entered at the event id #9). 7"])")));
  EXPECT_FALSE(matcher.Answer(recorded, J(R"(["'X' (entered at the event id #7). 7"])")));
}

}  // namespace
}  // namespace conformance
