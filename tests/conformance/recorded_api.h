// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// aws-recorded, kind api: the recorded calls, made one after the other to an engine of their own by
// AWS's JSON protocol, and their answers compared.
#pragma once

#include "tests/conformance/corpus.h"

namespace conformance {

// REQUIRES: WhyNotCalled(one) is empty.
Verdict RunCalls(const Case& one);

}  // namespace conformance
