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
inline constexpr size_t kVariablesBytesMax =
    10'485'760;  // all variables that a state can see; AWS guide "Passing data between states
                 // with variables"
inline constexpr int kJsonDepthMax = 1'000;  // ours: Jackson's own default, which AWS's parser has
inline constexpr int64_t kHistoryEventsMax = 25'000;      // this event is the failure
inline constexpr uint32_t kInlineMapConcurrencyMax = 40;  // AWS guide "Map state: inline mode"
inline constexpr uint32_t kBranchesMax = 65'535;  // ours: a branch's number is half of a frame id
inline constexpr int kEventsPerAdvanceMax = 256;  // ours: keeps one transition's batch small
inline constexpr size_t kStateNameMax = 80;       // characters
inline constexpr size_t kVariableNameMax = 80;    // characters
inline constexpr size_t kLabelMax = 40;           // characters; AWS guide "Map state: distributed"
inline constexpr int64_t kSecondsMax = 99'999'999;  // IntervalSeconds, TimeoutSeconds, Wait
inline constexpr int64_t kWaitSecondsMax =
    2'147'483'647;  // from now to a Wait's Timestamp; recorded
inline constexpr int64_t kMaxDelaySecondsMax = 31'622'400;
inline constexpr int64_t kItemsMax = 100'000'000;  // MaxItems; AWS guide "ItemReader"
inline constexpr size_t kErrorNameMax = 256;       // API reference: error, sensitive error
inline constexpr size_t kErrorCauseMax = 32'768;   // API reference: cause

// AWS guide "Intrinsics for JSONPath states".
inline constexpr int kCallDepthMax = 10;          // calls within calls
inline constexpr int64_t kArrayRangeMax = 1'000;  // items of ArrayRange
inline constexpr size_t kCallTextMax = 10'000;    // characters: Base64Encode, Base64Decode, Hash
// Ours: what one template or call may build; calls in calls would otherwise double what they are
// given. Far above kPayloadBytesMax, because what is built may be cut down again.
inline constexpr size_t kBuiltBytesMax = 8'388'608;

}  // namespace asl
