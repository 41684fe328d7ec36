// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For tests of this room: the worker service on a real server at a free port of the loopback, in
// front of a Pool and an engine that only remembers. Owned by one test. Restart is what a killed
// and started engine looks like to a worker.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "workers/fake_engine.h"
#include "workers/grpc_hub.h"
#include "workers/pool.h"

namespace workers {

class HubServer {
 public:
  explicit HubServer(HubOptions options = {});
  ~HubServer();

  void Start();  // on the same port as before
  void Stop();   // cuts every stream
  void Restart() {
    Stop();
    Start();
  }
  std::string address() const;

  // To the worker that connected last.
  bool Send(Outgoing outgoing) { return pool().Send(engine.last_session(), std::move(outgoing)); }
  Pool& pool();

  FakeEngine engine;

 private:
  struct Running;
  const HubOptions options_;
  int port_ = 0;
  std::unique_ptr<Running> running_;
};

}  // namespace workers
