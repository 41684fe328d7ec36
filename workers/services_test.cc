// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/services.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "workers/fake_engine.h"

namespace workers {
namespace {

// A service that calls nothing: what was begun ends when the test says so. Its thread is the
// test's own: what is to run there waits for RunAll.
class ByHand : public Service {
 public:
  void After(absl::Duration delay, std::function<void()> task) override {
    (delay > absl::ZeroDuration() ? later : soon).push_back(std::move(task));
  }
  uint32_t SlotsFor(std::string_view) const override { return slots; }
  void Start(TaskRequest task, Done done) override { begun[task.token] = std::move(done); }
  void Cancel(const std::string& token) override { cancelled.push_back(token); }

  void RunAll(std::vector<std::function<void()>> ByHand::*which) {
    for (const auto& task : std::exchange(this->*which, {})) task();
  }
  void Succeed(const std::string& token, const std::string& output) {
    begun.at(token)(
        {.kind = AnswerKind::kSuccess, .output = std::make_shared<std::string>(output)});
    RunAll(&ByHand::soon);
  }

  uint32_t slots = 2;
  std::vector<std::function<void()>> soon;
  std::vector<std::function<void()>> later;
  std::map<std::string, Done> begun;
  std::vector<std::string> cancelled;
};

class ServicesTest : public testing::Test {
 protected:
  ServicesTest() {
    auto service = std::make_unique<ByHand>();
    service_ = service.get();
    services_.Add("lambda", std::move(service));
  }
  void Send(Outgoing outgoing) {
    pool_.Send(engine_.last_session(), std::move(outgoing));
    service_->RunAll(&ByHand::soon);
  }
  static TaskRequest Request(const std::string& token) { return {.token = token, .queue = kQueue}; }

  static constexpr char kQueue[] = "call:lambda:pay";
  FakeEngine engine_;
  Pool pool_{&engine_};
  Services services_{&pool_};
  Pool::Client client_{&pool_};
  ByHand* service_ = nullptr;
};

TEST_F(ServicesTest, ATaskIsCarriedOutAndAnswered) {
  services_.Serve(kQueue);
  ASSERT_TRUE(client_.TakeSlot(kQueue, 0));

  Send({.tasks = {Request("t1")}});
  service_->RunAll(&ByHand::later);
  service_->Succeed("t1", "42");

  EXPECT_TRUE(engine_.WaitFor("received t1"));
  EXPECT_TRUE(engine_.WaitFor("success t1=42"));
  EXPECT_EQ(services_.answered().at(kQueue).succeeded, 1u);
  EXPECT_EQ(services_.answered().at(kQueue).failed, 0u);
}

// Its result says that it was received.
TEST_F(ServicesTest, AQuickTaskIsAnsweredInOneMessage) {
  services_.Serve(kQueue);
  engine_.Take();
  Send({.tasks = {Request("t1")}});

  service_->Succeed("t1", "1");
  service_->RunAll(&ByHand::later);

  EXPECT_EQ(engine_.Take(), std::vector<std::string>{"success t1=1"});
}

TEST_F(ServicesTest, AsManyAreCalledAtOnceAsTheServiceSays) {
  services_.Serve(kQueue);

  EXPECT_TRUE(client_.TakeSlot(kQueue, 0));
  EXPECT_TRUE(client_.TakeSlot(kQueue, 0));
  EXPECT_FALSE(client_.TakeSlot(kQueue, 7));
  service_->slots = 3;
  services_.Resize("lambda");

  EXPECT_TRUE(!engine_.WaitForPrefix("slot p7 call:lambda:pay").empty());
}

// Fewer slots are only as many once the tasks beyond them have ended.
TEST_F(ServicesTest, FewerAreCalledOnceThoseBeyondHaveEnded) {
  services_.Serve(kQueue);
  const auto one = client_.TakeSlot(kQueue, 0);
  const auto other = client_.TakeSlot(kQueue, 0);
  ASSERT_TRUE(one && other);

  service_->slots = 1;
  services_.Resize("lambda");
  pool_.Return(one->session);
  EXPECT_FALSE(client_.TakeSlot(kQueue, 7));
  pool_.Return(other->session);

  EXPECT_TRUE(!engine_.WaitForPrefix("slot p7 call:lambda:pay").empty());
}

TEST_F(ServicesTest, AWithdrawnTaskIsCancelledAndItsAnswerIsNotHeard) {
  services_.Serve(kQueue);
  Send({.tasks = {Request("t1")}});
  engine_.Take();

  Send({.withdrawn = {"t1"}});
  service_->Succeed("t1", "late");

  EXPECT_EQ(service_->cancelled, std::vector<std::string>{"t1"});
  EXPECT_EQ(engine_.Take(), std::vector<std::string>{});
}

TEST_F(ServicesTest, AQueueWaitsForItsService) {
  services_.Serve("call:sqs:sendMessage");
  EXPECT_FALSE(client_.TakeSlot("call:sqs:sendMessage", 3));

  services_.Add("sqs", std::make_unique<ByHand>());

  EXPECT_TRUE(!engine_.WaitForPrefix("slot p3 call:sqs:sendMessage").empty());
}

TEST_F(ServicesTest, DrainingWaitsForWhatIsUnderWayAndTakesNoMore) {
  services_.Serve(kQueue);
  const auto slot = client_.TakeSlot(kQueue, 0);
  ASSERT_TRUE(slot);

  std::thread draining([&] { services_.Drain(absl::Minutes(1)); });
  while (client_.TakeSlot(kQueue, 0)) pool_.Return(slot->session);
  pool_.Return(slot->session);
  draining.join();

  EXPECT_FALSE(client_.TakeSlot(kQueue, 0));
}

}  // namespace
}  // namespace workers
