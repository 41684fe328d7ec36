// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/client/runner.h"

#include <exception>
#include <memory>

#include "fmt/core.h"

namespace workers {
namespace {

Result Call(const Handlers& handlers, const Task& task) {
  auto it = handlers.find(task.activity.empty() ? task.function : ActivityQueue(task.activity));
  if (it == handlers.end()) {
    return Result::Fail("UnknownFunction",
                        fmt::format("this worker has no function or activity \"{}\"",
                                    task.activity.empty() ? task.function : task.activity));
  }
  // The function is somebody else's code: what it throws ends its task, not the worker.
  try {
    return it->second(task);
  } catch (const std::exception& e) {
    return Result::Fail("UncaughtException", e.what());
  } catch (...) {
    return Result::Fail("UncaughtException", "something that is not a std::exception");
  }
}

}  // namespace

Runner::Runner(const Handlers& handlers, Ledger* ledger, size_t threads)
    : handlers_(handlers), ledger_(ledger) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
  threads_.emplace_back([this] { ledger_->KeepBeating(); });
}

Runner::~Runner() {
  for (std::thread& thread : threads_) thread.join();
}

void Runner::Work() {
  while (std::shared_ptr<const Task> task = ledger_->Begin()) {
    ledger_->Finish(task->token, Call(handlers_, *task));
  }
}

}  // namespace workers
