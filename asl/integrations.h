// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The optimized service integrations of Step Functions: which service and action, with which
// patterns, with which parameters at least (AWS guide "Integrating optimized services" and its page
// per service; the API reference of each for what is required). Constants; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace asl {

// How a Task and the service that it calls end. Bits, so that an integration can offer several.
enum Pattern : uint8_t {
  kRequestResponse = 1 << 0,
  kRunJob = 1 << 1,        // .sync: the Task ends with the job
  kRunJobParsed = 1 << 2,  // .sync:2: and its output is JSON, not text
  kCallback = 1 << 3,      // .waitForTaskToken
};

struct Integration {
  std::string_view service;
  std::string_view action;
  uint8_t patterns;
  std::array<std::string_view, 3> required = {};  // parameters; "" pads
};

// nullptr: there is no such integration.
const Integration* FindIntegration(std::string_view service, std::string_view action);

}  // namespace asl
