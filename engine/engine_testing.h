// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What tests of a whole engine share: waiting for the answer of a call that replies later, and a
// small definition. Any thread but the engine's own.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "fmt/format.h"

namespace engine {

// `call` gets a function that takes the answer, and may be called from any thread, once.
template <typename T, typename Call>
absl::StatusOr<T> Get(Call call) {
  auto done = std::make_shared<std::promise<absl::StatusOr<T>>>();
  call([done](absl::StatusOr<T> result) { done->set_value(std::move(result)); });
  return done->get_future().get();
}

// A state machine of one Pass state; another one for each n.
inline std::string Pass(int n) {
  return fmt::format(R"({{"StartAt": "P", "States": {{"P": {{"Type": "Pass", "Result": {}, "End": )"
                     R"(true}}}}}})",
                     n);
}

}  // namespace engine
