// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/task.h"

namespace workers {
namespace {

constexpr std::string_view kActivityPrefix = "activity:";

}  // namespace

std::string ActivityQueue(const std::string& activity) {
  return std::string(kActivityPrefix) + activity;
}

std::optional<std::string_view> ActivityOf(std::string_view queue) {
  if (!queue.starts_with(kActivityPrefix)) return std::nullopt;
  return queue.substr(kActivityPrefix.size());
}

}  // namespace workers
