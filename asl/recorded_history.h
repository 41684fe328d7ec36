// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For recorded_test.cc: a driver's history as GetExecutionHistory shows it, and the comparison with
// a recording, whose placeholders are described in the corpus' README ("How recorded values must be
// matched").
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "asl/test_driver.h"

namespace asl {

using OrderedJson = nlohmann::ordered_json;

OrderedJson HistoryJson(const TestDriver& driver);

// The first difference, as "path: expected … found …"; empty when the recording fits. `words` are
// the case's own replacements: values that stand for anything.
std::string Compare(const OrderedJson& recorded, const OrderedJson& found,
                    const std::vector<std::string>& words);

}  // namespace asl
