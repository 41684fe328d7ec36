// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/routes.h"

#include <algorithm>
#include <utility>

#include "asl/arn.h"
#include "engine/tasks.h"
#include "fmt/format.h"
#include "workers/task.h"

namespace engine {
namespace {

constexpr std::string_view kFunctionPart = ":function:";
// AWS: a function's name with its whole ARN; Lambda refuses longer ones, whatever they name.
constexpr size_t kFunctionBytesMax = 140;

struct FunctionNames {
  std::string name;
  std::string arn;
};

// `function` without a qualifier: up to the end of its name.
std::string_view Unqualified(std::string_view function) {
  const size_t part = function.find(kFunctionPart);
  const size_t begin = part == std::string_view::npos ? 0 : part + kFunctionPart.size();
  return function.substr(0, function.find(':', begin));
}

FunctionNames NamesOf(std::string_view function, const ArnScope& scope) {
  function = Unqualified(function);
  const size_t part = function.find(kFunctionPart);
  if (part == std::string_view::npos)
    return {std::string(function),
            fmt::format("arn:aws:lambda:{}:{}:function:{}", scope.region, scope.account, function)};
  const std::string_view name = function.substr(part + kFunctionPart.size());
  if (function.starts_with("arn:")) return {std::string(name), std::string(function)};
  return {std::string(name), fmt::format("arn:aws:lambda:{}:{}", scope.region, function)};
}

bool IsToWorkers(const Route& route) {
  return std::holds_alternative<workers::ToWorkers>(route.target);
}

}  // namespace

// The last '*' seen is where to try again when the rest does not match.
bool MatchesPattern(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, after = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view TargetName(const workers::FunctionTarget& target) {
  if (std::holds_alternative<workers::ToLambda>(target)) return "lambda";
  return std::holds_alternative<workers::ToMock>(target) ? "mock" : "worker";
}

Routes::Routes(std::vector<Route> routes, Route fallback, ArnScope scope)
    : routes_(std::move(routes)), scope_(std::move(scope)) {
  fallback.pattern = std::string(1, '*');  // assigning a literal makes GCC 12 see a false overlap
  routes_.push_back(std::move(fallback));
  workers_only_ = std::all_of(routes_.begin(), routes_.end(), IsToWorkers);
}

const Route& Routes::Find(std::string_view function) const {
  const FunctionNames names = NamesOf(function, scope_);
  return *std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
    const bool of_arn = route.pattern.find(':') != std::string::npos;
    return MatchesPattern(route.pattern, of_arn ? names.arn : names.name);
  });
}

workers::FunctionTarget Routes::TargetOf(std::string_view function) const {
  workers::FunctionTarget target = Find(function).target;
  auto* const lambda = std::get_if<workers::ToLambda>(&target);
  if (lambda == nullptr || !lambda->region.empty()) return target;
  const std::string arn = NamesOf(function, scope_).arn;
  if (const std::optional<asl::Arn> parts = asl::ParseArn(arn)) lambda->region = parts->region;
  return target;
}

std::string Routes::QueueFor(const asl::TaskTarget& target, bool by_call_only) const {
  const bool function =
      target.kind == asl::TaskKind::kLambdaFunction || target.kind == asl::TaskKind::kLambdaInvoke;
  if (!function || (workers_only_ && !by_call_only)) return QueueOf(target);
  const std::string_view called = Unqualified(target.resource);
  if (!by_call_only && IsToWorkers(Find(called))) return QueueOf(target);
  // Lambda refuses one that is too long, and so it refuses none; the queue must have a name.
  return workers::CallQueue("lambda", called.size() > kFunctionBytesMax ? "" : called);
}

RouteTable::RouteTable(ArnScope scope, Source source)
    : source_(std::move(source)),
      routes_(std::make_shared<const Routes>(std::vector<Route>{}, Route{.origin = "default"},
                                             std::move(scope))) {}

absl::Status RouteTable::Reload() {
  if (!source_) return absl::OkStatus();
  absl::StatusOr<RoutesPtr> routes = source_();
  if (!routes.ok()) return routes.status();
  std::lock_guard lock(mutex_);
  routes_ = *std::move(routes);
  version_.fetch_add(1);
  return absl::OkStatus();
}

RoutesPtr RouteTable::get() const {
  std::lock_guard lock(mutex_);
  return routes_;
}

void RouteTable::Renew(RoutesPtr* cached, uint64_t* seen) const {
  if (version_.load() == *seen) return;
  std::lock_guard lock(mutex_);
  *cached = routes_;
  *seen = version_.load();
}

}  // namespace engine
