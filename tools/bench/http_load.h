// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Many HTTP connections to one server from one thread, each of which sends a request, waits for the
// answer, and asks its owner what comes next. Ten thousand that wait cost memory only. Knows nothing
// of what is said. Used by the benchmarks and by tests of the server's limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace bench {

// A whole request of AWS's JSON protocol, as bytes.
std::string AwsCall(std::string_view operation, std::string_view body);
// The same bytes to a handler that does nothing.
std::string EmptyCall(std::string_view operation, std::string_view body);
std::string HttpGet(std::string_view path);

class HttpLoad {
 public:
  struct Step {
    std::string request;
    int64_t delay_us = 0;  // before it is sent
  };
  struct Answer {
    int status = 0;
    std::string body;
  };
  // Called on the thread of Run: first with no answer, then after each; nullopt: this connection
  // says no more, and stays open.
  using Next = std::function<std::optional<Step>(size_t connection, const Answer* last)>;

  HttpLoad(int port, size_t connections, Next next);
  ~HttpLoad();

  // Raises the limit of open files as far as `connections` need. False: it cannot be.
  static bool MayOpen(size_t connections);

  // Until every connection has said its last; an error when one of them broke.
  absl::Status Run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bench
