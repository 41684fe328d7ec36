// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Workers that do not keep to the protocol: tokens late, repeated and forged, streams that begin
// wrongly, messages and results too large. The engine refuses them, in words, and goes on.
#include <optional>

#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

using asld::v1::WorkerMessage;

class BadWorker : public ClientTest {
 protected:
  // An execution of one Task, with its function named after the test; its ARN.
  std::string StartTask() {
    function_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    EXPECT_EQ(Text(Create(function_, OneTask(function_))), "OK");
    asld::v1::StartExecutionResponse started;
    EXPECT_EQ(Text(Start(function_, "", "{}", &started)), "OK");
    return started.execution_arn();
  }

  // How a stream that begins with this message ends.
  std::string Refused(const WorkerMessage& first) {
    RawWorker worker(channel());
    worker.Say(first);
    return worker.End();
  }

  std::string function_;
};

TEST_F(BadWorker, RepeatsAResultAndIsToldThatItWasAnswered) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "repeats", function_);
  const std::string token = worker.NextTask().token();

  worker.Succeed(token, R"({"first": 1})");
  EXPECT_EQ(worker.NextAcknowledgement(token), "ACCEPTED");
  worker.Succeed(token, R"({"second": 2})");
  EXPECT_EQ(worker.NextAcknowledgement(token), "ALREADY_ANSWERED");
  worker.Fail(token, "Third", "");
  EXPECT_EQ(worker.NextAcknowledgement(token), "ALREADY_ANSWERED");

  EXPECT_EQ(WaitForEnd(arn).output(), R"({"first": 1})");
}

TEST_F(BadWorker, RepeatsAResultInOneMessageAndTheFirstCounts) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "at-once", function_);
  const std::string token = worker.NextTask().token();

  WorkerMessage both;
  for (const char* output : {"1", "2"}) {
    both.add_answers()->set_token(token);
    both.mutable_answers(both.answers_size() - 1)->mutable_success()->set_output(output);
  }
  worker.Say(both);

  EXPECT_EQ(worker.NextAcknowledgement(token), "ACCEPTED");
  EXPECT_EQ(worker.NextAcknowledgement(token), "ALREADY_ANSWERED");
  EXPECT_EQ(WaitForEnd(arn).output(), "1");
}

TEST_F(BadWorker, IsLateForAStoppedExecutionAndIsToldSo) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "late", function_);
  const std::string token = worker.NextTask().token();
  ASSERT_EQ(Text(Stop(arn, "TooSlow")), "OK");

  worker.Succeed(token, "{}");

  EXPECT_EQ(worker.NextAcknowledgement(token), "NO_LONGER_WANTED");
  EXPECT_EQ(Describe(arn).status(), "ABORTED");
}

TEST_F(BadWorker, ForgesTokensAndChangesNothing) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "forger", function_);
  const std::string token = worker.NextTask().token();

  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    worker.Succeed(forged, R"({"forged": true})");
    EXPECT_EQ(worker.NextAcknowledgement(forged), "NO_LONGER_WANTED") << "byte " << i;
  }
  for (const std::string& forged :
       {token + "x", token.substr(1), std::string("x"), std::string(64, '\xff')}) {
    worker.Succeed(forged, R"({"forged": true})");
    EXPECT_EQ(worker.NextAcknowledgement(forged), "NO_LONGER_WANTED");
  }
  worker.Succeed(token, R"({"forged": false})");
  EXPECT_EQ(worker.NextAcknowledgement(token), "ACCEPTED");
  EXPECT_EQ(WaitForEnd(arn).output(), R"({"forged": false})");
}

TEST_F(BadWorker, AnswersWithTheTokenOfAnotherAndChangesNothing) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "owner", function_);
  const std::string token = worker.NextTask().token();
  RawWorker thief(channel(), "thief", "something-else");

  thief.Succeed(token, R"({"stolen": true})");
  EXPECT_EQ(thief.NextAcknowledgement(token), "NO_LONGER_WANTED");

  worker.Succeed(token, R"({"stolen": false})");
  EXPECT_EQ(worker.NextAcknowledgement(token), "ACCEPTED");
  EXPECT_EQ(WaitForEnd(arn).output(), R"({"stolen": false})");
}

TEST_F(BadWorker, ClaimsToHoldTheTaskOfAnotherAndIsToldThatItDoesNot) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "holder", function_);
  const std::string token = worker.NextTask().token();

  RawWorker thief(channel());
  WorkerMessage hello = Hello("claims", "something-else");
  hello.mutable_hello()->add_held()->set_token(token);
  hello.mutable_hello()->mutable_held(0)->mutable_finished()->mutable_success()->set_output("{}");
  thief.Say(hello);
  EXPECT_EQ(thief.NextAcknowledgement(token), "NO_LONGER_WANTED");

  worker.Succeed(token, R"({"mine": true})");
  EXPECT_EQ(worker.NextAcknowledgement(token), "ACCEPTED");
  EXPECT_EQ(WaitForEnd(arn).output(), R"({"mine": true})");
}

TEST_F(BadWorker, BeginsWithoutHelloAndIsRefused) {
  WorkerMessage answers;
  answers.add_answers()->set_token("t");
  answers.mutable_answers(0)->mutable_received();
  EXPECT_EQ(Refused(answers),
            "INVALID_ARGUMENT: the first message of a worker's stream must be hello");
  EXPECT_EQ(Refused(WorkerMessage()),
            "INVALID_ARGUMENT: the first message of a worker's stream must be hello");
}

TEST_F(BadWorker, SaysHelloBadlyAndIsRefusedWithTheReason) {
  EXPECT_EQ(Refused(Hello("", "f")),
            "INVALID_ARGUMENT: the instance id must have 1 to 128 bytes, not 0");
  EXPECT_EQ(Refused(Hello(std::string(129, 'i'), "f")),
            "INVALID_ARGUMENT: the instance id must have 1 to 128 bytes, not 129");
  EXPECT_EQ(Refused(Hello("i", "f", 0)), "INVALID_ARGUMENT: slots must be 1 to 100000, not 0");
  EXPECT_TRUE(
      StartsWith(Refused(Hello("i", "")), "INVALID_ARGUMENT: \"\" is not a function's name"));
  EXPECT_TRUE(StartsWith(Refused(Hello("i", "activity:x")),
                         "INVALID_ARGUMENT: \"activity:x\" is not a function"));
}

TEST_F(BadWorker, SaysHelloTwiceAndIsRefused) {
  RawWorker worker(channel(), "twice", "f");
  worker.Say(Hello("twice", "f"));
  EXPECT_EQ(worker.End(), "INVALID_ARGUMENT: hello must come once, in the first message");
}

TEST_F(BadWorker, AnswersWithoutATokenOrWithoutWordsAndIsRefused) {
  RawWorker wordless(channel(), "wordless", "f");
  WorkerMessage message;
  message.add_answers()->set_token("t");
  wordless.Say(message);
  EXPECT_TRUE(StartsWith(wordless.End(),
                         "INVALID_ARGUMENT: an answer must say received, heartbeat, success"));

  RawWorker nameless(channel(), "nameless", "f");
  nameless.Succeed(std::string(65, 't'), "{}");
  EXPECT_EQ(nameless.End(), "INVALID_ARGUMENT: an answer's token must have 1 to 64 bytes, not 65");
}

TEST_F(BadWorker, SendsAMessageTooLargeAndItsTaskIsKeptForItsReturn) {
  const std::string arn = StartTask();
  std::optional<RawWorker> worker(std::in_place, channel(), "huge", function_);
  const std::string token = worker->NextTask().token();
  worker->Succeed(token, std::string(17 << 20, ' '));
  EXPECT_TRUE(StartsWith(worker->End(), "RESOURCE_EXHAUSTED: "));

  worker.emplace(channel());
  WorkerMessage hello = Hello("huge", function_);
  hello.mutable_hello()->add_held()->set_token(token);
  worker->Say(hello);
  worker->Succeed(token, "{}");
  EXPECT_EQ(worker->NextAcknowledgement(token), "ACCEPTED");
  EXPECT_EQ(WaitForEnd(arn).status(), "SUCCEEDED");
}

TEST_F(BadWorker, ReturnsMoreThanAPayloadMayHoldAndTheTaskFails) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "large", function_);
  const std::string token = worker.NextTask().token();
  worker.Succeed(token, '"' + std::string(262'144, 'x') + '"');
  EXPECT_EQ(worker.NextAcknowledgement(token), "ACCEPTED");
  const asld::v1::Execution end = WaitForEnd(arn);
  EXPECT_EQ(end.status(), "FAILED");
  EXPECT_EQ(end.error(), "States.DataLimitExceeded");
}

TEST_F(BadWorker, ReturnsWhatIsNotJsonAndTheTaskFails) {
  RawWorker worker(channel(), "not-json", "ReturnsWhatIsNotJsonAndTheTaskFails");
  for (const std::string& output :
       {std::string("{\"a\": \xff}"), std::string("caf\xe9"), "1" + std::string(100'000, '\xff'),
        std::string(""), std::string("\xc3\xa9t\xc3\xa9")}) {
    const std::string arn = StartTask();
    const std::string token = worker.NextTask().token();
    worker.Succeed(token, output);
    EXPECT_EQ(worker.NextAcknowledgement(token), "ACCEPTED");
    const asld::v1::Execution end = WaitForEnd(arn);
    EXPECT_EQ(end.status(), "FAILED");
    EXPECT_EQ(end.error(), "States.Runtime");
    EXPECT_TRUE(StartsWith(end.cause(), "The task's result is not valid JSON: ")) << end.cause();
  }
}

TEST_F(BadWorker, FailsAtGreatLengthAndTheExecutionCarriesItWithinBounds) {
  const std::string arn = StartTask();
  RawWorker worker(channel(), "verbose", function_);
  const std::string token = worker.NextTask().token();
  worker.Fail(token, std::string(100'000, 'e'), std::string(1'000'000, 'c'));
  EXPECT_NE(worker.NextAcknowledgement(token), "");
  const asld::v1::Execution end = WaitForEnd(arn);
  EXPECT_EQ(end.status(), "FAILED");
  EXPECT_LE(end.error().size(), 256u);
  EXPECT_LE(end.cause().size(), 32'768u);
}

// A name or text that is not UTF-8 cannot be parsed by gRPC, so no worker of ours sends one;
// another's stream ends.
TEST_F(BadWorker, FailsInInvalidUtf8AndOnlyItsStreamEnds) {
  const std::string arn = StartTask();
  std::optional<RawWorker> worker(std::in_place, channel(), "latin", function_);
  const std::string token = worker->NextTask().token();
  worker->Fail(token, "Caf\xe9", "");
  worker->End();

  worker.emplace(channel());
  WorkerMessage hello = Hello("latin", function_);
  hello.mutable_hello()->add_held()->set_token(token);
  worker->Say(hello);
  worker->Fail(token, "Café", "");
  EXPECT_EQ(worker->NextAcknowledgement(token), "ACCEPTED");
  EXPECT_EQ(WaitForEnd(arn).error(), "Café");
}

}  // namespace
}  // namespace client_test
