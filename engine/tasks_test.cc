// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/tasks.h"

#include "gtest/gtest.h"

namespace engine {
namespace {

constexpr std::string_view kKey = "0123456789abcdef";
const workers::Slot kSlot{.session = 5, .instance = "w1", .worker_name = "worker"};

Task MakeTask(uint64_t number, std::string instance = "") {
  Task task;
  task.id = {ExecutionNumber{number << 22}, asl::EventId{3}};
  task.queue = "pay";
  task.number = number;
  task.instance = std::move(instance);
  return task;
}

uint64_t OldestNumber(Tasks& tasks) {
  const Task* oldest = tasks.Oldest("pay");
  return oldest == nullptr ? 0 : oldest->number;
}

TEST(TasksTest, ATokenOfAnOlderDeliveryOrAForgedOneFindsNothing) {
  Tasks tasks(kKey);
  tasks.Add(MakeTask(1));
  const std::string token = tasks.TokenOf(*tasks.Oldest("pay"));
  EXPECT_NE(tasks.FindToken(token), nullptr);

  std::string forged = token;
  forged.back() ^= 1;
  EXPECT_EQ(tasks.FindToken(forged), nullptr);

  ++tasks.Oldest("pay")->delivery;
  EXPECT_EQ(tasks.FindToken(token), nullptr);
}

TEST(TasksTest, WaitingTasksAreGivenOutOldestFirstAndComeBackToTheirPlace) {
  Tasks tasks(kKey);
  for (uint64_t number : {1, 2, 3}) tasks.Add(MakeTask(number));
  Task& first = *tasks.Oldest("pay");
  tasks.Assign(first, kSlot);
  EXPECT_EQ(OldestNumber(tasks), 2u);
  EXPECT_EQ(tasks.AssignedTo("w1"), std::vector<TaskId>{first.id});

  tasks.Unassign(first);

  EXPECT_EQ(OldestNumber(tasks), 1u);
  EXPECT_TRUE(tasks.AssignedTo("w1").empty());
}

TEST(TasksTest, BeyondTheLimitTasksAreRowsOnlyAndAreAskedForWhenHalfAreGone) {
  Tasks tasks(kKey);
  for (uint64_t number = 1; number <= Tasks::kWaitingMax + 2; ++number) tasks.Add(MakeTask(number));
  EXPECT_EQ(tasks.size(), Tasks::kWaitingMax);
  EXPECT_FALSE(tasks.WantsLoad());

  for (size_t i = 0; i <= Tasks::kWaitingMax / 2; ++i) tasks.Assign(*tasks.Oldest("pay"), kSlot);

  const std::optional<LoadTasks> load = tasks.WantsLoad();
  ASSERT_TRUE(load);
  EXPECT_EQ(load->from, Tasks::kWaitingMax + 1);
  EXPECT_FALSE(tasks.WantsLoad());  // one at a time
  tasks.OnLoaded("pay", {MakeTask(Tasks::kWaitingMax + 1), MakeTask(Tasks::kWaitingMax + 2)}, true);
  EXPECT_EQ(tasks.size(), Tasks::kWaitingMax + 2);
}

TEST(TasksTest, ATaskThatEndsWhileItsRowIsBeingReadDoesNotComeBack) {
  Tasks tasks(kKey);
  for (uint64_t number = 1; number <= Tasks::kWaitingMax + 1; ++number) tasks.Add(MakeTask(number));
  for (size_t i = 0; i <= Tasks::kWaitingMax / 2; ++i) tasks.Assign(*tasks.Oldest("pay"), kSlot);
  ASSERT_TRUE(tasks.WantsLoad());
  const Task last = MakeTask(Tasks::kWaitingMax + 1);
  tasks.Remove(last.id, "pay", last.number, 7);

  tasks.OnLoaded("pay", {last}, true);

  EXPECT_EQ(tasks.Find(last.id), nullptr);
}

TEST(TasksTest, AnAssignedTaskBehindRowsThatAreNotInMemoryDoesNotHideThem) {
  Tasks tasks(kKey);
  std::vector<Task> first;
  for (uint64_t number = 1; number <= Tasks::kWaitingMax; ++number)
    first.push_back(MakeTask(number));
  tasks.RecoverQueue("pay", std::move(first), Tasks::kWaitingMax + 1);
  tasks.RecoverAssigned(MakeTask(Tasks::kWaitingMax + 2, "w1"));

  for (size_t i = 0; i <= Tasks::kWaitingMax / 2; ++i) tasks.Assign(*tasks.Oldest("pay"), kSlot);

  const std::optional<LoadTasks> load = tasks.WantsLoad();
  ASSERT_TRUE(load);
  EXPECT_LE(load->from, Tasks::kWaitingMax + 1);
}

TEST(TasksTest, ARowOfATaskThatIsOverIsSeenUntilItsBatchIsAppliedAndDoesNotComeBack) {
  Tasks tasks(kKey);
  std::vector<Task> first;
  for (uint64_t number = 1; number <= Tasks::kWaitingMax; ++number)
    first.push_back(MakeTask(number));
  tasks.RecoverQueue("pay", std::move(first), Tasks::kWaitingMax + 2);
  const Task over = MakeTask(Tasks::kWaitingMax + 1);
  tasks.Remove(over.id, "pay", over.number, 7);
  for (size_t i = 0; i <= Tasks::kWaitingMax / 2; ++i) tasks.Assign(*tasks.Oldest("pay"), kSlot);
  ASSERT_TRUE(tasks.WantsLoad());
  tasks.OnApplied(7);

  tasks.OnLoaded("pay", {over, MakeTask(Tasks::kWaitingMax + 2)}, true);

  EXPECT_EQ(tasks.Find(over.id), nullptr);
  EXPECT_NE(tasks.Find(MakeTask(Tasks::kWaitingMax + 2).id), nullptr);
  EXPECT_FALSE(tasks.WantsLoad());
}

TEST(TasksTest, WhatWasFoundAtTheStartIsReadInPortionsAndNewTasksQueueBehindIt) {
  Tasks tasks(kKey);
  std::vector<Task> first;
  for (uint64_t number = 1; number <= Tasks::kWaitingMax; ++number)
    first.push_back(MakeTask(number));
  tasks.RecoverQueue("pay", std::move(first), 5'000);
  EXPECT_EQ(tasks.NextNumber(), 5'001u);
  tasks.Add(MakeTask(5'001));
  EXPECT_EQ(tasks.Find(MakeTask(5'001).id), nullptr);
  while (tasks.Oldest("pay") != nullptr) tasks.Assign(*tasks.Oldest("pay"), kSlot);
  EXPECT_TRUE(tasks.HasWaiting("pay"));

  ASSERT_EQ(tasks.WantsLoad()->from, Tasks::kWaitingMax + 1);
  tasks.OnLoaded("pay", {MakeTask(4'000)}, false);
  ASSERT_EQ(tasks.WantsLoad()->from, 4'001u);
  tasks.OnLoaded("pay", {MakeTask(5'000), MakeTask(5'001)}, true);

  EXPECT_EQ(OldestNumber(tasks), 4'000u);
  EXPECT_NE(tasks.Find(MakeTask(5'001).id), nullptr);
  EXPECT_FALSE(tasks.WantsLoad());
}

TEST(TasksTest, TheClocksOfATaskGoOffInOrderAndEndWithIt) {
  Tasks tasks(kKey);
  tasks.Add(MakeTask(1));
  tasks.Add(MakeTask(2));
  Task& first = *tasks.Find(MakeTask(1).id);
  Task& second = *tasks.Find(MakeTask(2).id);
  tasks.SetLease(first, asl::Millis{20});
  tasks.SetHeartbeat(second, asl::Millis{10});
  tasks.SetHeartbeat(first, asl::Millis{30});
  EXPECT_EQ(tasks.NextWake(), asl::Millis{10});

  EXPECT_FALSE(tasks.TakeDue(asl::Millis{9}));
  EXPECT_EQ(tasks.TakeDue(asl::Millis{25}), std::pair(Tasks::Clock::kHeartbeat, second.id));
  EXPECT_EQ(tasks.TakeDue(asl::Millis{25}), std::pair(Tasks::Clock::kLease, first.id));
  EXPECT_FALSE(tasks.TakeDue(asl::Millis{25}));

  tasks.Remove(first.id, "pay", first.number, 7);
  EXPECT_EQ(tasks.NextWake(), asl::kNever);
}

}  // namespace
}  // namespace engine
