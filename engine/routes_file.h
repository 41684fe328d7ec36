// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The section `routes` of the configuration file, and what stands in for it in the environment:
//
//   routes:
//     - match: pay-*                    # a function's name, its ARN, or a list of both
//       to: lambda                      # or worker, mock, default
//       endpoint: http://127.0.0.1:3001
//       concurrency: 20
//
// Read at the start and whenever the routes are to be read again. Values; any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "engine/routes.h"

namespace engine {

inline constexpr char kRoutesSection[] = "routes";

// `path`: empty when there is no file. `variable`: as std::getenv; LAMBDA_ENDPOINT, which Step
// Functions Local has, is where functions go that no route names. Errors name FILE:LINE and field.
absl::StatusOr<RoutesPtr> ReadRoutes(const std::string& path, const ArnScope& scope,
                                     const char* (*variable)(const std::string& name));

}  // namespace engine
