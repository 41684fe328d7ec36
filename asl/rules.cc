// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Sources: specification, "States" and its tables; AWS guide, one page per state type and per field
// of a Distributed Map.
#include "asl/rules.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <vector>

#include "asl/field_relations.h"
#include "asl/limits.h"

namespace asl {
namespace {

enum class Must : uint8_t { kBe, kMay };  // kBe: required
enum class In : uint8_t { kBoth, kJsonPath, kJsonata };
enum class Runs : uint8_t { kHere, kNotYet };  // kNotYet: valid, but refused until it is served

struct FieldRule {
  std::string_view field;
  uint32_t scopes;
  Must must;
  In in;
  Value value;
  Runs runs = Runs::kHere;
};

constexpr uint32_t kStates = kWork | kPass | kWait | kChoice | kSucceed | kFail;
constexpr uint32_t kWithNext = kWork | kPass | kWait;
constexpr uint32_t kWithPaths = kWithNext | kChoice | kSucceed;
constexpr uint32_t kMachines = kMachine | kBranch | kProcessor;
constexpr uint32_t kS3 = kItemReader | kResultWriter;

using Names = std::string_view;
constexpr std::array<Names, 2> kLanguages = {"JSONPath", "JSONata"};
constexpr std::array<Names, 1> kVersions = {"1.0"};
constexpr std::array<Names, 2> kJitters = {"NONE", "FULL"};
constexpr std::array<Names, 2> kModes = {"INLINE", "DISTRIBUTED"};
constexpr std::array<Names, 2> kExecutionTypes = {"STANDARD", "EXPRESS"};
constexpr std::array<Names, 5> kInputTypes = {"CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"};
constexpr std::array<Names, 2> kHeaderLocations = {"FIRST_ROW", "GIVEN"};
constexpr std::array<Names, 5> kDelimiters = {"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"};
constexpr std::array<Names, 2> kReaderTransformations = {"NONE", "LOAD_AND_FLATTEN"};
constexpr std::array<Names, 2> kManifests = {"ATHENA_DATA", "S3_INVENTORY"};
constexpr std::array<Names, 3> kWriterTransformations = {"NONE", "COMPACT", "FLATTEN"};
constexpr std::array<Names, 2> kOutputTypes = {"JSON", "JSONL"};

constexpr double kNoMax = std::numeric_limits<double>::infinity();
constexpr double kSeconds = kSecondsMax;

constexpr Value Is(Shape shape) { return {.shape = shape}; }
constexpr Value Integer(double min, double max) {
  return {.shape = Shape::kInteger, .min = min, .max = max};
}
constexpr Value Number(double min, double max) {
  return {.shape = Shape::kNumber, .min = min, .max = max};
}
constexpr Value OneOf(std::span<const std::string_view> allowed) {
  return {.shape = Shape::kOneOf, .allowed = allowed};
}
constexpr Value Object(Scope rules) { return {.shape = Shape::kObject, .nested = rules}; }
constexpr Value List(Scope rules) { return {.shape = Shape::kList, .nested = rules}; }
constexpr Value FilledList(Scope rules) { return {.shape = Shape::kFilledList, .nested = rules}; }
constexpr Value kAny = Is(Shape::kAnything).OrExpression();
constexpr Value kText = Is(Shape::kText);
constexpr Value kPath = Is(Shape::kPath);
constexpr Value kReference = Is(Shape::kReferencePath);
constexpr Value kTemplate = Is(Shape::kTemplate);
constexpr Value kTemplateObject = Is(Shape::kTemplateObject);

// Rows of required fields stand in the order in which AWS names missing ones. Of two rows for one
// field the one for the state's language counts.
constexpr std::array kFields = std::to_array<FieldRule>({
    {"States", kMachines, Must::kBe, In::kBoth, Is(Shape::kStates)},
    {"StartAt", kMachines, Must::kBe, In::kBoth, kText},
    {"Version", kMachine, Must::kMay, In::kBoth, OneOf(kVersions)},
    {"TimeoutSeconds", kMachine, Must::kMay, In::kBoth, Integer(0, kSeconds)},
    {"QueryLanguage", kMachine | kStates, Must::kMay, In::kBoth, OneOf(kLanguages)},
    {"Comment", kMachines | kStates | kRetrier | kCatcher | kJsonataRule, Must::kMay, In::kBoth,
     kText},

    {"Type", kStates, Must::kBe, In::kBoth, kText},
    {"Next", kWithNext, Must::kMay, In::kBoth, kText},
    {"End", kWithNext, Must::kMay, In::kBoth, Is(Shape::kTrueOrFalse)},
    {"InputPath", kWithPaths, Must::kMay, In::kJsonPath, kPath},
    {"OutputPath", kWithPaths, Must::kMay, In::kJsonPath, kPath},
    {"Parameters", kWork | kPass, Must::kMay, In::kJsonPath, kTemplate},
    {"ResultSelector", kWork, Must::kMay, In::kJsonPath, kTemplateObject},
    {"ResultPath", kWork | kPass, Must::kMay, In::kJsonPath, Is(Shape::kResultPath)},
    {"Arguments", kTask | kParallel, Must::kMay, In::kJsonata, kAny},
    {"Output", kWithPaths | kCatcher | kJsonataRule, Must::kMay, In::kJsonata, kAny},
    {"Assign", kWithNext | kChoice | kCatcher | kJsonataRule, Must::kMay, In::kBoth,
     Is(Shape::kVariables).OrExpression()},
    {"Retry", kWork, Must::kMay, In::kBoth, List(kRetrier)},
    {"Catch", kWork, Must::kMay, In::kBoth, List(kCatcher)},

    {"Result", kPass, Must::kMay, In::kJsonPath, Is(Shape::kResult)},

    {"Resource", kTask, Must::kBe, In::kBoth, kText},
    {"TimeoutSeconds", kTask, Must::kMay, In::kBoth, Integer(1, kSeconds).OrExpression()},
    {"TimeoutSecondsPath", kTask, Must::kMay, In::kJsonPath, kReference},
    {"HeartbeatSeconds", kTask, Must::kMay, In::kBoth, Integer(1, kSeconds).OrExpression()},
    {"HeartbeatSecondsPath", kTask, Must::kMay, In::kJsonPath, kReference},
    {"Credentials", kTask, Must::kMay, In::kBoth, Is(Shape::kCredentials).OrExpression()},

    {"Choices", kChoice, Must::kBe, In::kBoth, Is(Shape::kFilledList)},
    {"Default", kChoice, Must::kMay, In::kBoth, kText},
    {"Condition", kJsonataRule, Must::kBe, In::kJsonata, Is(Shape::kCondition).OrExpression()},
    {"Next", kJsonataRule, Must::kBe, In::kBoth, kText},
    {"Variable", kJsonataRule, Must::kMay, In::kJsonPath, kText},

    {"Seconds", kWait, Must::kMay, In::kBoth, Integer(0, kSeconds).OrExpression()},
    {"SecondsPath", kWait, Must::kMay, In::kJsonPath, kReference},
    {"Timestamp", kWait, Must::kMay, In::kBoth, Is(Shape::kTimestamp).OrExpression()},
    {"TimestampPath", kWait, Must::kMay, In::kJsonPath, kReference},

    {"Error", kFail, Must::kMay, In::kBoth, Is(Shape::kStaticText).OrExpression()},
    {"ErrorPath", kFail, Must::kMay, In::kJsonPath, Is(Shape::kPathOrCall)},
    {"Cause", kFail, Must::kMay, In::kBoth, Is(Shape::kStaticText).OrExpression()},
    {"CausePath", kFail, Must::kMay, In::kJsonPath, Is(Shape::kPathOrCall)},

    {"Branches", kParallel, Must::kBe, In::kBoth, FilledList(kBranch)},

    {"ItemProcessor", kMap, Must::kMay, In::kBoth, Object(kProcessor)},
    {"Iterator", kMap, Must::kMay, In::kBoth, Object(kProcessor)},
    {"ProcessorConfig", kProcessor, Must::kMay, In::kBoth, Object(kProcessorConfig)},
    {"Mode", kProcessorConfig, Must::kMay, In::kBoth, OneOf(kModes)},
    {"ExecutionType", kProcessorConfig, Must::kMay, In::kBoth, OneOf(kExecutionTypes)},
    {"Items", kMap, Must::kMay, In::kJsonata, Is(Shape::kItems).OrExpression()},
    {"ItemsPath", kMap, Must::kMay, In::kJsonPath, Is(Shape::kItemsPath)},
    {"ItemSelector", kMap, Must::kMay, In::kJsonPath, kTemplateObject},
    {"ItemSelector", kMap, Must::kMay, In::kJsonata, kAny},
    {"MaxConcurrency", kMap, Must::kMay, In::kBoth, Integer(0, kNoMax).OrExpression()},
    {"MaxConcurrencyPath", kMap, Must::kMay, In::kJsonPath, kReference},
    {"Label", kMap, Must::kMay, In::kBoth, Is(Shape::kLabel), Runs::kNotYet},
    {"ToleratedFailureCount", kMap, Must::kMay, In::kBoth, Integer(0, kNoMax).OrExpression()},
    {"ToleratedFailureCountPath", kMap, Must::kMay, In::kJsonPath, kReference, Runs::kNotYet},
    {"ToleratedFailurePercentage", kMap, Must::kMay, In::kBoth, Number(0, 100).OrExpression()},
    {"ToleratedFailurePercentagePath", kMap, Must::kMay, In::kJsonPath, kReference, Runs::kNotYet},

    {"ItemReader", kMap, Must::kMay, In::kBoth, Object(kItemReader), Runs::kNotYet},
    {"ItemBatcher", kMap, Must::kMay, In::kBoth, Object(kItemBatcher), Runs::kNotYet},
    {"ResultWriter", kMap, Must::kMay, In::kBoth, Object(kResultWriter), Runs::kNotYet},
    {"Resource", kItemReader, Must::kBe, In::kBoth, kText},
    {"Resource", kResultWriter, Must::kMay, In::kBoth, kText},
    {"Parameters", kS3, Must::kMay, In::kJsonPath, kTemplateObject},
    {"Arguments", kS3, Must::kMay, In::kJsonata, kAny},
    {"ReaderConfig", kItemReader, Must::kMay, In::kBoth, Object(kReaderConfig)},
    {"InputType", kReaderConfig, Must::kMay, In::kBoth, OneOf(kInputTypes)},
    {"CSVHeaderLocation", kReaderConfig, Must::kMay, In::kBoth, OneOf(kHeaderLocations)},
    {"CSVHeaders", kReaderConfig, Must::kMay, In::kBoth, Is(Shape::kTexts)},
    {"CSVDelimiter", kReaderConfig, Must::kMay, In::kBoth, OneOf(kDelimiters)},
    {"MaxItems", kReaderConfig, Must::kMay, In::kBoth, Integer(0, kItemsMax).OrExpression()},
    {"MaxItemsPath", kReaderConfig, Must::kMay, In::kJsonPath, kReference},
    {"ItemsPointer", kReaderConfig, Must::kMay, In::kBoth, kText},
    {"Transformation", kReaderConfig, Must::kMay, In::kBoth, OneOf(kReaderTransformations)},
    {"ManifestType", kReaderConfig, Must::kMay, In::kBoth, OneOf(kManifests)},
    {"BatchInput", kItemBatcher, Must::kMay, In::kJsonPath, kTemplateObject},
    {"BatchInput", kItemBatcher, Must::kMay, In::kJsonata, kAny},
    {"MaxItemsPerBatch", kItemBatcher, Must::kMay, In::kBoth, Integer(0, kNoMax).OrExpression()},
    {"MaxItemsPerBatchPath", kItemBatcher, Must::kMay, In::kJsonPath, kReference},
    {"MaxInputBytesPerBatch", kItemBatcher, Must::kMay, In::kBoth,
     Integer(0, kPayloadBytesMax).OrExpression()},
    {"MaxInputBytesPerBatchPath", kItemBatcher, Must::kMay, In::kJsonPath, kReference},
    {"WriterConfig", kResultWriter, Must::kMay, In::kBoth, Object(kWriterConfig)},
    {"Transformation", kWriterConfig, Must::kBe, In::kBoth, OneOf(kWriterTransformations)},
    {"OutputType", kWriterConfig, Must::kBe, In::kBoth, OneOf(kOutputTypes)},

    {"ErrorEquals", kRetrier | kCatcher, Must::kBe, In::kBoth, Is(Shape::kErrorNames)},
    {"IntervalSeconds", kRetrier, Must::kMay, In::kBoth, Integer(0, kSeconds)},
    {"MaxAttempts", kRetrier, Must::kMay, In::kBoth, Integer(0, kSeconds)},
    {"BackoffRate", kRetrier, Must::kMay, In::kBoth, Number(1, kNoMax)},
    {"MaxDelaySeconds", kRetrier, Must::kMay, In::kBoth, Integer(1, kMaxDelaySecondsMax)},
    {"JitterStrategy", kRetrier, Must::kMay, In::kBoth, OneOf(kJitters)},
    {"Next", kCatcher, Must::kBe, In::kBoth, kText},
    {"ResultPath", kCatcher, Must::kMay, In::kJsonPath, Is(Shape::kResultPath)},
});

bool Speaks(In in, Language language) {
  return in == In::kBoth || (in == In::kJsonPath) == (language != Language::kJsonata);
}

// $states.result is what the work of a state answered, $states.errorOutput what a Catcher caught (AWS
// guide "Passing data between states with variables").
StatesHas StatesIn(Scope scope, std::string_view field) {
  if (field != "Output" && field != "Assign") return StatesHas::kNothingMore;
  if (scope == kCatcher) return StatesHas::kErrorOutput;
  return (scope & kWork) != 0 ? StatesHas::kResult : StatesHas::kNothingMore;
}

// The row for the field in that language, else the one for the other; null when there is none.
const FieldRule* FindRule(Scope scope, Language language, std::string_view field) {
  const FieldRule* found = nullptr;
  for (const FieldRule& rule : kFields) {
    if ((rule.scopes & scope) == 0 || rule.field != field) continue;
    if (Speaks(rule.in, language)) return &rule;
    found = &rule;
  }
  return found;
}

std::string_view NameOf(Language language) {
  return language == Language::kJsonata ? "JSONata" : "JSONPath";
}

void CheckElements(Scope scope, Language language, const Spot& spot, Problems* problems) {
  size_t i = 0;
  for (const Json element : spot.value.items()) {
    const std::string at = fmt::format("{}[{}]", spot.location, i++);
    if (element.is_object()) {
      CheckFields(scope, language, element, at, problems);
    } else {
      problems->Add(kSchema, ExpectedType("OBJECT"), at, element.span());
    }
  }
}

void CheckField(const FieldRule& rule, Language language, const Spot& spot, Problems* problems) {
  CheckValue(rule.value, language, spot, problems);
  if (rule.runs == Runs::kNotYet) {
    problems->NotServed(fmt::format("The field '{}' is not supported yet", spot.field),
                        spot.location, spot.value.span());
  }
  if (rule.value.nested == 0) return;
  const auto nested = static_cast<Scope>(rule.value.nested);
  if (spot.value.is_array()) CheckElements(nested, language, spot, problems);
  if (spot.value.is_object()) CheckFields(nested, language, spot.value, spot.location, problems);
}

void CheckRequired(Scope scope, Language language, const Json& object, const std::string& location,
                   Problems* problems) {
  std::vector<std::string_view> missing;
  for (const FieldRule& rule : kFields) {
    if ((rule.scopes & scope) == 0 || rule.must != Must::kBe || !Speaks(rule.in, language))
      continue;
    if (!object.Find(rule.field)) missing.push_back(rule.field);
  }
  if (missing.empty()) return;
  problems->Add(kSchema, fmt::format("These fields are required: [{}]", fmt::join(missing, ", ")),
                AtObject(location), object.span());
}

}  // namespace

void CheckFields(Scope scope, Language language, const Json& object, const std::string& location,
                 Problems* problems) {
  CheckRequired(scope, language, object, location, problems);
  for (const JsonMember member : object.members()) {
    const FieldRule* rule = FindRule(scope, language, member.key);
    if (rule == nullptr) {
      problems->Add(kSchema, fmt::format("Field '{}' is not supported", member.key),
                    AtObject(location), member.key_span);
    } else if (!Speaks(rule->in, language)) {
      if (language == Language::kDowngraded) continue;
      const Language other = rule->in == In::kJsonPath ? Language::kJsonPath : Language::kJsonata;
      problems->Add(kSchema,
                    fmt::format("The QueryLanguage is set to '{}', but field '{}' is only "
                                "supported for the '{}' QueryLanguage",
                                NameOf(language), member.key, NameOf(other)),
                    AtObject(location), member.key_span);
    } else {
      CheckField(*rule, language,
                 {member.key, member.value, fmt::format("{}/{}", location, member.key),
                  StatesIn(scope, member.key)},
                 problems);
    }
  }
  CheckRelations(scope, object, location, problems);
}

std::optional<Scope> ScopeOfType(std::string_view type) {
  if (type == "Task") return kTask;
  if (type == "Pass") return kPass;
  if (type == "Parallel") return kParallel;
  if (type == "Map") return kMap;
  if (type == "Wait") return kWait;
  if (type == "Choice") return kChoice;
  if (type == "Succeed") return kSucceed;
  if (type == "Fail") return kFail;
  return std::nullopt;
}

std::string AtObject(const std::string& location) { return location.empty() ? "/" : location; }

std::optional<std::string_view> StringField(const Json& object, std::string_view field) {
  const std::optional<Json> value = object.Find(field);
  if (!value || !value->is_string()) return std::nullopt;
  return value->as_string();
}

std::optional<int64_t> IntField(const Json& object, std::string_view field) {
  const std::optional<Json> value = object.Find(field);
  return value ? value->as_int64() : std::nullopt;
}

}  // namespace asl
