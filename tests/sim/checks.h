// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Where every checker reports. The first failure is kept and ends the run: what follows from it
// would only mislead. Owned by the run, handed down by pointer; one thread.
#pragma once

#include <string>
#include <utility>

namespace sim {

class Checks {
 public:
  // `rule` is what must hold, `found` what was seen instead.
  void Fail(std::string rule, std::string found) {
    if (failed_) return;
    failed_ = true;
    rule_ = std::move(rule);
    found_ = std::move(found);
  }
  bool failed() const { return failed_; }
  const std::string& rule() const { return rule_; }
  const std::string& found() const { return found_; }

 private:
  bool failed_ = false;
  std::string rule_, found_;
};

}  // namespace sim
