// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What both doors say while the engine is behind: over a store whose syncs can be held up.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "asld/v1/workflows.grpc.pb.h"
#include "engine/api/requests.h"
#include "engine/aws_json.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "engine/grpc_server.h"
#include "fmt/format.h"
#include "storage/memory_store.h"

namespace engine {
namespace {

class HeldSyncs {
 public:
  void Close() { Set(false); }
  void Open() { Set(true); }
  void Pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  void Set(bool open) {
    {
      std::lock_guard lock(mutex_);
      open_ = open;
    }
    opened_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = true;  // guarded by mutex_
};

class Behind : public testing::Test {
 protected:
  Behind() {
    auto store = std::make_unique<storage::MemoryStore>(AllTables());
    store->set_faults({.write = nullptr,
                       .sync =
                           [this](uint64_t) {
                             syncs_.Pass();
                             return absl::OkStatus();
                           },
                       .read = nullptr});
    engine_ = *Engine::Open({.partitions = 2, .loops = 1, .inbox_max = 8, .min_free = 0},
                            std::move(store));
    aws_.Show(engine_.get());
    EXPECT_TRUE(Get<Created>([this](Reply<Created> reply) {
                  api::CreateStateMachine(*engine_, {.name = "m", .definition = Pass(1)},
                                          std::move(reply));
                }).ok());
  }
  ~Behind() override { aws_.Show(nullptr); }

  std::future<HttpResponse> Start() {
    auto done = std::make_shared<std::promise<HttpResponse>>();
    aws_.Answer({.method = "POST",
                 .path = "/",
                 .headers = {{"X-Amz-Target", "AWSStepFunctions.StartExecution"}},
                 .body = fmt::format(R"({{"stateMachineArn":"{}"}})",
                                     StateMachineArn(engine_->scope(), "m"))},
                [done](HttpResponse response) { done->set_value(std::move(response)); });
    return done->get_future();
  }

  // The first few are written one by one: then the loop has handed over as much as it may, and takes
  // no more turns. The rest comes through no door, so that nothing refuses it.
  std::vector<std::future<HttpResponse>> Crowd() {
    constexpr int kSubmissions = 3;
    constexpr int kWaiting = 100;
    std::vector<std::future<HttpResponse>> waiting;
    for (int i = 0; i < kSubmissions; ++i) {
      const uint64_t before = engine_->moment().commits.written_seq;
      waiting.push_back(Start());
      while (engine_->moment().commits.written_seq == before) std::this_thread::yield();
    }
    for (int i = 0; i < kWaiting; ++i) {
      auto done = std::make_shared<std::promise<HttpResponse>>();
      waiting.push_back(done->get_future());
      api::StartExecution(*engine_, {.state_machine = "m", .name = "", .input = ""},
                          [done](const absl::StatusOr<api::StartAnswer>& answer) {
                            done->set_value({.status = answer.ok() ? 200 : 500});
                          });
    }
    return waiting;
  }

  static size_t Succeeded(std::vector<std::future<HttpResponse>> calls) {
    size_t good = 0;
    for (std::future<HttpResponse>& call : calls) good += call.get().status == 200 ? 1 : 0;
    return good;
  }

  grpc::Status StartOverGrpc() {
    auto server = GrpcServer::Start(engine_.get(), "127.0.0.1:0");
    EXPECT_TRUE(server.ok()) << server.status();
    const auto stub = asld::v1::Workflows::NewStub(grpc::CreateChannel(
        fmt::format("127.0.0.1:{}", (*server)->port()), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    asld::v1::StartExecutionRequest request;
    request.set_state_machine("m");
    asld::v1::StartExecutionResponse response;
    return stub->StartExecution(&context, request, &response);
  }

  HeldSyncs syncs_;
  std::unique_ptr<Engine> engine_;
  AwsJson aws_{*AwsGate::Open({})};
};

TEST_F(Behind, StartsAreThrottledAtOnceAndWhatWasTakenInEnds) {
  syncs_.Close();
  std::vector<std::future<HttpResponse>> waiting = Crowd();
  const HttpResponse refusal = Start().get();
  EXPECT_EQ(refusal.status, 400);
  EXPECT_EQ(refusal.body, R"({"__type":"ThrottlingException","message":"Rate exceeded"})");
  const grpc::Status over_grpc = StartOverGrpc();
  EXPECT_EQ(over_grpc.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED)
      << over_grpc.error_message();

  syncs_.Open();
  const size_t taken_in = waiting.size();
  EXPECT_EQ(Succeeded(std::move(waiting)), taken_in);
  EXPECT_EQ(Start().get().status, 200);
  EXPECT_TRUE(StartOverGrpc().ok());
}

}  // namespace
}  // namespace engine
