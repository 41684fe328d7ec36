// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a service of AWS answered besides its body: Step Functions shows it in the results of some
// integrations. Plain data, any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace asl {

struct HttpAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // as they came
  std::string request_id;
};

}  // namespace asl
