// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every limit of the language in one place, each with its source (AWS guide "Service quotas" unless
// said).
#pragma once

#include <cstddef>
#include <cstdint>

namespace asl {

inline constexpr size_t kDefinitionBytesMax =
    1'048'576;  // API reference, CreateStateMachine: definition
inline constexpr size_t kPayloadBytesMax =
    262'144;  // input, output or result of a task, state or execution
inline constexpr int kJsonDepthMax = 1'000;  // ours: Jackson's own default, which AWS's parser has
inline constexpr int64_t kHistoryEventsMax = 25'000;  // this event is the failure
inline constexpr int kEventsPerAdvanceMax = 256;      // ours: keeps one transition's batch small
inline constexpr size_t kStateNameMax = 80;           // characters
inline constexpr int64_t kSecondsMax = 99'999'999;    // IntervalSeconds, TimeoutSeconds, Wait
inline constexpr int64_t kMaxDelaySecondsMax = 31'622'400;
inline constexpr size_t kErrorNameMax = 256;      // API reference: error, sensitive error
inline constexpr size_t kErrorCauseMax = 32'768;  // API reference: cause

}  // namespace asl
