// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The HTTP pages of whoever watches asld: /metrics for Prometheus, /healthz (the process lives) and
// /readyz (requests are served). They are there before the engine is open and until it is closed,
// because that is when one looks. Owned by main; thread-safe.
#pragma once

#include <mutex>

#include "engine/http_server.h"

namespace engine {

class Engine;

class OperatorPages {
 public:
  // From now on the pages speak of this engine; null: there is none (yet, or any more).
  void Show(Engine* engine);

  // For HttpServer; this outlives it.
  HttpServer::Handler handler();

 private:
  HttpResponse Answer(const HttpRequest& request);

  std::mutex mutex_;          // held while a page is made, so that Show(nullptr) waits for it
  Engine* engine_ = nullptr;  // guarded by mutex_
};

}  // namespace engine
