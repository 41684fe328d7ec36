// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which target a function's tasks go to: the section `routes` of the configuration file, read from
// top to bottom, the first line that matches decides. A Task takes its route when it is scheduled:
// to workers, or to be called by this process; where and how often at once it is called is looked up
// when it is. So a change reaches every Task that is scheduled later, and every call that begins
// later.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/definition.h"
#include "engine/ids.h"
#include "workers/function_target.h"

namespace engine {

struct Route {
  // '*' is any text, '?' any one character. One without a colon is of the function's name; others
  // are of its ARN, without a qualifier.
  std::string pattern;
  workers::FunctionTarget target;
  std::string origin;  // "asld.yaml:12", "LAMBDA_ENDPOINT", "default"
};

// Immutable; any thread.
class Routes {
 public:
  // `fallback` matches whatever no other does.
  Routes(std::vector<Route> routes, Route fallback, ArnScope scope);

  // `function`: a name, an ARN or "ACCOUNT:function:NAME"; a qualifier plays no part.
  const Route& Find(std::string_view function) const;
  // The target of that one; to Lambda, with a region: the function's where the route has none.
  workers::FunctionTarget TargetOf(std::string_view function) const;
  // In their order, the fallback last.
  const std::vector<Route>& list() const { return routes_; }
  // Where the Task waits. `by_call_only`: workers cannot do it.
  std::string QueueFor(const asl::TaskTarget& target, bool by_call_only) const;

 private:
  std::vector<Route> routes_;
  ArnScope scope_;
  bool workers_only_;  // then nothing needs to be matched
};
using RoutesPtr = std::shared_ptr<const Routes>;

// Those in effect. Any thread; owned by the engine.
class RouteTable {
 public:
  using Source = std::function<absl::StatusOr<RoutesPtr>()>;

  // Without a source everything goes to workers.
  RouteTable(ArnScope scope, Source source);
  // Reads the source again. When that fails, what was in effect stays.
  absl::Status Reload();
  RoutesPtr get() const;
  // Renews `*cached` if it is not the newest; takes no lock otherwise. `*seen` belongs to it.
  void Renew(RoutesPtr* cached, uint64_t* seen) const;

 private:
  const Source source_;
  std::atomic<uint64_t> version_ = 1;
  mutable std::mutex mutex_;
  RoutesPtr routes_;  // guarded by mutex_
};

// "to worker", "to lambda http://… " as people read it, and the parts of it.
std::string_view TargetName(const workers::FunctionTarget& target);

bool MatchesPattern(std::string_view pattern, std::string_view text);

}  // namespace engine
