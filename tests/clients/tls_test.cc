// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// gRPC over TLS: asld with a certificate that this test made, and whatever calls it: aslctl, a worker
// in C++, a worker in Python.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/kill/asld_process.h"
#include "workers/client/worker.h"

namespace client_test {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr char kEcho[] = R"({"StartAt":"E","States":{"E":{"Type":"Task","End":true,
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:echo"}}})";

struct Ran {
  int exit = 0;
  std::string output;  // and errors
};

Ran Shell(const std::string& command) {
  Ran ran;
  FILE* out = popen((command + " 2>&1").c_str(), "r");
  char bytes[4096];
  for (size_t count = 0; (count = fread(bytes, 1, sizeof bytes, out)) > 0;) {
    ran.output.append(bytes, count);
  }
  ran.exit = WEXITSTATUS(pclose(out));
  return ran;
}

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "asld-tls-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    MakeCertificate("asld");
    MakeCertificate("other");
    asld_ = std::make_unique<kill_test::Asld>(directory_ + "/data");
    ASSERT_TRUE(
        asld_->Start({"--tls-certificate", File("asld.pem"), "--tls-key", File("asld.key")}))
        << asld_->process().errors();
    std::ofstream(File("echo.json")) << kEcho;
  }
  void TearDown() override {
    EXPECT_EQ(asld_->Terminate(kPatience), 0) << asld_->process().errors();
    std::filesystem::remove_all(directory_);
  }
  std::string File(const std::string& name) const { return directory_ + "/" + name; }
  // Of this machine, signed by itself.
  void MakeCertificate(const std::string& name) {
    const Ran made = Shell(
        fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                    "-days 2 -subj /CN={0} "
                    "-addext subjectAltName=IP:127.0.0.1 -keyout {1}/{0}.key -out {1}/{0}.pem",
                    name, directory_));
    ASSERT_EQ(made.exit, 0) << made.output;
  }
  Ran Aslctl(const std::string& arguments) { return Shell(ASLCTL_BINARY " " + arguments); }
  // As a person who has told the shell once.
  Ran AslctlHere(const std::string& arguments) {
    return Shell(fmt::format("ASLD_GRPC_ADDRESS={} ASLD_TLS_CA={} {} {}", Address(),
                             File("asld.pem"), ASLCTL_BINARY, arguments));
  }
  std::string Address() { return "https://" + asld_->address(); }

  std::string directory_;
  std::unique_ptr<kill_test::Asld> asld_;
};

TEST_F(Tls, AslctlAndAWorkerInCppKnowAsldByItsCertificate) {
  workers::Worker worker({.server = Address(), .tls_ca = File("asld.pem"), .log = [](auto) {}});
  worker.Function("echo",
                  [](const workers::Task& task) { return workers::Result::Success(task.input); });
  std::thread serving([&] { EXPECT_TRUE(worker.Run().ok()); });

  const std::string options = fmt::format("--address {} --tls-ca {}", Address(), File("asld.pem"));
  EXPECT_EQ(Aslctl(fmt::format("{} create echo {}", options, File("echo.json"))).exit, 0);
  const Ran ran = Aslctl(options + " start echo --input '[1]' --wait");
  EXPECT_TRUE(ran.output.ends_with("\n[1]\n")) << ran.output;
  EXPECT_EQ(AslctlHere("status").exit, 0);
  EXPECT_EQ(
      Aslctl(fmt::format("ls --address {} --tls-ca {}", asld_->address(), File("asld.pem"))).exit,
      0);
  const Ran plan = Shell(fmt::format(
      "AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_CA_BUNDLE={} {} plan {} --to local "
      "--endpoint-url https://127.0.0.1:{} --role arn:aws:iam::123456789012:role/any",
      File("asld.pem"), ASLCTL_BINARY, File("echo.json"), asld_->http_port()));
  EXPECT_EQ(plan.exit, 2) << plan.output;  // by AWS's API: there would be something to change

  worker.Stop();
  serving.join();
}

TEST_F(Tls, AWorkerInPythonDoesToo) {
  kill_test::Process worker({"/usr/bin/env", "PYTHONPATH=" ASLD_PYTHON_WORKER, ASLD_PYTHON,
                             ASLD_SOURCE "/workers/python/worker_for_test.py", Address(),
                             File("asld.pem")});
  EXPECT_EQ(AslctlHere("create echo " + File("echo.json")).exit, 0);
  const Ran ran = AslctlHere("start echo --input '[1]' --wait");
  EXPECT_NE(ran.output.find(R"("input": [1])"), std::string::npos) << ran.output;
}

TEST_F(Tls, WhoDoesNotKnowItsCertificateOrSpeaksPlainlyDoesNotCall) {
  const Ran other =
      Aslctl(fmt::format("ls --address {} --tls-ca {}", Address(), File("other.pem")));
  EXPECT_EQ(other.exit, 5) << other.output;
  const Ran system = Aslctl("ls --address " + Address());
  EXPECT_EQ(system.exit, 5) << system.output;
  EXPECT_EQ(Aslctl("ls --address " + asld_->address()).exit, 5);
  EXPECT_EQ(
      Aslctl(fmt::format("ls --address http://{} --tls-ca {}", asld_->address(), File("asld.pem")))
          .exit,
      5);

  const Ran missing = Aslctl(fmt::format("ls --address {} --tls-ca /none.pem", Address()));
  EXPECT_EQ(missing.exit, 2);
  EXPECT_NE(missing.output.find("/none.pem holds no certificates in PEM that can be read"),
            std::string::npos)
      << missing.output;
  workers::Worker worker({.server = Address(), .tls_ca = File("echo.json")});
  EXPECT_EQ(worker.Run().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace client_test
