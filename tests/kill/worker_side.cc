// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/kill/worker_side.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cassert>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "absl/strings/escaping.h"
#include "fmt/format.h"

namespace kill_test {
namespace {

constexpr int kWorkers = 3;
constexpr uint32_t kSlots = 48;
constexpr uint32_t kThreads = 12;
constexpr std::chrono::milliseconds kHoldLimit{1'500};
constexpr std::chrono::seconds kProcessEndLimit{60};

// Executions are named "e-NUMBER".
uint64_t NumberOf(const workers::Task& task) {
  return std::strtoull(task.execution_arn.c_str() + task.execution_arn.rfind('-') + 1, nullptr, 10);
}

void AddFunctions(workers::Worker* worker, EffectLog* effects, std::function<void()> hold) {
  const auto quick = [effects](const workers::Task& task) {
    effects->Append(task);
    return workers::Result::Success(fmt::format(R"({{"by": "{}"}})", task.state_name));
  };
  worker->Function("price", quick);
  worker->Function("charge", [effects](const workers::Task& task) {
    effects->Append(task);
    if (task.attempt == 1 && NumberOf(task) % 4 == 1)
      return workers::Result::Fail("Busy", "come back later");
    return workers::Result::Success(R"({"by": "Charge"})");
  });
  worker->Function("mail", [effects, hold](const workers::Task& task) {
    effects->Append(task);
    if (NumberOf(task) % 6 == 0) hold();
    return workers::Result::Success(R"({"by": "Mail"})");
  });
  worker->Function("gift", [effects](const workers::Task& task) {
    effects->Append(task);
    if (NumberOf(task) % 5 == 0) return workers::Result::Fail("NoGift", "there is none left");
    return workers::Result::Success(R"({"by": "Gift"})");
  });
  worker->Activity("ship", quick);
}

class WorkersInThreads : public Workers {
 public:
  WorkersInThreads(const std::string& address, EffectLog* effects) {
    for (int i = 0; i < kWorkers; ++i) {
      workers_.push_back(std::make_unique<workers::Worker>(workers::WorkerOptions{
          .server = address, .slots = kSlots, .threads = kThreads, .log = [](std::string_view) {
          }}));
      AddFunctions(workers_.back().get(), effects, [this] { kills_.WaitForNext(); });
    }
    ended_.resize(kWorkers);
    for (size_t i = 0; i < kWorkers; ++i) {
      threads_.emplace_back([this, i] { ended_[i] = workers_[i]->Run(); });
    }
  }

  void OnEngineKilled() override { kills_.Count(); }
  void OnEngineStarted() override {}

  void Finish(Report& report) override {
    for (auto& worker : workers_) worker->Stop();
    for (std::thread& thread : threads_) thread.join();
    for (const absl::Status& status : ended_) {
      if (!status.ok())
        report.Add(Finding::kHangs, fmt::format("a worker ended with {}", status.ToString()));
    }
  }

 private:
  Kills kills_;
  std::vector<std::unique_ptr<workers::Worker>> workers_;
  std::vector<absl::Status> ended_;
  std::vector<std::thread> threads_;
};

class WorkersInProcesses : public Workers {
 public:
  WorkersInProcesses(std::string address, EffectLog* effects, bool same_instance)
      : address_(std::move(address)), effects_(effects->path()), same_instance_(same_instance) {
    OnEngineStarted();
  }

  void OnEngineKilled() override {
    for (auto& process : processes_) process->Signal(SIGKILL);
    processes_.clear();
  }

  void OnEngineStarted() override {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe");
    for (int i = 0; i < kWorkers; ++i) {
      std::vector<std::string> command = {self, "--serve", address_, "--effects", effects_};
      if (same_instance_)
        command.insert(command.end(), {"--instance", fmt::format("worker-{}", i)});
      processes_.push_back(std::make_unique<Process>(command));
    }
  }

  void Finish(Report& report) override {
    for (auto& process : processes_) process->Signal(SIGTERM);
    for (auto& process : processes_) {
      const std::optional<int> code = process->WaitForEnd(kProcessEndLimit);
      if (code == 0) continue;
      report.Add(Finding::kHangs,
                 fmt::format("a worker process ended with {}: {}",
                             code ? std::to_string(*code) : "nothing", process->errors()));
    }
  }

 private:
  const std::string address_;
  const std::string effects_;
  const bool same_instance_;
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace

EffectLog::EffectLog(std::string path) : path_(std::move(path)) {
  file_ = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  assert(file_ >= 0);
}

EffectLog::~EffectLog() { close(file_); }

void EffectLog::Append(const workers::Task& task) {
  const std::string& key = task.idempotency_key;
  const std::string line =
      fmt::format("{} {} {} {} {}\n", task.execution_arn, task.state_name, task.attempt,
                  absl::BytesToHexString(task.token), key.substr(key.rfind('-') + 1));
  [[maybe_unused]] const ssize_t written = write(file_, line.data(), line.size());
  assert(written == static_cast<ssize_t>(line.size()));
}

std::vector<Effect> EffectLog::Read() const {
  std::vector<Effect> effects;
  std::ifstream file(path_);
  Effect effect;
  while (file >> effect.execution_arn >> effect.state >> effect.attempt >> effect.token >>
         effect.scheduled) {
    effects.push_back(effect);
  }
  return effects;
}

void Kills::Count() {
  std::lock_guard lock(mutex_);
  ++count_;
  changed_.notify_all();
}

void Kills::WaitForNext() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kHoldLimit, [this, before = count_] { return count_ != before; });
}

int ServeInProcess(const std::string& address, const std::string& instance,
                   const std::string& effects_path) {
  EffectLog effects(effects_path);
  workers::Worker worker(workers::WorkerOptions{
      .server = address, .instance = instance, .slots = kSlots, .threads = kThreads});
  AddFunctions(&worker, &effects, [] {});
  worker.StopOnSignals();
  const absl::Status ended = worker.Run();
  if (!ended.ok()) fmt::print(stderr, "{}\n", ended.ToString());
  return ended.ok() ? 0 : 1;
}

std::unique_ptr<Workers> ThreadWorkers(const std::string& address, EffectLog* effects) {
  return std::make_unique<WorkersInThreads>(address, effects);
}

std::unique_ptr<Workers> ProcessWorkers(const std::string& address, EffectLog* effects,
                                        bool same_instance) {
  return std::make_unique<WorkersInProcesses>(address, effects, same_instance);
}

}  // namespace kill_test
