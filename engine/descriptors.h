// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The process's limit of open files, each connection of which is one. Used by main before anything
// is opened, and by the doctor.
#pragma once

#include <cstddef>

namespace engine {

// What the store, gRPC, workers and logs may take besides connections of HTTP.
inline constexpr size_t kDescriptorsBesides = 2'048;

// Raises the limit as far as it may for that many connections. How many can be had, at most as many
// as asked for; says so in the log when they are fewer.
size_t RaiseDescriptors(size_t connections);

}  // namespace engine
