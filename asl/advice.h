// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a good definition may still be warned of: rules of ours, beyond AWS's, for people who look at
// their definitions before they run them. Answers of AWS's API never hold these. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "asl/definition.h"

namespace asl {

// Codes: CALLBACK_WITHOUT_TIMEOUT, LAMBDA_WITHOUT_RETRY, NEVER_MATCHES, PAYLOAD_TOO_LARGE,
// HISTORY_TOO_LONG, UNKNOWN_VARIABLE, UNREADABLE_VARIABLE, OTHER_LANGUAGE. All are warnings, in the order of the text. `definition` may be anything; what
// Compile refuses as a whole gets no advice.
std::vector<Problem> Advise(std::string_view definition);

}  // namespace asl
