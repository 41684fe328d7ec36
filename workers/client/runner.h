// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The threads of a worker process: each takes the next task from the ledger, calls its function and
// puts the result back; one more says the heartbeats. Owned by a worker, which must call Abandon on
// the ledger before it is destroyed.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "workers/client/ledger.h"
#include "workers/client/task.h"

namespace workers {

using Handlers = std::map<std::string, Handler, std::less<>>;  // by queue name

class Runner {
 public:
  // `handlers` and `ledger` must outlive the runner.
  Runner(const Handlers& handlers, Ledger* ledger, size_t threads);
  ~Runner();  // waits for the functions that still run
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

 private:
  void Work();

  const Handlers& handlers_;
  Ledger* const ledger_;
  std::vector<std::thread> threads_;
};

}  // namespace workers
