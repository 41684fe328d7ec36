// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Texts as in field_values.cc.
#include "asl/field_relations.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "asl/errors.h"
#include "asl/retry.h"

namespace asl {
namespace {

enum class Count : uint8_t { kExactlyOne, kAtMostOne };

struct GroupRule {
  uint32_t scopes;
  Count count;
  std::array<std::string_view, 4> fields;  // in the order in which AWS names them; "" pads
};

constexpr uint32_t kWithNext = kWork | kPass | kWait;

constexpr std::array kGroups = std::to_array<GroupRule>({
    {kWithNext, Count::kExactlyOne, {"Next", "End"}},
    {kWait, Count::kExactlyOne, {"SecondsPath", "Seconds", "TimestampPath", "Timestamp"}},
    {kTask, Count::kAtMostOne, {"TimeoutSeconds", "TimeoutSecondsPath"}},
    {kTask, Count::kAtMostOne, {"HeartbeatSeconds", "HeartbeatSecondsPath"}},
    {kMap, Count::kExactlyOne, {"ItemProcessor", "Iterator"}},
    {kMap, Count::kAtMostOne, {"ItemSelector", "Parameters"}},
    {kMap, Count::kAtMostOne, {"MaxConcurrency", "MaxConcurrencyPath"}},
    {kMap, Count::kAtMostOne, {"ToleratedFailureCount", "ToleratedFailureCountPath"}},
    {kMap, Count::kAtMostOne, {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"}},
    {kReaderConfig, Count::kAtMostOne, {"MaxItems", "MaxItemsPath"}},
    {kItemBatcher, Count::kAtMostOne, {"MaxItemsPerBatch", "MaxItemsPerBatchPath"}},
    {kItemBatcher, Count::kAtMostOne, {"MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"}},
    {kFail, Count::kAtMostOne, {"Error", "ErrorPath"}},
    {kFail, Count::kAtMostOne, {"Cause", "CausePath"}},
});

bool IsThere(const Json& object, std::string_view field) {
  const std::optional<Json> value = object.Find(field);
  if (field != "End") return value.has_value();
  return value && !(value->is_bool() && !value->as_bool());  // `"End": false` says nothing
}

void CheckGroup(const GroupRule& rule, const Json& object, const std::string& location,
                Problems* problems) {
  std::vector<std::string_view> fields;
  size_t present = 0;
  for (const std::string_view field : rule.fields) {
    if (field.empty()) continue;
    fields.push_back(field);
    if (IsThere(object, field)) ++present;
  }
  if (present == 1 || (present == 0 && rule.count == Count::kAtMostOne)) return;
  problems->Add(kSchema,
                fmt::format("{} only {}one of the following fields: [{}]",
                            present > 1 ? "There should" : "This object should have",
                            present > 1 ? "be " : "", fmt::join(fields, ", ")),
                AtObject(location), object.span());
}

// States.ALL, in each list of Retriers or Catchers.
void CheckWildcards(const Json& state, const std::string& location, Problems* problems) {
  for (const std::string_view field : {"Retry", "Catch"}) {
    const std::optional<Json> list = state.Find(field);
    if (!list) continue;
    size_t i = 0;
    for (const Json element : list->items()) {
      const bool last = ++i == list->size();
      const std::optional<Json> names = element.Find("ErrorEquals");
      if (!names || (last && names->size() == 1)) continue;
      size_t j = 0;
      for (const Json name : names->items()) {
        const size_t place = j++;
        if (!name.is_string() || name.as_string() != kStatesAll) continue;
        problems->Add(kSchema, "States.ALL must appear alone and at end of list",
                      fmt::format("{}/{}[{}]/ErrorEquals[{}]", location, field, i - 1, place),
                      name.span());
      }
    }
  }
}

// AWS guide "Task state": a heartbeat interval is smaller than the timeout.
void CheckHeartbeat(const Json& task, const std::string& location, Problems* problems) {
  const std::optional<int64_t> heartbeat = IntField(task, "HeartbeatSeconds");
  const std::optional<int64_t> timeout = IntField(task, "TimeoutSeconds");
  if (!heartbeat || !timeout || *heartbeat < *timeout) return;
  problems->Add(kSchema, "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
                location + "/HeartbeatSeconds", task.Find("HeartbeatSeconds")->span());
}

void CheckDelays(const Json& retrier, const std::string& location, Problems* problems) {
  const int64_t interval = IntField(retrier, "IntervalSeconds").value_or(Retrier().interval_s);
  const std::optional<int64_t> longest = IntField(retrier, "MaxDelaySeconds");
  if (!longest || *longest > interval) return;
  problems->Add(kSchema, "'MaxDelaySeconds' must be greater than 'IntervalSeconds'",
                location + "/MaxDelaySeconds", retrier.Find("MaxDelaySeconds")->span());
}

void CheckProcessorConfig(const Json& config, const std::string& location, Problems* problems) {
  const bool distributed = StringField(config, "Mode") == "DISTRIBUTED";
  if (distributed && !config.Find("ExecutionType")) {
    problems->Add(kSchema, "These fields are required: [ExecutionType]", location, config.span());
  } else if (!distributed && config.Find("ExecutionType")) {
    problems->Add(kSchema, "Field 'ExecutionType' is not supported", location, config.span());
  }
}

// The ItemReader and ResultWriter reach S3 and nothing else.
void CheckS3(const Json& object, std::string_view actions, const std::string& location,
             Problems* problems) {
  const std::optional<std::string_view> resource = StringField(object, "Resource");
  if (!resource) return;
  const size_t colon = resource->rfind(':');
  const bool known =
      resource->starts_with("arn:") && colon != std::string_view::npos &&
      resource->substr(0, colon).ends_with(":states:::s3") &&
      actions.find(fmt::format(" {} ", resource->substr(colon + 1))) != std::string_view::npos;
  if (known) return;
  problems->Add(kSchema, "The field 'Resource' does not match any of the allowed values",
                location + "/Resource", object.Find("Resource")->span());
}

// The CSV fields belong to CSV, and to manifests, whose files are CSV.
void CheckReaderConfig(const Json& config, const std::string& location, Problems* problems) {
  const std::string_view type = StringField(config, "InputType").value_or("");
  const std::optional<Json> header = config.Find("CSVHeaderLocation");
  if (type == "CSV" && !header && !config.Find("ManifestType")) {
    problems->Add(kSchema, "The field 'CSVHeaderLocation' is required but was missing", location,
                  config.span());
  }
  for (const std::string_view field : {"CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"}) {
    const bool other = type == "JSON" || type == "JSONL" || type == "PARQUET";
    if (!other || !config.Find(field)) continue;
    problems->Add(kSchema, fmt::format("Field '{}' is not supported", field), location,
                  config.Find(field)->span());
  }
  if (StringField(config, "CSVHeaderLocation") == "GIVEN" && !config.Find("CSVHeaders")) {
    problems->Add(kSchema, "These fields are required: [CSVHeaders]", location, config.span());
  }
}

}  // namespace

void CheckRelations(Scope scope, const Json& object, const std::string& location,
                    Problems* problems) {
  for (const GroupRule& rule : kGroups) {
    if ((rule.scopes & scope) != 0) CheckGroup(rule, object, location, problems);
  }
  if ((scope & kWork) != 0) CheckWildcards(object, location, problems);
  if (scope == kTask) CheckHeartbeat(object, location, problems);
  if (scope == kRetrier) CheckDelays(object, location, problems);
  if (scope == kProcessorConfig) CheckProcessorConfig(object, location, problems);
  if (scope == kItemReader) CheckS3(object, " getObject listObjectsV2 ", location, problems);
  if (scope == kResultWriter) CheckS3(object, " putObject ", location, problems);
  if (scope == kReaderConfig) CheckReaderConfig(object, location, problems);
}

}  // namespace asl
