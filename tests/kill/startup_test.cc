// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The real asld as its operator starts and stops it: what keeps it from starting is one line on
// standard error and an exit code, and it stops in order whatever is open.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fmt/format.h"
#include "tests/kill/asld_process.h"

namespace kill_test {
namespace {

constexpr std::chrono::seconds kLimit{60};
constexpr std::chrono::seconds kTermLimit{10};

class Startup : public testing::Test {
 protected:
  Startup() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-up-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~Startup() override { std::filesystem::remove_all(directory_); }

  // Runs asld to its end: "CODE LINE", the line without our folder's name, which is "DIR" there.
  std::string End(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {ASLD_BINARY};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process process(command);
    const std::optional<int> code = process.WaitForEnd(kLimit);
    std::string line = process.errors();
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), line.empty() ? 0 : 1) << line;
    for (size_t at = 0; (at = line.find(directory_)) != std::string::npos;) {
      line.replace(at, directory_.size(), "DIR");
    }
    if (!line.empty()) line.pop_back();
    return fmt::format("{} {}", code.value_or(-1), line);
  }
  std::string Config(const std::string& text) {
    std::ofstream(directory_ + "/asld.yaml") << text;
    return directory_ + "/asld.yaml";
  }

  std::string directory_;
};

TEST_F(Startup, AConfigurationThatIsWrongIsOneLineThatNamesThePlace) {
  EXPECT_EQ(End({"--config", Config("data-dir: x\nlops: 2\n")}),
            "2 asld: DIR/asld.yaml:2: there is no setting 'lops'; did you mean loops?");
  EXPECT_EQ(End({"--config", Config("loops: 2\n"), "--loops", "-1"}),
            "2 asld: --loops: loops is '-1', but must be a whole number from 0 to 1024");
  EXPECT_EQ(End({"--config", directory_ + "/none"}),
            "2 asld: DIR/none: there is no such file; give another with --config or ASLD_CONFIG");
  EXPECT_EQ(End({"--lops", "2"}), "2 asld: there is no flag '--lops'; did you mean --loops?");
  EXPECT_EQ(End({"verfy"}), "2 asld: there is no command 'verfy'; see `asld --help`");
  EXPECT_EQ(End({"restore"}), "2 asld: BACKUP is required; see `asld --help`");
}

TEST_F(Startup, AnAddressBeyondLoopbackIsRefusedUnlessItIsMeant) {
  EXPECT_EQ(End({"--http-address", "0.0.0.0:0"}),
            "2 asld: --http-address: http-address '0.0.0.0:0' lets other machines in, and nothing "
            "asks them who they are; say listen-beyond-loopback too if that is meant");
  EXPECT_EQ(
      End({"--http-address", "0.0.0.0:0", "--listen-beyond-loopback"}),
      "2 asld: --http-address: http-address '0.0.0.0:0' lets other machines in: name a file of "
      "the keys that AWS's API takes with aws-credentials");
  Process process({ASLD_BINARY, "--data-dir", directory_ + "/data", "--grpc-address", "0.0.0.0:0",
                   "--http-address", "off", "--listen-beyond-loopback"});
  EXPECT_TRUE(process.WaitForLine(kReadyLine, kLimit)) << process.errors();
  process.Signal(SIGTERM);
  EXPECT_EQ(process.WaitForEnd(kTermLimit), 0) << process.errors();
}

TEST_F(Startup, ADirectoryThatCannotBeOneIsSaidWithWhatToDo) {
  std::ofstream(directory_ + "/file") << "x";
  EXPECT_EQ(End({"--data-dir", directory_ + "/file/data", "--http-address", "off", "--grpc-address",
                 "127.0.0.1:0"}),
            "74 asld: store: cannot create directory DIR/file/data: Not a directory; choose "
            "another, or let this user write to DIR/file; exiting with code 74");
  EXPECT_EQ(End({"verify", "--data-dir", directory_ + "/none"}),
            "74 asld: DIR/none holds no store; name one with --data-dir; exiting with code 74");
}

TEST_F(Startup, WhatAnotherAsldHasIsSaidByTheNextOneAndByTheDoctor) {
  Asld asld(directory_ + "/data");
  ASSERT_TRUE(asld.Start({"--log-level", "error"})) << asld.process().errors();
  const std::string http = fmt::format("127.0.0.1:{}", asld.http_port());

  const std::string locked = End({"--data-dir", directory_ + "/data", "--http-address", "off",
                                  "--grpc-address", "127.0.0.1:0"});
  EXPECT_EQ(locked.substr(0, locked.find(" (")),
            "74 asld: store DIR/data is in use by another process: stop that one first, or choose "
            "another directory");
  EXPECT_EQ(End({"--data-dir", directory_ + "/other", "--http-address", http}),
            fmt::format("69 asld: cannot listen at {}: Address already in use; is another process "
                        "using it? Choose another with --http-address; exiting with code 69",
                        http));
  EXPECT_EQ(End({"--data-dir", directory_ + "/other", "--http-address", "off", "--grpc-address",
                 asld.address()}),
            fmt::format("69 asld: cannot listen at {}: is another process using it? Choose another "
                        "with --grpc-address; exiting with code 69",
                        asld.address()));
  EXPECT_EQ(End({"verify", "--data-dir", directory_ + "/data"}).substr(0, 3), "74 ");
  EXPECT_EQ(End({"doctor", "--data-dir", directory_ + "/data"}), "1 ");
  EXPECT_EQ(asld.Terminate(kTermLimit), 0) << asld.process().errors();
}

TEST_F(Startup, TheFileAndTheVariableAreReadAndJsonIsWhatTheLogSpeaks) {
  const std::string config =
      Config(fmt::format("data-dir: {}/data\nlog-format: json\nhttp-address: \"127.0.0.1:0\"\n"
                         "grpc-address: 127.0.0.1:0\npartitions: 3\n",
                         directory_));
  ASSERT_EQ(setenv("ASLD_CONFIG", config.c_str(), 1), 0);
  ASSERT_EQ(setenv("ASLD_PARTITIONS", "5", 1), 0);
  Process process({ASLD_BINARY});
  unsetenv("ASLD_CONFIG");
  unsetenv("ASLD_PARTITIONS");
  const auto line = process.WaitForLine("ready", kLimit);
  ASSERT_TRUE(line.has_value()) << process.errors();
  EXPECT_TRUE(line->starts_with(R"({"time":")")) << *line;
  EXPECT_NE(line->find(", 5 partitions, data in " + directory_ + "/data\"}"), std::string::npos)
      << *line;
  process.Signal(SIGTERM);
  EXPECT_EQ(process.WaitForEnd(kTermLimit), 0) << process.errors();
}

TEST_F(Startup, AConnectionThatNobodyClosesDoesNotHoldUpTheEnd) {
  Asld asld(directory_ + "/data");
  ASSERT_TRUE(asld.Start({"--log-level", "error"})) << asld.process().errors();
  const int idle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(asld.http_port()));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(idle, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  const std::string half = "GET /metrics HTTP/1.1\r\n";
  ASSERT_EQ(send(idle, half.data(), half.size(), MSG_NOSIGNAL), static_cast<ssize_t>(half.size()));

  EXPECT_EQ(asld.Terminate(kTermLimit), 0) << asld.process().errors();

  char byte = 0;
  EXPECT_LE(recv(idle, &byte, 1, 0), 0) << "it was closed";
  close(idle);
}

}  // namespace
}  // namespace kill_test
