// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/credentials.h"

#include <ostream>

namespace workers::aws {

void PrintTo(const Secret&, std::ostream* out) { *out << "(hidden)"; }

}  // namespace workers::aws
