// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld.v1.Workers: the streams of connected workers as sessions of the Pool. It carries and checks
// messages, and decides nothing about tasks. The server that runs the service owns it; the Pool
// must outlive it.
//
// Shut the server down with a deadline (open streams end only when they are cancelled), then
// destroy the service: that waits until the last stream is gone.
#pragma once

#include <chrono>
#include <memory>

#include "workers/pool.h"

namespace grpc {
class ServerBuilder;
class Service;
}  // namespace grpc

namespace workers {

struct HubOptions {
  // A stream that has not said hello by then is ended.
  std::chrono::milliseconds hello_limit{10'000};
};

std::unique_ptr<grpc::Service> MakeWorkersService(Pool* pool, HubOptions options = {});

// What a server needs to carry worker streams: room for a hello with many held tasks, and pings, so
// that a worker whose machine went silent is noticed within the lease of its tasks.
void ConfigureServer(grpc::ServerBuilder* builder);

}  // namespace workers
