// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// All sources of work of a server: their clients of AWS, one for each set of credentials, region and
// endpoint, and one thread for all of them. Owned by main; stopped before the engine and destroyed
// after the engine has stopped, whose replies come until then.
#pragma once

#include <memory>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/sources/options.h"

namespace engine {

class Engine;

namespace sources {

inline constexpr absl::Duration kStopMax = absl::Seconds(5);

class Sources {
 public:
  // `engine` outlives it. An error says what is wrong with profiles or endpoints.
  static absl::StatusOr<std::unique_ptr<Sources>> Start(std::vector<Options> options,
                                                        Engine* engine);
  ~Sources();

  // Takes no more messages, hands back those that wait, and deletes those that are done, within
  // kStopMax. Idempotent.
  void Stop();

 private:
  struct State;
  explicit Sources(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace sources
}  // namespace engine
