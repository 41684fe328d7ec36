// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For tests: the AWS endpoint over a real engine in a directory of its own, without sockets. One
// thread; answers are waited for.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "asl/json.h"
#include "engine/aws_json.h"
#include "engine/engine.h"
#include "fmt/format.h"

namespace engine {

inline constexpr char kMachine[] = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
inline constexpr char kPass[] =
    R"({\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}})";

class AwsJsonTest : public testing::Test {
 protected:
  AwsJsonTest() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-aws-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    Reopen();
  }
  ~AwsJsonTest() override {
    aws_.Show(nullptr);
    engine_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Reopen() {
    aws_.Show(nullptr);
    engine_.reset();
    auto engine = Engine::Open({.data_dir = directory_,
                                .partitions = 2,
                                .min_free = 0,
                                .poll_ms = poll_ms_,
                                .pollers_max = 2});
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    aws_.Show(engine_.get());
  }

  HttpResponse Call(const std::string& target, const std::string& body) {
    auto done = std::make_shared<std::promise<HttpResponse>>();
    aws_.Answer(
        {.method = "POST", .path = "/", .headers = {{"x-amz-target", target}}, .body = body},
        [done](HttpResponse response) { done->set_value(std::move(response)); });
    return done->get_future().get();
  }
  // The body of a good answer; else "STATUS body".
  std::string Ask(const std::string& operation, const std::string& body) {
    const HttpResponse response = Call("AWSStepFunctions." + operation, body);
    return response.status == 200 ? response.body
                                  : fmt::format("{} {}", response.status, response.body);
  }
  std::string Create(const std::string& more = "") {
    return Ask("CreateStateMachine",
               fmt::format(R"({{"name":"m","definition":"{}","roleArn":"r"{}}})", kPass, more));
  }
  static std::string Member(const std::string& json, const std::string& name) {
    const asl::JsonParse parsed = asl::ParseJson(json);
    const auto value = parsed.ok() ? parsed.value->Find(name) : std::nullopt;
    if (!value) return "";
    return value->is_string() ? std::string(value->as_string()) : std::string(value->source());
  }

  std::string directory_;
  std::unique_ptr<Engine> engine_;
  AwsJson aws_{*AwsGate::Open({})};
  int64_t poll_ms_ = 60'000;  // takes effect by Reopen
};

}  // namespace engine
