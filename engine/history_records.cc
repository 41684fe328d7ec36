// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// History records: all events of one transition in one row, under the id of the first. A payload's text is stored by the
// event that introduces it; every other event has a reference to that place.
#include <cassert>

#include "asld/stored/records.pb.h"
#include "engine/records.h"
#include "engine/row.h"
#include "engine/tables.h"

namespace engine {

namespace stored = asld::stored::v1;

namespace {

void SetIfAny(const std::string& text, std::string* (stored::Event::*mutable_field)(), stored::Event& row) {
  if (!text.empty()) *(row.*mutable_field)() = text;
}

absl::Status WriteEvent(const asl::HistoryEvent& event, stored::Event& row) {
  row.set_type(static_cast<uint32_t>(event.type));
  row.set_previous(static_cast<uint32_t>(asl::ToInt(event.previous)));
  SetIfAny(event.name, &stored::Event::mutable_name, row);
  SetIfAny(event.resource, &stored::Event::mutable_resource, row);
  SetIfAny(event.resource_type, &stored::Event::mutable_resource_type, row);
  SetIfAny(event.region, &stored::Event::mutable_region, row);
  SetIfAny(event.role_arn, &stored::Event::mutable_role_arn, row);
  const asl::PayloadRef& ref = event.payload.ref;
  if (ref.event == event.id) {
    if (!event.payload.loaded() || ref.offset != 0 || event.payload.text->size() != ref.length) {
      return absl::InternalError("an event introduces a payload without its whole text");
    }
    row.set_text(*event.payload.text);
  } else if (ref.event != asl::EventId::kNone) {
    if (ref.event > event.id) return absl::InternalError("an event refers to a payload of a later event");
    WriteRef(ref, *row.mutable_ref());
  }
  if (event.error.name) row.set_error(*event.error.name);
  if (event.error.cause) row.set_cause(*event.error.cause);
  if (event.timeout_s) row.set_timeout_s(*event.timeout_s);
  if (event.heartbeat_s) row.set_heartbeat_s(*event.heartbeat_s);
  return absl::OkStatus();
}

asl::HistoryEvent ReadEvent(asl::EventId id, asl::Millis time, stored::Event& row) {
  asl::HistoryEvent event;
  event.type = static_cast<asl::EventType>(row.type());
  event.id = id;
  event.previous = asl::EventId{row.previous()};
  event.time = time;
  event.name = std::move(*row.mutable_name());
  event.resource = std::move(*row.mutable_resource());
  event.resource_type = std::move(*row.mutable_resource_type());
  event.region = std::move(*row.mutable_region());
  event.role_arn = std::move(*row.mutable_role_arn());
  if (row.has_text()) {
    event.payload.text = std::make_shared<const std::string>(std::move(*row.mutable_text()));
    event.payload.ref = {.event = id,
                         .field = asl::PayloadFieldOf(event.type),
                         .offset = 0,
                         .length = static_cast<uint32_t>(event.payload.text->size())};
  } else if (row.has_ref()) {
    event.payload.ref = ReadRef(row.ref());
  }
  if (row.has_error()) event.error.name = row.error();
  if (row.has_cause()) event.error.cause = row.cause();
  if (row.has_timeout_s()) event.timeout_s = row.timeout_s();
  if (row.has_heartbeat_s()) event.heartbeat_s = row.heartbeat_s();
  return event;
}

}  // namespace

absl::Status PutHistory(ExecutionNumber execution, const std::vector<asl::HistoryEvent>& events,
                        storage::Batch& batch) {
  assert(!events.empty());
  // Kept between calls: protobuf reuses the events and strings it has, which saves an allocation for each.
  static thread_local stored::HistoryRecord record;
  record.Clear();
  record.set_time(events.front().time.value);
  asl::EventId expected = events.front().id;
  for (const asl::HistoryEvent& event : events) {
    if (event.id != expected || event.previous >= event.id) {
      return absl::InternalError("events of a transition are not dense or point forward");
    }
    expected = expected + 1;
    if (absl::Status s = WriteEvent(event, *record.add_events()); !s.ok()) return s;
  }
  batch.Put(kHistory, HistoryKey(execution, events.front().id), EncodeRow(record));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<asl::HistoryEvent>> ReadHistory(asl::EventId first, std::string_view bytes) {
  stored::HistoryRecord record;
  if (!DecodeRow(bytes, record) || record.events().empty()) return MalformedRow("history");
  std::vector<asl::HistoryEvent> events;
  events.reserve(static_cast<size_t>(record.events_size()));
  const asl::Millis time{record.time()};
  asl::EventId id = first;
  for (stored::Event& row : *record.mutable_events()) {
    events.push_back(ReadEvent(id, time, row));
    id = id + 1;
  }
  return events;
}

}  // namespace engine
