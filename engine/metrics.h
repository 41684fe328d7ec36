// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine's status as Prometheus reads it. The names are a promise to dashboards: they are added
// to, never renamed. The one label is a queue's name, and queues are cut at kQueuesMax, so the
// number of series is bounded whatever users deploy.
#pragma once

#include <cstddef>
#include <string>

#include "engine/api/operator.h"

namespace engine {

inline constexpr size_t kMetricsQueuesMax = 200;
inline constexpr char kMetricsContentType[] = "text/plain; version=0.0.4; charset=utf-8";

struct ServerFacts {
  std::string version;
  asl::Millis started;
};
std::string MetricsText(const api::ServerStatus& status, const ServerFacts& facts);

}  // namespace engine
