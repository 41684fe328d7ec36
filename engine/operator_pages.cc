// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/operator_pages.h"

#include <utility>

#include "engine/engine.h"
#include "engine/metrics.h"

namespace engine {

void OperatorPages::Show(Engine* engine) {
  std::lock_guard lock(mutex_);
  engine_ = engine;
}

HttpServer::Handler OperatorPages::handler() {
  return [this](HttpRequest request, const HttpServer::Reply& reply) { reply(Answer(request)); };
}

HttpResponse OperatorPages::Answer(const HttpRequest& request) {
  const bool known =
      request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
  if (!known) return {.status = 404, .body = "there are /metrics, /healthz and /readyz\n"};
  if (request.method != "GET" && request.method != "HEAD") {
    return {.status = 405, .body = "this page is for GET\n"};
  }
  if (request.path == "/healthz") return {.body = "alive\n"};
  std::lock_guard lock(mutex_);
  if (engine_ == nullptr) return {.status = 503, .body = "starting or stopping\n"};
  if (request.path == "/readyz") return {.body = "ready\n"};
  return {.content_type = kMetricsContentType,
          .body = MetricsText(api::GetStatus(*engine_),
                              {.version = ASLD_VERSION, .started = engine_->started()})};
}

}  // namespace engine
