// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Where a function's tasks go. Plain data, any thread; made of the configuration by the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace workers {

// Whoever connects and registers its name.
struct ToWorkers {};

// An endpoint that speaks Lambda's Invoke API, AWS's or anybody's.
struct ToLambda {
  static constexpr uint32_t kConcurrency = 256;
  std::string endpoint;  // URL; empty: what the environment and the profile say, else AWS's own
  std::string region;    // empty: the function's
  std::string profile;   // of the shared files; empty: what the environment says
  uint32_t concurrency = kConcurrency;  // invocations of one function at once
};

// Nobody: the answer is fixed.
struct ToMock {
  std::shared_ptr<const std::string> result;  // JSON text; null: it fails
  std::string error;
  std::optional<std::string> cause;
};

using FunctionTarget = std::variant<ToWorkers, ToLambda, ToMock>;

}  // namespace workers
