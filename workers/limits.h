// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every limit of this room. A worker that breaks one is refused with a text that names it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace workers {

inline constexpr size_t kInstanceBytesMax = 128;
inline constexpr size_t kWorkerNameBytesMax = 256;
// AWS allows 140 characters for a function's name and 80 for an activity's; the rest is room for
// "activity:".
inline constexpr size_t kQueueNameBytesMax = 160;
inline constexpr size_t kQueuesPerWorkerMax = 1000;
inline constexpr uint32_t kSlotsMax = 100'000;
// A worker holds at most one task per slot, and for a moment those that were withdrawn while they
// ran.
inline constexpr size_t kHeldMax = 2 * size_t{kSlotsMax};
inline constexpr size_t kTokenBytesMax = 64;

// Where a message is cut: gRPC refuses more than 4 MiB, and the last task may add 256 KiB and its
// names to this.
inline constexpr size_t kMessageBytesMax = size_t{1} << 20;

}  // namespace workers
