// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The gRPC front door: asld.v1.Workflows over engine/api, asld.v1.Workers over the engine's pool,
// health checking and reflection. Owned by main; Stop before the engine stops. gRPC's own threads
// call in.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "engine/tls_files.h"

namespace engine {

class GrpcServer {
 public:
  // Listens at "host:port"; port 0 takes a free one. `engine` must outlive it.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(Engine* engine,
                                                           const std::string& address,
                                                           const TlsFiles& tls = {});
  ~GrpcServer();

  int port() const;
  // Refuses new calls, gives running ones a moment, then cancels them.
  void Stop();

 private:
  struct State;
  explicit GrpcServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace engine
