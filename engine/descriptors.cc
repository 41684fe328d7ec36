// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "engine/log.h"
#include "fmt/format.h"

namespace engine {

size_t RaiseDescriptors(size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections;
  const rlim_t wanted = connections + kDescriptorsBesides;
  if (limit.rlim_cur < wanted) {
    rlimit raised = limit;
    raised.rlim_cur = std::min(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur >= wanted) return connections;
  const size_t left = limit.rlim_cur > 2 * kDescriptorsBesides
                          ? limit.rlim_cur - kDescriptorsBesides
                          : limit.rlim_cur / 2;
  Log(LogLevel::kWarning, {},
      fmt::format("this process may open {} files, so at most {} HTTP connections instead of {}: "
                  "raise the limit to {} (ulimit -n, LimitNOFILE) or lower http-connections",
                  limit.rlim_cur, left, connections, wanted));
  return std::max<size_t>(left, 1);
}

}  // namespace engine
