// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/doctor.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/http_server.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr asl::Millis kNow{1'800'000'000'000};

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-doctor-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    config_.engine.data_dir = directory_ + "/data";
    config_.grpc_address = "127.0.0.1:0";
  }
  ~DoctorTest() override { std::filesystem::remove_all(directory_); }

  std::string Text(asl::Millis now = kNow) { return FindingsText(Examine(config_, now)); }

  std::string directory_;
  Config config_;
};

testing::AssertionResult Says(const std::string& text, const std::string& line) {
  if (text.find(line) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected: " << line << "\nfound:\n" << text;
}

TEST_F(DoctorTest, ADirectoryThatIsStillToBeCreatedIsFine) {
  EXPECT_TRUE(Says(Text(), "ok       data directory " + directory_ + "/data will be created\n"));
  EXPECT_TRUE(Says(Text(), "ok       no asld has the data directory open\n"));
  EXPECT_FALSE(Says(Text(), "problem"));
}

TEST_F(DoctorTest, AFileInTheWayIsAProblemAndAnOpenDirectoryAWarning) {
  std::filesystem::create_directory(config_.engine.data_dir);
  chmod(config_.engine.data_dir.c_str(), 0755);
  EXPECT_TRUE(Says(Text(), "warning  " + directory_ +
                               "/data can be entered by other users (mode "
                               "755), and payloads are stored as they are: chmod 700\n"));
  std::ofstream(directory_ + "/file") << "x";
  config_.engine.data_dir = directory_ + "/file/data";
  EXPECT_TRUE(Says(Text(), "problem  " + directory_ + "/file is no directory"));
}

TEST_F(DoctorTest, ATakenPortIsAProblemThatNamesItsFlag) {
  const auto server = HttpServer::Start("127.0.0.1:0", {});
  ASSERT_TRUE(server.ok());
  config_.http_address = fmt::format("127.0.0.1:{}", (*server)->port());
  EXPECT_TRUE(Says(Text(), fmt::format("problem  cannot listen at {}: Address already in use; "
                                       "change --http-address\n",
                                       config_.http_address)));
}

TEST_F(DoctorTest, AClockThatWasNeverSetIsAProblemAndOneBehindTheStoreAWarning) {
  EXPECT_TRUE(Says(Text(asl::Millis{1'000}), "problem  the clock is far off"));
  std::filesystem::create_directory(config_.engine.data_dir);
  std::ofstream(config_.engine.data_dir + "/DURABLE") << "x";
  EXPECT_TRUE(Says(Text(asl::Millis{1'600'000'000'000}), "warning  the clock is behind"));
}

TEST_F(DoctorTest, WhatIsKeptInMemoryIsWarnedOf) {
  if (!std::filesystem::is_directory("/dev/shm")) GTEST_SKIP() << "there is no /dev/shm here";
  config_.engine.data_dir = "/dev/shm/asld-doctor-not-there";
  EXPECT_TRUE(Says(Text(), "warning  /dev/shm is on tmpfs"));
}

}  // namespace
}  // namespace engine
