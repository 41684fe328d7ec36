// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A payload is JSON text that flows through an execution (an input, an output, parameters). It is
// stored once, in the history record of the event that introduced it; everything else refers to
// that place. A Payload is such a reference together with the text when the text is in memory. Text
// is never parsed until a path or an expression needs it, and text that passes through unchanged
// keeps its white space, key order and number spelling, as AWS does. Value types: copied freely
// (the text itself is shared, immutable), any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace asl {

// Ids of history events are dense from 1 in each execution. 0 means "none" (AWS's previousEventId
// 0).
enum class EventId : int64_t { kNone = 0 };
inline EventId operator+(EventId id, int64_t n) { return EventId{static_cast<int64_t>(id) + n}; }
inline int64_t ToInt(EventId id) { return static_cast<int64_t>(id); }

// The field of a history event that holds the text. Stored: never renumber.
// kAssigned: the object of the variables that a …StateExited event assigned, beside its output.
enum class PayloadField : uint8_t {
  kNone = 0,
  kInput = 1,
  kOutput = 2,
  kParameters = 3,
  kAssigned = 4
};

// Where a payload's bytes lie: `length` bytes from `offset` of that field's text in event `event`.
struct PayloadRef {
  EventId event = EventId::kNone;
  PayloadField field = PayloadField::kNone;
  uint32_t offset = 0;
  uint32_t length = 0;
  friend auto operator<=>(const PayloadRef&, const PayloadRef&) = default;
};

using Text = std::shared_ptr<const std::string>;  // the whole text of one event's field

struct Payload {
  PayloadRef ref;
  Text text;  // null when not in memory; then view() must not be called and Advance answers Need

  bool loaded() const { return text != nullptr; }
  // REQUIRES: loaded(), and offset + length within the text.
  std::string_view view() const { return std::string_view(*text).substr(ref.offset, ref.length); }
};

}  // namespace asl
