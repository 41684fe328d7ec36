// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/task.h"

namespace workers {
namespace {

constexpr std::string_view kActivityPrefix = "activity:";
constexpr std::string_view kCallPrefix = "call:";

}  // namespace

std::string ActivityQueue(const std::string& activity) {
  return std::string(kActivityPrefix) + activity;
}

std::optional<std::string_view> ActivityOf(std::string_view queue) {
  if (!queue.starts_with(kActivityPrefix)) return std::nullopt;
  return queue.substr(kActivityPrefix.size());
}

std::string CallQueue(std::string_view service, std::string_view what) {
  std::string queue(kCallPrefix);
  queue.append(service).append(":").append(what);
  return queue;
}

std::optional<CallParts> CallOf(std::string_view queue) {
  if (!queue.starts_with(kCallPrefix)) return std::nullopt;
  queue.remove_prefix(kCallPrefix.size());
  const size_t colon = queue.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return CallParts{queue.substr(0, colon), queue.substr(colon + 1)};
}

}  // namespace workers
