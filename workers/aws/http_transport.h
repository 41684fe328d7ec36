// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What carries HTTP requests, and runs what is to happen later: one thread that everything above it
// works on, so that nothing above it needs a lock. HttpClient is the real one; tests have one whose
// answers and time they set. Any thread may call.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "absl/time/time.h"
#include "workers/aws/http.h"

namespace workers::aws {

class HttpTransport {
 public:
  // Called on the transport's thread; must not block.
  using Done = std::function<void(HttpResult)>;

  virtual ~HttpTransport() = default;

  // Sends, once: never again by itself, whatever happens. `done` is called exactly once. The number
  // is for Cancel.
  virtual uint64_t Send(HttpRequest request, Done done) = 0;
  // `done` is called with kCancelled, unless it has been or is about to be. Unknown numbers are
  // fine.
  virtual void Cancel(uint64_t id) = 0;
  // Runs `task` on the transport's thread. A task that is not due when the transport ends is
  // dropped.
  virtual void After(absl::Duration delay, std::function<void()> task) = 0;
  // The clock that deadlines are kept by; it never steps.
  virtual std::chrono::steady_clock::time_point Now() = 0;
};

}  // namespace workers::aws
