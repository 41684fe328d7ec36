// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/message.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "asl/dataflow.h"
#include "asl/json.h"
#include "asl/limits.h"
#include "engine/ids.h"
#include "engine/records.h"
#include "engine/source_board.h"
#include "fmt/format.h"

namespace engine::sources {
namespace {

using asl::Json;
using workers::aws::SqsMessage;

constexpr size_t kNameMax = 80;  // of an execution

void AddAttributes(const std::string& json, asl::JsonWriter& out) {
  out.BeginObject();
  const asl::JsonParse parsed = asl::ParseJson(json);
  if (parsed.ok() && parsed.value->is_object()) {
    for (const asl::JsonMember& attribute : parsed.value->members()) {
      out.Key(attribute.key).BeginObject();
      for (const asl::JsonMember& part : attribute.value.members()) {
        std::string key(part.key);  // StringValue, BinaryValue, DataType
        if (!key.empty()) key[0] = static_cast<char>(key[0] | 0x20);
        out.Key(key).Value(part.value);
      }
      out.EndObject();
    }
  }
  out.EndObject();
}

std::string EventOf(const SqsMessage& message, bool body_is_json) {
  asl::JsonWriter event;
  event.BeginObject().Key("messageId").String(message.id).Key("body");
  if (body_is_json) {
    event.Raw(message.body);
  } else {
    event.String(message.body);
  }
  event.Key("attributes").BeginObject();
  for (const auto& [name, value] : message.attributes) event.Key(name).String(value);
  event.EndObject().Key("messageAttributes");
  AddAttributes(message.message_attributes, event);
  event.Key("eventSource").String("aws:sqs").EndObject();
  return event.Take();
}

Reading Poisoned(std::string why) { return {Reading::Verdict::kPoison, std::move(why)}; }

bool Wanted(const Options& options, const Json& event) {
  return options.filters.empty() ||
         std::any_of(options.filters.begin(), options.filters.end(),
                     [&event](const Pattern& filter) { return filter.Matches(event); });
}

Reading Fill(const Options& options, const std::string& event) {
  const asl::Lazy input = asl::Lazy::FromText(event);
  asl::ContextObject context([](bool) { return std::string("{}"); });
  asl::OrError<asl::Text> text = options.input->Evaluate(input, context);
  if (!text.ok()) {
    return Poisoned(
        fmt::format("the input template cannot be filled: {}", text.error().cause.value_or("")));
  }
  return {Reading::Verdict::kStart, **text};
}

}  // namespace

Reading Read(const Options& options, const SqsMessage& message) {
  const std::optional<asl::JsonError> not_json = asl::ValidateJson(message.body);
  if (!options.filters.empty() || options.input) {
    const std::string event = EventOf(message, !not_json);
    const asl::JsonParse parsed = asl::ParseJson(event);
    if (!parsed.ok()) return Poisoned(fmt::format("not readable: {}", parsed.error.message));
    if (!Wanted(options, *parsed.value)) return {Reading::Verdict::kUnwanted, ""};
    if (options.input) {
      Reading reading = Fill(options, event);
      if (reading.text.size() <= asl::kPayloadBytesMax) return reading;
      return Poisoned(fmt::format("the input would have {} bytes, and at most {} are allowed",
                                  reading.text.size(), asl::kPayloadBytesMax));
    }
  }
  if (message.body.size() > asl::kPayloadBytesMax) {
    return Poisoned(fmt::format("the body has {} bytes, and an input at most {}",
                                message.body.size(), asl::kPayloadBytesMax));
  }
  if (not_json) return Poisoned(fmt::format("the body is not JSON: {}", not_json->message));
  return {Reading::Verdict::kStart, message.body};
}

std::string ExecutionNameOf(const std::string& message_id) {
  const bool plain = !message_id.empty() &&
                     message_id.size() <= kNameMax - (sizeof(kMessageExecutionPrefix) - 1) &&
                     std::all_of(message_id.begin(), message_id.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                     });
  if (plain) return kMessageExecutionPrefix + message_id;
  std::string name = kMessageExecutionPrefix;
  for (const char byte : HashText(HashBytes(message_id))) {
    name += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return name;
}

int64_t ReceiveCount(const SqsMessage& message) {
  const auto found = message.attributes.find("ApproximateReceiveCount");
  int64_t count = 1;
  if (found == message.attributes.end() || !absl::SimpleAtoi(found->second, &count)) return 1;
  return std::max<int64_t>(count, 1);
}

absl::Duration ReturnDelay(int64_t receive_count) {
  if (receive_count <= 1) return absl::ZeroDuration();
  const int64_t doublings = std::min<int64_t>(receive_count - 2, 10);
  return std::min(absl::Seconds(int64_t{1} << doublings), kReturnDelayMax);
}

}  // namespace engine::sources
