// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/engine_power_cut_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/api/requests.h"
#include "engine/api/wait_ticket.h"

namespace crash {
namespace {

constexpr size_t kClients = 8;
constexpr size_t kBurstMax = 20;
constexpr size_t kRepeatedMax = 10;  // acknowledged starts, per life
constexpr size_t kLooksPerBurst = 4;
constexpr uint64_t kPadMax = 1'500;  // bytes that make an input, and the log, grow
constexpr uint64_t kStopOneOf = 40;

struct Definition {
  std::string_view machine;
  std::string_view text;
  asl::ExecutionStatus wanted;
};

// A worker that died with its task leaves it as Lambda.Unknown: the retry is what ends it.
#define LAMBDA(name) \
  R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:)" name R"(",)"
#define RETRY                                                                  \
  R"("Retry":[{"ErrorEquals":["Flaky","Lambda.Unknown"],"IntervalSeconds":1,)" \
  R"("MaxAttempts":99,"BackoffRate":1}],)"
constexpr Definition kDefinitions[] = {
    {"chain",
     R"({"StartAt":"First","States":{
       "First":{"Type":"Pass","Result":{"step":1},"ResultPath":"$.first","Next":"Pay"},
       "Pay":{)" LAMBDA("pay") RETRY R"("ResultPath":"$.paid","Next":"Pack"},
       "Pack":{)" LAMBDA("pack") RETRY R"("ResultPath":"$.packed","Next":"Done"},
       "Done":{"Type":"Succeed"}}})",
     asl::ExecutionStatus::kSucceeded},
    {"choice",
     R"({"StartAt":"First","States":{
       "First":{"Type":"Choice","Default":"Many",
         "Choices":[{"Variable":"$.n","NumericLessThan":1000,"Next":"Few"}]},
       "Few":{"Type":"Pass","Result":"few","ResultPath":"$.size","Next":"Pack"},
       "Many":{"Type":"Pass","End":true},
       "Pack":{)" LAMBDA("pack") RETRY R"("End":true}}})",
     asl::ExecutionStatus::kSucceeded},
    {"wait",
     R"({"StartAt":"First","States":{
       "First":{"Type":"Wait","Seconds":1,"Next":"Pay"},
       "Pay":{)" LAMBDA("pay") RETRY R"("End":true}}})",
     asl::ExecutionStatus::kSucceeded},
    {"retry",
     R"({"StartAt":"First","States":{
       "First":{)" LAMBDA("flaky") RETRY R"("Next":"Pack"},
       "Pack":{)" LAMBDA("pack") RETRY R"("End":true}}})",
     asl::ExecutionStatus::kSucceeded},
    {"items",
     R"({"StartAt":"First","States":{
       "First":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,"ResultPath":"$.all","Next":"Both",
         "ItemSelector":{"item.$":"$$.Map.Item.Value","n.$":"$.n"},
         "ItemProcessor":{"StartAt":"Pay","States":{"Pay":{)" LAMBDA("pay") RETRY R"("End":true}}}},
       "Both":{"Type":"Parallel","ResultPath":"$.both","End":true,"Branches":[
         {"StartAt":"Nap","States":{"Nap":{"Type":"Wait","Seconds":1,"End":true}}},
         {"StartAt":"Pack","States":{"Pack":{)" LAMBDA("pack") RETRY R"("End":true}}}]}}})",
     asl::ExecutionStatus::kSucceeded},
    // One branch fails, and the other never would.
    {"given-up",
     R"({"StartAt":"First","States":{
       "First":{"Type":"Parallel","End":true,"Branches":[
         {"StartAt":"Pay","States":{"Pay":{)" LAMBDA("pay") RETRY R"("Next":"Bad"},
           "Bad":{"Type":"Fail","Error":"Bad"}}},
         {"StartAt":"Stay","States":{"Stay":{)" LAMBDA("nobody") R"("End":true}}}]}}})",
     asl::ExecutionStatus::kFailed},
    {"bounded",
     R"({"StartAt":"First","TimeoutSeconds":2,"States":{
       "First":{)" LAMBDA("nobody") R"("End":true}}})",
     asl::ExecutionStatus::kTimedOut},
};
#undef RETRY
#undef LAMBDA

// All that one call of RunClients shares.
struct Clients {
  engine::Engine& engine;
  Gate& gate;
  Outside& outside;
  std::vector<size_t> to_start;
  std::atomic<size_t> started = 0;

  void Run(uint64_t seed);
  bool Start(std::mt19937_64& random);
  void Look(std::mt19937_64& random);
  void Page(size_t index, std::mt19937_64& random);
};

bool CreateMachines(engine::Engine& engine, Gate& gate, Outside& outside) {
  const auto open = std::make_shared<size_t>(0);
  for (const Definition& definition : kDefinitions) {
    const std::string name(definition.machine);
    if (engine::api::DescribeStateMachine(engine, name).ok()) continue;
    gate.Do([&] { ++*open; });
    engine::api::CreateStateMachine(
        engine, {.name = name, .definition = std::string(definition.text)},
        [&gate, &outside, open](const absl::StatusOr<engine::Created>& reply) {
          if (!reply.ok()) outside.Contradict(reply.status().ToString());
          gate.Do([&] { --*open; });
        });
  }
  return gate.WaitFor([&] { return *open == 0; });
}

Outside::Order DrawOrder(uint64_t number, std::mt19937_64& random) {
  const Definition& definition = kDefinitions[random() % std::size(kDefinitions)];
  return {.machine = std::string(definition.machine),
          .name = fmt::format("order-{}", number),
          .input = fmt::format(R"({{"n":{},"items":[1,2,3],"pad":"{}"}})", number,
                               std::string(random() % kPadMax, 'p')),
          .wanted = definition.wanted};
}

// False: nothing is left to start, or the gate is shut.
bool Clients::Start(std::mt19937_64& random) {
  const size_t count = 1 + random() % kBurstMax;
  const size_t begin = started.fetch_add(count);
  if (begin >= to_start.size()) return false;
  const size_t end = std::min(begin + count, to_start.size());
  const auto open = std::make_shared<size_t>(end - begin);
  for (size_t i = begin; i < end; ++i) {
    const size_t index = to_start[i];
    Outside::Order order = outside.order(index);
    engine::api::StartExecution(
        engine,
        {.state_machine = order.machine, .name = order.name, .input = std::move(order.input)},
        [this_gate = &gate, this_outside = &outside, open,
         index](const absl::StatusOr<engine::api::StartAnswer>& answer) {
          this_outside->OnStartReply(index, answer);
          this_gate->Do([&] { --*open; });
        });
  }
  return gate.WaitFor([&] { return *open == 0; });
}

void Clients::Page(size_t index, std::mt19937_64& random) {
  engine::api::HistoryRequest request{.execution_arn = outside.arn(index),
                                      .max_results = static_cast<int32_t>(2 + random() % 20)};
  std::vector<asl::HistoryEvent> events;
  do {
    auto page = engine::api::GetExecutionHistory(engine, request);
    if (!page.ok()) return outside.Contradict(page.status().ToString());
    for (asl::HistoryEvent& event : page->events) events.push_back(std::move(event));
    request.token = page->next_token;
  } while (!request.token.empty());
  outside.OnHistory(index, events);
}

void Clients::Look(std::mt19937_64& random) {
  const size_t index = to_start[random() % to_start.size()];
  if (!outside.acknowledged(index)) return;
  Page(index, random);
  const auto described = engine::api::DescribeExecution(engine, outside.arn(index));
  if (!described.ok()) return outside.Contradict(described.status().ToString());
  outside.OnDescribed(index, *described);
  if (random() % kStopOneOf != 0) return;
  outside.OnStopAsked(index);
  engine::api::StopExecution(engine, {.execution_arn = outside.arn(index), .error = {}},
                             [o = &outside, index](const absl::StatusOr<asl::Millis>& reply) {
                               o->OnStopReply(index, reply.status());
                             });
}

void Clients::Run(uint64_t seed) {
  std::mt19937_64 random(seed);
  while (Start(random)) {
    for (size_t i = 0; i < kLooksPerBurst; ++i) Look(random);
  }
}

}  // namespace

void Gate::Shut(const absl::Status& failure, uint64_t last_durable_seq) {
  Do([&] {
    ++failures_;
    failure_ = failure;
    last_durable_seq_ = last_durable_seq;
  });
}

void Gate::Do(const std::function<void()>& change) {
  std::lock_guard lock(mutex_);
  change();
  changed_.notify_all();
}

bool Gate::WaitFor(const std::function<bool()>& done) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return failures_ > 0 || done(); })) {
    overdue_ = true;
    return false;
  }
  return failures_ == 0;
}

bool Gate::shut() const {
  std::lock_guard lock(mutex_);
  return failures_ > 0;
}

void RunClients(engine::Engine& engine, Gate& gate, Outside& outside, uint64_t seed,
                uint64_t fresh) {
  if (!CreateMachines(engine, gate, outside)) return;
  std::mt19937_64 random(seed);
  Clients clients{.engine = engine, .gate = gate, .outside = outside};
  std::vector<size_t> acknowledged;
  for (size_t index = 0; index < outside.size(); ++index) {
    (outside.acknowledged(index) ? acknowledged : clients.to_start).push_back(index);
  }
  for (size_t i = 0; i < kRepeatedMax && !acknowledged.empty(); ++i) {
    clients.to_start.push_back(acknowledged[random() % acknowledged.size()]);
  }
  for (uint64_t i = 0; i < fresh; ++i) {
    clients.to_start.push_back(outside.Add(DrawOrder(outside.size(), random)));
  }
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kClients; ++i) {
    threads.emplace_back([&clients, own = random()] { clients.Run(own); });
  }
  for (std::thread& thread : threads) thread.join();
}

bool AwaitEnds(engine::Engine& engine, Gate& gate, const Outside& outside) {
  const auto open = std::make_shared<size_t>(0);
  std::vector<std::shared_ptr<engine::api::WaitTicket>> tickets;
  for (size_t index = 0; index < outside.size(); ++index) {
    const auto described = engine::api::DescribeExecution(engine, outside.arn(index));
    if (!described.ok()) return false;
    gate.Do([&] { ++*open; });
    tickets.push_back(
        engine::api::WaitForEnd(engine, described->number,
                                [&gate, open](const absl::StatusOr<engine::ExecutionDescription>&) {
                                  gate.Do([&] { --*open; });
                                }));
  }
  return gate.WaitFor([&] { return *open == 0; });
}

}  // namespace crash
