// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// History records: all events of one transition in one row, under the id of the first. A payload's
// text is stored by the event that introduces it; every other event has a reference to that place.
// What follows from the events before, or from the definition, is not stored:
//
//   record := version:u8 time:signed event*       `time` in ms after the execution number's
//   event  := type:u8                             all as usual
//           | (0x80|type):u8 parts:varint part*   the parts that are not, in the order of Part
//
// Usual is: the previous event is the one before; the state is that of the event before (of the
// first event: state 0); the payload is that of the event before that had one; name and resource
// are NamesOf the state; nothing else.
#include <cassert>

#include "engine/records.h"
#include "engine/row.h"
#include "engine/tables.h"

namespace engine {
namespace {

using storage::AppendBytes;
using storage::AppendSignedVarint;
using storage::AppendVarint;
using storage::VarintReader;

// Stored: never renumber.
enum Part : uint64_t {
  kPrevious = 1 << 0,   // how far back: varint
  kState = 1 << 1,      // varint
  kRef = 1 << 2,        // ref; event 0: no payload
  kText = 1 << 3,       // bytes, introduced here
  kName = 1 << 4,       // bytes
  kErrorName = 1 << 5,  // bytes
  kCause = 1 << 6,      // bytes
  kTimeout = 1 << 7,    // signed, s
  kHeartbeat = 1 << 8,  // signed, s
  kResource = 1 << 9,   // bytes × 4: resource, its type (either empty: as usual), region, role
  kLength = 1 << 10,    // signed
  kIndex = 1 << 11,     // signed
  kAssigned = 1 << 12,  // bytes
  kLocation = 1 << 13,  // bytes
};
constexpr uint8_t kHasParts = 0x80;

// What the events before leave for the next one.
struct Usual {
  asl::StateIndex state{};
  asl::PayloadRef payload;
};

// What an event shows without being told, beside its names.
std::string_view RoleOf(const Revision& revision, asl::EventType type) {
  return type == asl::EventType::kExecutionStarted ? std::string_view(revision.role_arn) : "";
}

bool HasPayload(asl::EventType type) {
  return asl::PayloadFieldOf(type) != asl::PayloadField::kNone && asl::ShowsPayload(type);
}

// The state matters to an event whose names follow from it.
bool NeedsState(const asl::EventNames& names) {
  return !names.name.empty() || !names.resource.empty();
}

// From what is shown without being told.
bool Differs(const std::string& told, std::string_view shown) {
  return !told.empty() && told != shown;
}

uint64_t PartsOf(const Revision& revision, const asl::HistoryEvent& event, Usual& usual) {
  uint64_t parts = 0;
  if (event.previous + 1 != event.id) parts |= kPrevious;
  const asl::EventNames names = asl::NamesOf(*revision.program, event.state, event.type);
  if (event.state != usual.state && NeedsState(names)) {
    parts |= kState;
    usual.state = event.state;
  }
  const asl::PayloadRef& ref = event.payload.ref;
  if (ref.event == event.id) {
    parts |= kText;
  } else if (HasPayload(event.type) ? ref != usual.payload : ref.event != asl::EventId::kNone) {
    parts |= kRef;
  }
  if (HasPayload(event.type)) usual.payload = ref;
  if (Differs(event.name, names.name)) parts |= kName;
  if (event.error.name) parts |= kErrorName;
  if (event.error.cause) parts |= kCause;
  if (event.length) parts |= kLength;
  if (event.index) parts |= kIndex;
  if (event.assigned != nullptr) parts |= kAssigned;
  if (!event.location.empty()) parts |= kLocation;
  if (event.timeout_s) parts |= kTimeout;
  if (event.heartbeat_s) parts |= kHeartbeat;
  if (Differs(event.resource, names.resource) ||
      Differs(event.resource_type, names.resource_type) ||
      event.role_arn != RoleOf(revision, event.type) || !event.region.empty()) {
    parts |= kResource;
  }
  return parts;
}

absl::Status AppendEvent(const Revision& revision, const asl::HistoryEvent& event, Usual& usual,
                         std::string* row) {
  const asl::Payload& payload = event.payload;
  if (payload.ref.event > event.id)
    return absl::InternalError("an event refers to a payload of a later event");
  const uint64_t parts = PartsOf(revision, event, usual);
  if ((parts & kText) != 0 && (!payload.loaded() || payload.ref.offset != 0 ||
                               payload.text->size() != payload.ref.length)) {
    return absl::InternalError("an event introduces a payload without its whole text");
  }
  const auto type = static_cast<uint8_t>(event.type);
  assert(type < kHasParts);
  row->push_back(static_cast<char>(parts == 0 ? type : type | kHasParts));
  if (parts == 0) return absl::OkStatus();
  AppendVarint(parts, row);
  if ((parts & kPrevious) != 0)
    AppendVarint(static_cast<uint64_t>(asl::ToInt(event.id) - asl::ToInt(event.previous)), row);
  if ((parts & kState) != 0) AppendVarint(static_cast<uint64_t>(event.state), row);
  if ((parts & kRef) != 0) AppendRef(payload.ref, row);
  if ((parts & kText) != 0) AppendBytes(*payload.text, row);
  if ((parts & kName) != 0) AppendBytes(event.name, row);
  if ((parts & kErrorName) != 0) AppendBytes(*event.error.name, row);
  if ((parts & kCause) != 0) AppendBytes(*event.error.cause, row);
  if ((parts & kTimeout) != 0) AppendSignedVarint(*event.timeout_s, row);
  if ((parts & kHeartbeat) != 0) AppendSignedVarint(*event.heartbeat_s, row);
  if ((parts & kResource) != 0) {
    for (const std::string* text :
         {&event.resource, &event.resource_type, &event.region, &event.role_arn}) {
      AppendBytes(*text, row);
    }
  }
  if ((parts & kLength) != 0) AppendSignedVarint(*event.length, row);
  if ((parts & kIndex) != 0) AppendSignedVarint(*event.index, row);
  if ((parts & kAssigned) != 0) AppendBytes(*event.assigned, row);
  if ((parts & kLocation) != 0) AppendBytes(event.location, row);
  return absl::OkStatus();
}

void TakePayload(VarintReader& row, uint64_t parts, Usual& usual, asl::HistoryEvent& event) {
  if ((parts & kText) != 0) {
    event.payload.text = std::make_shared<const std::string>(row.Bytes());
    event.payload.ref = {.event = event.id,
                         .field = asl::PayloadFieldOf(event.type),
                         .offset = 0,
                         .length = static_cast<uint32_t>(event.payload.text->size())};
  } else if ((parts & kRef) != 0) {
    event.payload.ref = TakeRef(row);
  } else if (HasPayload(event.type)) {
    event.payload.ref = usual.payload;
  }
  if (HasPayload(event.type)) usual.payload = event.payload.ref;
}

// `event` has its id and time already. `revision`: see ReadHistory.
void TakeEvent(VarintReader& row, const Revision* revision, Usual& usual,
               asl::HistoryEvent& event) {
  const uint8_t type = row.Octet();
  event.type = static_cast<asl::EventType>(type & ~kHasParts);
  const uint64_t parts = (type & kHasParts) != 0 ? row.Number() : 0;
  event.previous = asl::EventId{
      asl::ToInt(event.id) - ((parts & kPrevious) != 0 ? static_cast<int64_t>(row.Number()) : 1)};
  if ((parts & kState) != 0) usual.state = asl::StateIndex{static_cast<uint32_t>(row.Number())};
  event.state = usual.state;
  TakePayload(row, parts, usual, event);
  if ((parts & kName) != 0) event.name = row.Bytes();
  if ((parts & kErrorName) != 0) event.error.name = row.Bytes();
  if ((parts & kCause) != 0) event.error.cause = row.Bytes();
  if ((parts & kTimeout) != 0) event.timeout_s = row.Signed();
  if ((parts & kHeartbeat) != 0) event.heartbeat_s = row.Signed();
  if ((parts & kResource) != 0) {
    for (std::string* text :
         {&event.resource, &event.resource_type, &event.region, &event.role_arn}) {
      *text = row.Bytes();
    }
  } else if (revision != nullptr) {
    event.role_arn = RoleOf(*revision, event.type);
  }
  if (revision != nullptr) asl::ShowNames(*revision->program, &event);
  if ((parts & kLength) != 0) event.length = row.Signed();
  if ((parts & kIndex) != 0) event.index = row.Signed();
  if ((parts & kAssigned) != 0) {
    event.assigned = std::make_shared<const std::string>(row.Bytes());
  }
  if ((parts & kLocation) != 0) event.location = row.Bytes();
}

}  // namespace

absl::Status PutHistory(const Revision& revision, ExecutionNumber execution,
                        const std::vector<asl::HistoryEvent>& events, storage::Batch& batch) {
  assert(!events.empty());
  static thread_local std::string row;  // kept for its memory
  row.assign(1, kRowVersion);
  AppendSignedVarint(events.front().time - TimeOf(execution), &row);
  asl::EventId expected = events.front().id;
  Usual usual;
  for (const asl::HistoryEvent& event : events) {
    if (event.id != expected || event.previous >= event.id) {
      return absl::InternalError("events of a transition are not dense or point forward");
    }
    expected = expected + 1;
    if (absl::Status s = AppendEvent(revision, event, usual, &row); !s.ok()) return s;
  }
  batch.Put(kHistory, HistoryKey(execution, events.front().id), row);
  return absl::OkStatus();
}

absl::Status AppendHistory(const Revision* revision, std::string_view key, std::string_view bytes,
                           std::vector<asl::HistoryEvent>& events) {
  const std::optional<HistoryKeyParts> parts = DecodeHistoryKey(key);
  if (!parts) return absl::DataLossError("a key of table 'history' is malformed");
  VarintReader row(bytes);
  if (row.Octet() != kRowVersion) return MalformedRow("history");
  const asl::Millis time = TimeOf(parts->execution) + row.Signed();
  asl::EventId next = parts->first;
  Usual usual;
  while (row.ok() && !row.AtEnd()) {
    asl::HistoryEvent& event = events.emplace_back();
    event.id = next;
    event.time = time;
    TakeEvent(row, revision, usual, event);
    next = next + 1;
  }
  if (!row.ok() || next == parts->first) return MalformedRow("history");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<asl::HistoryEvent>> ReadHistory(const Revision* revision,
                                                           std::string_view key,
                                                           std::string_view bytes) {
  std::vector<asl::HistoryEvent> events;
  if (absl::Status s = AppendHistory(revision, key, bytes, events); !s.ok()) return s;
  return events;
}

}  // namespace engine
