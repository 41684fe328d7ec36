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
  tasks.OnLoaded("pay", {MakeTask(Tasks::kWaitingMax + 1), MakeTask(Tasks::kWaitingMax + 2)});
  EXPECT_EQ(tasks.size(), Tasks::kWaitingMax + 2);
}

TEST(TasksTest, ATaskThatEndsWhileItsRowIsBeingReadDoesNotComeBack) {
  Tasks tasks(kKey);
  for (uint64_t number = 1; number <= Tasks::kWaitingMax + 1; ++number) tasks.Add(MakeTask(number));
  for (size_t i = 0; i <= Tasks::kWaitingMax / 2; ++i) tasks.Assign(*tasks.Oldest("pay"), kSlot);
  ASSERT_TRUE(tasks.WantsLoad());
  const Task last = MakeTask(Tasks::kWaitingMax + 1);
  tasks.Remove(last.id, "pay");

  tasks.OnLoaded("pay", {last});

  EXPECT_EQ(tasks.Find(last.id), nullptr);
}

TEST(TasksTest, AnAssignedTaskBehindRowsThatAreNotInMemoryDoesNotHideThem) {
  Tasks tasks(kKey);
  for (uint64_t number = 1; number <= Tasks::kWaitingMax + 1; ++number)
    tasks.Recover(MakeTask(number));
  tasks.Recover(MakeTask(Tasks::kWaitingMax + 2, "w1"));

  for (size_t i = 0; i <= Tasks::kWaitingMax / 2; ++i) tasks.Assign(*tasks.Oldest("pay"), kSlot);

  const std::optional<LoadTasks> load = tasks.WantsLoad();
  ASSERT_TRUE(load);
  EXPECT_LE(load->from, Tasks::kWaitingMax + 1);
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

  tasks.Remove(first.id, "pay");
  EXPECT_EQ(tasks.NextWake(), asl::kNever);
}

}  // namespace
}  // namespace engine
