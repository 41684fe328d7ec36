// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A client that outlives the engine: every call but one waits until the engine is there, and is
// made again when the engine went away before it answered. Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asld/v1/workflows.pb.h"

namespace kill_test {

class EngineCalls {
 public:
  explicit EngineCalls(const std::string& address);
  ~EngineCalls();

  absl::Status Create(const std::string& name, const std::string& definition);
  // The execution's ARN. A name that was taken by an earlier try of the same call counts as
  // started.
  absl::StatusOr<std::string> Start(const std::string& machine, const std::string& name,
                                    const std::string& input);
  // The same once: UNAVAILABLE when the engine is not there or goes away.
  absl::StatusOr<std::string> TryStart(const std::string& machine, const std::string& name,
                                       const std::string& input);
  absl::Status Stop(const std::string& arn);
  absl::StatusOr<asld::v1::Execution> Wait(const std::string& arn);
  absl::StatusOr<asld::v1::Execution> Describe(const std::string& arn);
  absl::StatusOr<std::vector<asld::v1::HistoryEvent>> History(const std::string& arn);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kill_test
