// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The real asld, killed again and again while it works on one execution. A Choice that compares for
// half a second stands for a definition that kills the process: it is stopped (SIGSTOP), its marks
// are looked at, and when they name an execution it is killed, so every kill counts for sure.
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include "absl/cleanup/cleanup.h"
#include "asld/v1/operator.grpc.pb.h"
#include "fmt/format.h"
#include "tests/kill/asld_process.h"
#include "tests/kill/engine_calls.h"
#include "workers/client/worker.h"

namespace kill_test {
namespace {

constexpr std::chrono::seconds kLimit{120};
constexpr std::chrono::seconds kTermLimit{10};
constexpr std::chrono::milliseconds kBetweenLooks{5};
constexpr int kCrashesToPark = 3;  // as the API says of `parked`
constexpr char kParkedLine[] =
    "is parked: the process crashed 3 times in a row while working on it";

// One partition and one loop: what a parked execution holds up, it holds up for everybody.
const std::vector<std::string> kFlags = {"--log-level", "error", "--partitions", "1"};

// Looks 5,000 times at each place of kInput for a letter that never follows.
std::string Slow(const std::string& next) {
  std::string rules;
  for (int i = 0; i < 5'000; ++i) {
    rules += fmt::format(R"({}{{"Variable": "$", "StringMatches": "*ab*", "Next": "{}"}})",
                         i == 0 ? "" : ",", next);
  }
  return fmt::format(R"({{"Type": "Choice", "Default": "{}", "Choices": [{}]}})", next, rules);
}
const std::string kInput = '"' + std::string(200'000, 'a') + '"';

// The Wait lets the start be acknowledged before the work begins.
std::string Heavy() {
  return fmt::format(R"({{"StartAt": "Pause", "States": {{
      "Pause": {{"Type": "Wait", "Seconds": 1, "Next": "Work"}},
      "Work": {}, "Done": {{"Type": "Succeed"}}}}}})",
                     Slow("Done"));
}

std::string HeavyTwice() {
  return fmt::format(R"({{"StartAt": "Pause", "States": {{
      "Pause": {{"Type": "Wait", "Seconds": 1, "Next": "Work"}},
      "Work": {}, "Halfway": {{"Type": "Task", "ResultPath": null, "Next": "WorkAgain",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:halfway"}},
      "WorkAgain": {}, "Done": {{"Type": "Succeed"}}}}}})",
                     Slow("Halfway"), Slow("Done"));
}

class Parking : public testing::Test {
 protected:
  Parking() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-park-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    asld_ = std::make_unique<Asld>(directory_ + "/data");
  }
  ~Parking() override {
    asld_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Start() { ASSERT_TRUE(asld_->Start(kFlags)) << asld_->process().errors(); }

  // Starts an execution of `definition` and returns its ARN.
  std::string Begin(EngineCalls& calls, const std::string& definition) {
    EXPECT_TRUE(calls.Create("heavy", definition).ok());
    const absl::StatusOr<std::string> arn = calls.Start("heavy", "heavy-1", kInput);
    EXPECT_TRUE(arn.ok()) << arn.status();
    return arn.value_or("");
  }

  // Whether a loop's mark names an execution.
  bool IsAtWork() const {
    uint64_t marks[1'024] = {};
    const int file = open((asld_->data_dir() + "/WORKING").c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(read(file, marks, sizeof marks), static_cast<ssize_t>(sizeof marks));
    close(file);
    return std::any_of(std::begin(marks), std::end(marks), [](uint64_t mark) { return mark != 0; });
  }

  // A mark is a store to memory of another process, of which nobody is told: hence the looks.
  void KillAtWork() {
    const auto deadline = std::chrono::steady_clock::now() + kLimit;
    while (asld_->process().Halt() && !IsAtWork()) {
      asld_->process().Signal(SIGCONT);
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "it never worked on anything";
      asld_->process().WaitForEnd(kBetweenLooks);
    }
    ASSERT_TRUE(IsAtWork()) << asld_->process().errors();
    asld_->Kill();
  }

  // Kills it `times` times at work, each time started again.
  void CrashInARow(int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_NO_FATAL_FAILURE(KillAtWork());
      ASSERT_NO_FATAL_FAILURE(Start());
    }
  }

  void ExpectParked(EngineCalls& calls, const std::string& arn) {
    const std::string errors = asld_->process().errors();
    EXPECT_NE(errors.find(kParkedLine), std::string::npos) << errors;
    const absl::StatusOr<asld::v1::Execution> shown = calls.Describe(arn);
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_EQ(shown->status(), "RUNNING");
    EXPECT_TRUE(shown->parked());
    EXPECT_EQ(shown->input(), kInput);
  }

  std::string directory_;
  std::unique_ptr<Asld> asld_;
};

TEST_F(Parking, ThreeCrashesInARowAtOneExecutionParkItAndTheOthersGoOn) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EngineCalls calls(asld_->address());
  const std::string arn = Begin(calls, Heavy());
  ASSERT_NO_FATAL_FAILURE(CrashInARow(kCrashesToPark - 1));
  EXPECT_FALSE(calls.Describe(arn)->parked());
  ASSERT_NO_FATAL_FAILURE(CrashInARow(1));

  ExpectParked(calls, arn);

  const absl::StatusOr<std::string> other = calls.Start("heavy", "heavy-2", R"("short")");
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(calls.Wait(*other)->status(), "SUCCEEDED");
  ExpectParked(calls, arn);
  EXPECT_EQ(calls.History(arn)->size(), 2u) << "ExecutionStarted, WaitStateEntered";
}

// There is no way back for it but the operator's word: see the test after the next.
TEST_F(Parking, AParkedExecutionStaysParkedInEveryLaterProcessAndAnswersWhatIsAsked) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EngineCalls calls(asld_->address());
  const std::string arn = Begin(calls, Heavy());
  ASSERT_NO_FATAL_FAILURE(CrashInARow(kCrashesToPark));

  ASSERT_EQ(asld_->Terminate(kTermLimit), 0) << asld_->process().errors();
  ASSERT_NO_FATAL_FAILURE(Start());
  ExpectParked(calls, arn);
  const absl::Status stopped = calls.Stop(arn);
  EXPECT_EQ(stopped.code(), absl::StatusCode::kFailedPrecondition) << stopped;
  EXPECT_EQ(calls.TryStart("heavy", "heavy-1", kInput).value_or(""), arn) << "it is still running";
  asld_->Kill();
  ASSERT_NO_FATAL_FAILURE(Start());
  ExpectParked(calls, arn);
}

TEST_F(Parking, AReleasedExecutionGoesOnWithoutARestartAndHasAllItsTriesAgain) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EngineCalls calls(asld_->address());
  const std::string arn = Begin(calls, Heavy());
  ASSERT_NO_FATAL_FAILURE(CrashInARow(kCrashesToPark));
  const auto stub = asld::v1::Operator::NewStub(
      grpc::CreateChannel(asld_->address(), grpc::InsecureChannelCredentials()));
  asld::v1::ListParkedResponse parked;
  grpc::ClientContext list;
  ASSERT_TRUE(stub->ListParked(&list, {}, &parked).ok());
  ASSERT_EQ(parked.executions_size(), 1);
  EXPECT_EQ(parked.executions(0).execution_arn(), arn);
  EXPECT_EQ(parked.executions(0).crashes(), static_cast<uint64_t>(kCrashesToPark));

  asld::v1::ReleaseParkedRequest request;
  asld::v1::ReleaseParkedResponse response;
  grpc::ClientContext release;
  request.set_execution_arn(arn);
  const grpc::Status released = stub->ReleaseParked(&release, request, &response);

  ASSERT_TRUE(released.ok()) << released.error_message();
  EXPECT_FALSE(calls.Describe(arn)->parked());
  ASSERT_NO_FATAL_FAILURE(CrashInARow(kCrashesToPark - 1));
  EXPECT_EQ(calls.Wait(arn)->status(), "SUCCEEDED") << asld_->process().errors();
}

TEST_F(Parking, AStepThatSucceedsForgetsTheCrashesBefore) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EngineCalls calls(asld_->address());
  std::promise<void> halfway;
  std::once_flag once;
  workers::Worker worker(workers::WorkerOptions{.server = asld_->address(), .name = "parking"});
  worker.Function("halfway", [&](const workers::Task&) {
    std::call_once(once, [&] { halfway.set_value(); });
    return workers::Result::Success("{}");
  });
  std::jthread running([&] { EXPECT_TRUE(worker.Run().ok()); });
  const absl::Cleanup stop = [&] { worker.Stop(); };
  const std::string arn = Begin(calls, HeavyTwice());
  ASSERT_NO_FATAL_FAILURE(CrashInARow(kCrashesToPark - 1));
  EXPECT_EQ(halfway.get_future().wait_for(kLimit), std::future_status::ready);

  ASSERT_NO_FATAL_FAILURE(CrashInARow(1));

  ASSERT_FALSE(calls.Describe(arn)->parked()) << asld_->process().errors();
  EXPECT_EQ(calls.Wait(arn)->status(), "SUCCEEDED");
}

}  // namespace
}  // namespace kill_test
