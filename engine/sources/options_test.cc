// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/options.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace engine::sources {
namespace {

class OptionsTest : public testing::Test {
 protected:
  OptionsTest()
      : path_((std::filesystem::temp_directory_path() / ("asld-sources-" + Name())).string()) {}
  ~OptionsTest() override { std::filesystem::remove(path_); }

  static std::string Name() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  absl::StatusOr<std::vector<Options>> Of(const std::string& yaml) {
    std::ofstream(path_) << yaml;
    return ReadOptions(path_);
  }
  // Without the file's folder.
  std::string Error(const std::string& yaml) {
    const auto options = Of(yaml);
    if (options.ok()) return "ok";
    const std::string text(options.status().message());
    return text.substr(path_.size());
  }

  const std::string path_;
};

constexpr char kOrders[] =
    "data-dir: x\n"
    "sources:\n"
    "  orders:\n"
    "    queue: orders.fifo\n"
    "    state-machine: order\n";

TEST_F(OptionsTest, ASourceNeedsAQueueAndAStateMachine) {
  const auto options = Of(kOrders);

  ASSERT_TRUE(options.ok()) << options.status();
  ASSERT_EQ(options->size(), 1u);
  EXPECT_EQ((*options)[0].name, "orders");
  EXPECT_TRUE((*options)[0].fifo());
  EXPECT_EQ((*options)[0].ack, Ack::kStarted);
  EXPECT_EQ(Error("sources:\n  a:\n    queue: q\n"), ":3: source a needs a state-machine");
  EXPECT_EQ(Error("data-dir: x\n"), "ok");
}

TEST_F(OptionsTest, EverythingCanBeSaid) {
  const auto options = Of(std::string(kOrders) +
                          "    ack: succeeded\n"
                          "    poison: delete\n"
                          "    batch: 5\n"
                          "    window: 50\n"
                          "    concurrency: 20\n"
                          "    visibility: 60\n"
                          "    region: eu-west-1\n"
                          "    profile: prod\n"
                          "    endpoint: http://127.0.0.1:9324\n"
                          "    filter:\n"
                          "      body: {kind: [order]}\n"
                          "    input: {order.$: $.body}\n");

  ASSERT_TRUE(options.ok()) << options.status();
  const Options& one = (*options)[0];
  EXPECT_EQ(one.ack, Ack::kSucceeded);
  EXPECT_EQ(one.poison, Poison::kDelete);
  EXPECT_EQ(one.batch, 5);
  EXPECT_EQ(one.window, 50u);
  EXPECT_EQ(one.concurrency, 20u);
  EXPECT_EQ(one.visibility, absl::Minutes(1));
  EXPECT_EQ(one.region + one.profile + one.endpoint, "eu-west-1prodhttp://127.0.0.1:9324");
  EXPECT_EQ(one.filters.size(), 1u);
  EXPECT_TRUE(one.input.has_value());
}

TEST_F(OptionsTest, WhatIsWrongIsSaidWithItsLine) {
  EXPECT_EQ(Error(std::string(kOrders) + "    ack: later\n"),
            ":6: ack must be started or succeeded");
  EXPECT_EQ(Error(std::string(kOrders) + "    batch: 11\n"),
            ":6: batch must be a whole number from 1 to 10");
  EXPECT_EQ(Error(std::string(kOrders) + "    filter: {body: x}\n"),
            ":6: the filter is wrong at body: values stand in a list, as in [\"order\"]");
  EXPECT_TRUE(Error(std::string(kOrders) + "    quuee: x\n").starts_with(":6: a source has no"));
  EXPECT_EQ(Error("sources: [a]\n"), ":1: sources must be a mapping of names to sources");
}

}  // namespace
}  // namespace engine::sources
