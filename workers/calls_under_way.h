// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The calls that a service has made for Tasks and that have not been answered, by token, so that a
// Task's end can cancel its call. Owned by the service; the transport's thread alone.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "workers/aws/client.h"

namespace workers {

class CallsUnderWay {
 public:
  void Add(const std::string& token, aws::Client* client, uint64_t call) {
    calls_[token] = {client, call};
  }
  void Answered(const std::string& token) { calls_.erase(token); }
  // Nothing when it has been answered.
  void Cancel(const std::string& token) {
    const auto found = calls_.find(token);
    if (found == calls_.end()) return;
    const Call call = found->second;
    calls_.erase(found);
    call.client->Cancel(call.number);
  }

 private:
  struct Call {
    aws::Client* client;
    uint64_t number;
  };
  std::unordered_map<std::string, Call> calls_;
};

}  // namespace workers
