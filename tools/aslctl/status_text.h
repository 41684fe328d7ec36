// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the engine says of itself, as text for people and as JSON, and what is wrong in it. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/aslctl/style.h"

namespace asld::v1 {
class Status;
}

namespace aslctl {

std::string StatusText(const asld::v1::Status& status, const Style& style);
nlohmann::ordered_json StatusJson(const asld::v1::Status& status);

// One screen of `top`: rates from two looks, `earlier` the older one.
std::string TopText(const asld::v1::Status& earlier, const asld::v1::Status& status,
                    const Style& style);

// "1.5 GiB".
std::string Bytes(uint64_t bytes);

// One thing that was looked at.
struct Check {
  enum class Verdict { kGood, kWarning, kBad };
  std::string name;
  Verdict verdict = Verdict::kGood;
  std::string finding;
  std::string fix;  // empty when there is nothing to do
};
// `asked_ms` and `answered_ms`: this machine's clock around the call.
std::vector<Check> Examine(const asld::v1::Status& status, int64_t asked_ms, int64_t answered_ms);

}  // namespace aslctl
