// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "engine/routes_file.h"

namespace engine {
namespace {

const ArnScope kScope{.region = "eu-west-1", .account = "111122223333"};
constexpr char kArn[] = "arn:aws:lambda:eu-west-1:111122223333:function:";

const char* NoVariable(const std::string&) { return nullptr; }

class RoutesTest : public testing::Test {
 protected:
  ~RoutesTest() override { std::remove(path_.c_str()); }
  absl::StatusOr<RoutesPtr> Read(const std::string& yaml,
                                 const char* (*variable)(const std::string&) = NoVariable) {
    std::ofstream(path_) << yaml;
    return ReadRoutes(path_, kScope, variable);
  }
  std::string Refusal(const std::string& yaml) {
    const auto routes = Read(yaml);
    if (routes.ok()) return "";
    std::string text(routes.status().message());
    if (text.starts_with(path_)) text.replace(0, path_.size(), "asld.yaml");
    return text;
  }
  // "lambda", "worker" or "mock"
  std::string TargetOf(const Routes& routes, std::string_view function) {
    return std::string(TargetName(routes.Find(function).target));
  }

  const std::string path_ = testing::TempDir() + "asld-routes.yaml";
};

TEST(MatchesPattern, AStarIsAnyTextAndAQuestionMarkOneCharacter) {
  struct Row {
    std::string_view pattern, text;
    bool matches;
  };
  const Row rows[] = {{"pay", "pay", true},       {"pay", "payer", false},
                      {"pay*", "payer", true},    {"*", "", true},
                      {"p*y*r", "payer", true},   {"p?y", "pay", true},
                      {"p?y", "py", false},       {"*aab", "aaab", true},
                      {"a*b*c", "a-b-b-c", true}, {"a*b*c", "a-b-b", false}};
  for (const Row& row : rows)
    EXPECT_EQ(MatchesPattern(row.pattern, row.text), row.matches) << row.pattern << " " << row.text;
}

TEST_F(RoutesTest, TheFirstThatMatchesDecides) {
  const RoutesPtr routes = *Read(
      "routes:\n"
      "- {match: pay-old, to: worker}\n"
      "- {match: [pay-*, ship], to: lambda, endpoint: 'http://127.0.0.1:3001', concurrency: 3}\n"
      "- {match: 'arn:aws:lambda:us-*:*:function:*', to: mock, error: Gone}\n");

  EXPECT_EQ(TargetOf(*routes, "pay-old"), "worker");
  EXPECT_EQ(TargetOf(*routes, "pay-new"), "lambda");
  EXPECT_EQ(TargetOf(*routes, "ship:live"), "lambda");
  EXPECT_EQ(TargetOf(*routes, "arn:aws:lambda:us-east-1:1:function:pay-new:7"), "lambda");
  EXPECT_EQ(TargetOf(*routes, "arn:aws:lambda:us-east-1:1:function:other"), "mock");
  EXPECT_EQ(TargetOf(*routes, "other"), "worker");
  EXPECT_EQ(std::get<workers::ToLambda>(routes->Find("ship").target).concurrency, 3u);
  EXPECT_EQ(routes->Find("ship").origin, path_ + ":3");
}

// A name means the function of the engine's own region and account.
TEST_F(RoutesTest, AnArnMatchesTheFunctionHoweverItIsNamed) {
  const RoutesPtr routes =
      *Read("routes:\n- {match: '" + std::string(kArn) + "pay', to: mock, result: 1}\n");

  for (const std::string& function :
       {std::string("pay"), std::string("pay:live"), kArn + std::string("pay"),
        kArn + std::string("pay:live"), std::string("111122223333:function:pay")})
    EXPECT_EQ(TargetOf(*routes, function), "mock") << function;
  EXPECT_EQ(TargetOf(*routes, "222222222222:function:pay"), "worker");
}

TEST_F(RoutesTest, AFunctionIsCalledInItsOwnRegionUnlessTheRouteNamesOne) {
  const RoutesPtr routes =
      *Read("routes:\n- {match: a*, to: lambda}\n- {match: b, to: lambda, region: us-west-2}\n");
  const auto region = [&](std::string_view function) {
    return std::get<workers::ToLambda>(routes->TargetOf(function)).region;
  };

  EXPECT_EQ(region("a"), "eu-west-1");
  EXPECT_EQ(region("arn:aws:lambda:ap-south-1:1:function:a"), "ap-south-1");
  EXPECT_EQ(region("arn:aws:lambda:ap-south-1:1:function:b"), "us-west-2");
}

TEST_F(RoutesTest, ATaskWaitsForWorkersOrToBeCalled) {
  const RoutesPtr routes = *Read("routes:\n- {match: pay, to: lambda}\n");
  const auto queue = [&](const std::string& name, const std::string& resource, bool by_call_only) {
    return routes->QueueFor(
        {.kind = asl::TaskKind::kLambdaInvoke, .name = name, .resource = resource}, by_call_only);
  };

  EXPECT_EQ(queue("pay", "pay:live", false), "call:lambda:pay");
  EXPECT_EQ(queue("pay", kArn + std::string("pay:live"), false),
            "call:lambda:" + std::string(kArn) + "pay");
  EXPECT_EQ(queue("ship", kArn + std::string("ship"), false), "ship");
  EXPECT_EQ(queue("ship", "ship", true), "call:lambda:ship");
  EXPECT_EQ(
      routes->QueueFor({.kind = asl::TaskKind::kActivity, .name = "pay", .resource = "pay"}, false),
      "activity:pay");
  EXPECT_EQ(routes->QueueFor({.kind = asl::TaskKind::kService,
                              .name = "sendMessage",
                              .resource = "pay",
                              .service = "sqs"},
                             false),
            "call:sqs:sendMessage");
}

TEST_F(RoutesTest, AMockAnswersWhatTheFileSays) {
  const RoutesPtr routes = *Read(
      "routes:\n"
      "- match: a\n"
      "  to: mock\n"
      "  result: {paid: true, cents: 12.50, by: 'true', items: [1, x], none: ~}\n"
      "- {match: b, to: mock, error: Lambda.TooManyRequestsException, cause: Rate Exceeded.}\n");

  EXPECT_EQ(*std::get<workers::ToMock>(routes->Find("a").target).result,
            R"({"paid":true,"cents":12.5,"by":"true","items":[1,"x"],"none":null})");
  EXPECT_EQ(std::get<workers::ToMock>(routes->Find("b").target).error,
            "Lambda.TooManyRequestsException");
}

TEST_F(RoutesTest, StepFunctionsLocalsVariableIsTheDefault) {
  const auto variable = [](const std::string& name) -> const char* {
    return name == "LAMBDA_ENDPOINT" ? "http://127.0.0.1:3001" : nullptr;
  };
  const RoutesPtr routes =
      *Read("routes:\n- {match: local-*, to: worker}\n- {match: local, to: default}\n", variable);

  EXPECT_EQ(TargetOf(*routes, "pay"), "lambda");
  EXPECT_EQ(TargetOf(*routes, "local"), "lambda");
  EXPECT_EQ(TargetOf(*routes, "local-pay"), "worker");
  EXPECT_EQ(routes->Find("pay").origin, "LAMBDA_ENDPOINT");
}

TEST_F(RoutesTest, WhatIsWrongIsNamedWithItsLineAndField) {
  struct Row {
    std::string_view yaml, refusal;
  };
  const Row rows[] = {
      {"routes: pay\n", "asld.yaml:1: routes must be a list, as in `- {match: pay-*, to: lambda}`"},
      {"routes:\n- pay\n", "asld.yaml:2: routes[0] must be a mapping"},
      {"routes:\n- {to: worker}\n", "asld.yaml:2: routes[0] has no 'match'"},
      {"routes:\n- {match: a, to: worker}\n- {match: b}\n", "asld.yaml:3: routes[1] has no 'to'"},
      {"routes:\n- match: a\n  to: lamda\n",
       "asld.yaml:3: routes[0].to is 'lamda', but must be one of worker, lambda, mock, default; "
       "did "
       "you mean lambda?"},
      {"routes:\n- match: a\n  to: worker\n  endpoint: http://h\n",
       "asld.yaml:4: routes[0].endpoint is nothing that a route to worker has"},
      {"routes:\n- match: a\n  to: lambda\n  concurency: 3\n",
       "asld.yaml:4: routes[0].concurency is nothing that a route to lambda has; did you mean "
       "concurrency?"},
      {"routes:\n- match: a\n  to: lambda\n  concurrency: 0\n",
       "asld.yaml:4: routes[0].concurrency must be a whole number from 1 to 100000"},
      {"routes:\n- match: a\n  to: lambda\n  endpoint: localhost:3001\n",
       "asld.yaml:4: routes[0].endpoint is not the URL of an endpoint, such as "
       "http://127.0.0.1:4566: it must begin with http:// or https://"},
      {"routes:\n- match: [a, {}]\n  to: worker\n",
       "asld.yaml:2: routes[0].match must be a function's name or ARN, or a list of them; '*' is "
       "any text"},
      {"routes:\n- match: 'function:a'\n  to: worker\n",
       "asld.yaml:2: routes[0].match is 'function:a', which is neither a name nor an ARN"},
      {"routes:\n- {match: a, to: mock}\n",
       "asld.yaml:2: routes[0] must have either a result or an error"},
      {"routes:\n- {match: a, to: mock, result: 1, cause: b}\n",
       "asld.yaml:2: routes[0].cause belongs to an error"},
      {"routes:\n- {match: a, to: worker, to: mock}\n", "asld.yaml:2: routes[0].to is set twice"},
      {"routes: [\n", "asld.yaml:2: not YAML: end of sequence flow not found"},
  };
  for (const Row& row : rows) EXPECT_EQ(Refusal(std::string(row.yaml)), row.refusal) << row.yaml;
}

TEST_F(RoutesTest, WhatCannotBeReadAgainChangesNothing) {
  int reads = 0;
  RouteTable table(kScope, [&]() -> absl::StatusOr<RoutesPtr> {
    if (++reads == 2) return absl::InvalidArgumentError("asld.yaml:3: …");
    return Read(reads == 1 ? "" : "routes:\n- {match: pay, to: lambda}\n");
  });
  RoutesPtr cached;
  uint64_t seen = 0;

  EXPECT_TRUE(table.Reload().ok());
  EXPECT_FALSE(table.Reload().ok());
  table.Renew(&cached, &seen);
  EXPECT_EQ(TargetOf(*cached, "pay"), "worker");
  EXPECT_TRUE(table.Reload().ok());
  table.Renew(&cached, &seen);
  EXPECT_EQ(TargetOf(*cached, "pay"), "lambda");
}

}  // namespace
}  // namespace engine
