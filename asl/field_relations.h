// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the fields of one object say together: one of several, one only beside another. The fields
// themselves are the table of rules.cc. Private to validation; one thread.
#pragma once

#include <string>

#include "asl/rules.h"

namespace asl {

// REQUIRES: the fields were checked; values of a wrong type are passed over.
void CheckRelations(Scope scope, const Json& object, const std::string& location,
                    Problems* problems);

}  // namespace asl
