// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the operator sees over gRPC. Gauges follow within a tenth of a second, so the tests ask
// until the answer is the expected one.
#include <chrono>
#include <functional>

#include "asld/v1/operator.grpc.pb.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

namespace v1 = asld::v1;

class OperatorTest : public ClientTest {
 protected:
  OperatorTest() : operator_(v1::Operator::NewStub(channel())) {}

  v1::Status Now() {
    v1::Status status;
    EXPECT_EQ(Text(operator_->GetStatus(Patient().get(), {}, &status)), "OK");
    return status;
  }
  // The first status that is as expected, or the last one after half a minute.
  v1::Status Until(const std::function<bool(const v1::Status&)>& expected) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    v1::Status status = Now();
    while (!expected(status) && std::chrono::steady_clock::now() < limit) status = Now();
    EXPECT_TRUE(expected(status)) << status.DebugString();
    return status;
  }
  static const v1::Queue* Find(const v1::Status& status, const std::string& name) {
    for (const v1::Queue& queue : status.queues()) {
      if (queue.name() == name) return &queue;
    }
    return nullptr;
  }

  std::unique_ptr<v1::Operator::Stub> operator_;
};

TEST_F(OperatorTest, StatusTellsOfTheServerAndCountsWhatItDid) {
  const v1::Status before = Now();
  EXPECT_FALSE(before.version().empty());
  EXPECT_GT(before.started().seconds(), 0);
  EXPECT_GE(before.now().seconds(), before.started().seconds());
  EXPECT_EQ(before.partitions(), 16u);
  EXPECT_GT(before.loops(), 0u);
  EXPECT_GT(before.disk_free(), 0u);
  EXPECT_GT(before.resident(), 1u << 20);

  ASSERT_EQ(Text(Create("counted", Pass())), "OK");
  v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("counted", "", "{}", &end)), "OK");

  const v1::Status after = Until([&before](const v1::Status& status) {
    return status.executions_ended() > before.executions_ended();
  });
  EXPECT_GT(after.executions_started(), before.executions_started());
  EXPECT_GT(after.transitions(), before.transitions());
  EXPECT_GT(after.durable_seq(), before.durable_seq());
  EXPECT_GE(after.written_seq(), after.durable_seq());
}

TEST_F(OperatorTest, ATaskThatNoWorkerServesIsShownAsStuckUntilOneComes) {
  ASSERT_EQ(Text(Create("lonely", OneTask("nobody-serves"))), "OK");
  v1::StartExecutionResponse started;
  ASSERT_EQ(Text(Start("lonely", "lonely-1", "{}", &started)), "OK");

  const v1::Status waits = Until([](const v1::Status& status) {
    const v1::Queue* queue = Find(status, "nobody-serves");
    return queue != nullptr && queue->waiting() == 1;
  });
  EXPECT_EQ(Find(waits, "nobody-serves")->workers(), 0u);
  EXPECT_TRUE(Find(waits, "nobody-serves")->has_oldest());
  ASSERT_EQ(waits.stuck_size(), 1);
  EXPECT_EQ(waits.stuck(0).execution_arn(), started.execution_arn());
  EXPECT_EQ(waits.stuck(0).queue(), "nobody-serves");
  EXPECT_EQ(waits.stuck(0).since().seconds(), started.start_date().seconds());

  RawWorker worker(channel(), "rescuer", "nobody-serves", 3);
  const v1::Task task = worker.NextTask();
  const v1::Status works = Until([](const v1::Status& status) {
    const v1::Queue* queue = Find(status, "nobody-serves");
    return queue != nullptr && queue->assigned() == 1;
  });
  EXPECT_EQ(Find(works, "nobody-serves")->waiting(), 0u);
  EXPECT_EQ(Find(works, "nobody-serves")->workers(), 1u);
  EXPECT_EQ(Find(works, "nobody-serves")->free_slots(), 2u);
  EXPECT_EQ(works.workers(), 1u);
  EXPECT_EQ(works.stuck_size(), 0);

  worker.Succeed(task.token(), "{}");
  EXPECT_EQ(WaitForEnd(started.execution_arn()).status(), "SUCCEEDED");
  Until([](const v1::Status& status) { return Find(status, "nobody-serves")->assigned() == 0; });
}

TEST_F(OperatorTest, WhatIsNotParkedCannotBeReleased) {
  ASSERT_EQ(Text(Create("fine", Pass())), "OK");
  v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("fine", "fine-1", "{}", &end)), "OK");
  v1::ReleaseParkedRequest request;
  v1::ReleaseParkedResponse response;
  request.set_execution_arn(end.execution_arn());
  grpc::Status status = operator_->ReleaseParked(Patient().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "Execution Is Not Parked");

  request.set_execution_arn(ArnOf("execution", "fine:nobody"));
  status = operator_->ReleaseParked(Patient().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace client_test
