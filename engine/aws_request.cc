// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_request.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/ids.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace engine {
namespace {

// The namespaces that AWS puts before its errors' names.
constexpr std::string_view kService = "com.amazonaws.swf.service.v2.model#";
constexpr std::string_view kValidation = "com.amazon.coral.validate#";

struct Title {
  std::string_view text;
  std::string_view error;
  bool names_resource = false;  // the error has the member resourceName
};
constexpr Title kTitles[] = {
    {"Activity Does Not Exist", "ActivityDoesNotExist"},
    {"Activity Limit Exceeded", "ActivityLimitExceeded"},
    {"Activity Worker Limit Exceeded", "ActivityWorkerLimitExceeded"},
    {"Execution Already Exists", "ExecutionAlreadyExists"},
    {"Execution Does Not Exist", "ExecutionDoesNotExist"},
    {"Invalid Arn", "InvalidArn"},
    {"Invalid Logging Configuration", "InvalidLoggingConfiguration"},
    {"Invalid Name", "InvalidName"},
    {"Invalid Output", "InvalidOutput"},
    {"Invalid State Machine Definition", "InvalidDefinition"},
    {"Invalid State Machine Execution Input", "InvalidExecutionInput"},
    {"Invalid Token", "InvalidToken"},
    {"Missing Required Parameter", "MissingRequiredParameter"},
    {"Request references a resource that does not exist.", "ResourceNotFound"},
    {"Resource not found", "ResourceNotFound", true},
    {"Service Quota Exceeded", "ServiceQuotaExceededException"},
    {"State Machine Already Exists", "StateMachineAlreadyExists"},
    {"State Machine Does Not Exist", "StateMachineDoesNotExist"},
    {"State Machine is being deleted", "StateMachineDeleting"},
    {"Task Timed Out", "TaskTimedOut"},
    {"Too Many Tags", "TooManyTags", true},
};

// What stands between the quotes.
std::string Quoted(std::string_view message) {
  const size_t begin = message.find('\'');
  const size_t end = message.rfind('\'');
  return begin >= end ? std::string() : std::string(message.substr(begin + 1, end - begin - 1));
}

AwsError Serialization(std::string message) {
  return {.type = "SerializationException", .message = std::move(message)};
}

// As AWS's parser names what it found.
std::string_view NameOf(const asl::Json& value) {
  switch (value.type()) {
    case asl::JsonType::kBool:
      return value.as_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
    case asl::JsonType::kNumber:
      return "NUMBER_VALUE";
    default:
      return "STRING_VALUE";
  }
}

std::string_view NameOf(AwsKind kind) {
  switch (kind) {
    case AwsKind::kString:
      return "a String";
    case AwsKind::kInteger:
      return "an Integer";
    case AwsKind::kBoolean:
      return "a Boolean";
    case AwsKind::kStructure:
      return "a Structure";
    case AwsKind::kList:
      return "a List";
  }
  return "";
}

bool IsOf(AwsKind kind, const asl::Json& value) {
  switch (kind) {
    case AwsKind::kString:
      return value.is_string();
    case AwsKind::kInteger:
      return value.as_int64().has_value();
    case AwsKind::kBoolean:
      return value.is_bool();
    case AwsKind::kStructure:
      return value.is_object();
    case AwsKind::kList:
      return value.is_array();
  }
  return false;
}

std::optional<AwsError> CheckKind(const AwsMember& member, const asl::Json& value);

asl::Json Find(const asl::Json& object, std::string_view name) {
  return object.Find(name).value_or(asl::Json());
}

std::optional<AwsError> CheckItemKinds(const AwsMember& member, const asl::Json& value) {
  if (member.kind != AwsKind::kList || member.parts.empty()) return std::nullopt;
  const bool texts = member.parts.front().name.empty();
  const AwsMember item{.kind = texts ? AwsKind::kString : AwsKind::kStructure};
  for (const asl::Json& one : value.items()) {
    if (auto error = CheckKind(item, one)) return error;
    if (texts || one.is_null()) continue;
    for (const AwsMember& part : member.parts) {
      if (auto error = CheckKind(part, Find(one, part.name))) return error;
    }
  }
  return std::nullopt;
}

std::optional<AwsError> CheckKind(const AwsMember& member, const asl::Json& value) {
  if (IsOf(member.kind, value)) return CheckItemKinds(member, value);
  if (value.is_null()) return std::nullopt;
  if (value.is_array()) return Serialization("Start of list found where not expected");
  if (value.is_object()) return Serialization("Start of structure or map found where not expected");
  return Serialization(
      fmt::format("{} can not be converted to {}", NameOf(value), NameOf(member.kind)));
}

bool IsAmong(std::string_view choices, std::string_view text) {
  constexpr std::string_view kBetween = ", ";
  for (;;) {
    const size_t end = choices.find(kBetween);
    if (choices.substr(0, end) == text) return true;
    if (end == std::string_view::npos) return false;
    choices.remove_prefix(end + kBetween.size());
  }
}

std::optional<AwsError> CheckArn(const AwsMember& member, std::string_view arn) {
  std::string_view rest = arn;
  const std::optional<std::string_view> type = TakeArnType(&rest);
  std::string wrong;
  if (!type) {
    wrong = fmt::format("Invalid ARN prefix: {}", arn);
  } else if (!IsAmong(member.arn_of, *type)) {
    wrong = fmt::format("Resource type not valid in this context: {}", *type);
  }
  if (wrong.empty()) return std::nullopt;
  return ToAws(absl::InvalidArgumentError(fmt::format("Invalid Arn: '{}'", wrong)));
}

// UTF-8's continuation bytes belong to the character before.
int64_t Characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

std::string Violation(const AwsMember& member, const std::string& path, std::string_view value,
                      std::string_view must) {
  const std::string shown = member.sensitive ? "" : fmt::format(" '{}'", value);
  return fmt::format("Value{} at '{}' failed to satisfy constraint: Member must {}", shown, path,
                     must);
}

void CheckConstraints(const AwsMember& member, const std::string& path, const asl::Json& value,
                      std::vector<std::string>* violations);

// AWS counts from 1: 'tags.1.member.key'.
void CheckItems(const AwsMember& list, const std::string& path, const asl::Json& value,
                std::vector<std::string>* violations) {
  size_t number = 0;
  for (const asl::Json& item : value.items()) {
    const std::string at = fmt::format("{}.{}.member", path, ++number);
    for (const AwsMember& part : list.parts) {
      if (part.name.empty()) {
        CheckConstraints(part, at, item, violations);
      } else if (item.is_null()) {
        violations->push_back(fmt::format(
            "Value null at '{}' failed to satisfy constraint: Member must not be null", at));
        break;
      } else {
        CheckConstraints(part, fmt::format("{}.{}", at, part.name), Find(item, part.name),
                         violations);
      }
    }
  }
}

void CheckConstraints(const AwsMember& member, const std::string& path, const asl::Json& value,
                      std::vector<std::string>* violations) {
  if (value.is_null()) {
    if (member.required) {
      violations->push_back(fmt::format(
          "Value null at '{}' failed to satisfy constraint: Member must not be null", path));
    }
    return;
  }
  if (member.kind == AwsKind::kList) return CheckItems(member, path, value, violations);
  const bool text = member.kind == AwsKind::kString;
  if (!text && member.kind != AwsKind::kInteger) return;
  const std::string_view shown = text ? value.as_string() : value.number_text();
  const int64_t size = text ? Characters(shown) : *value.as_int64();
  const std::string_view measure = text ? "length" : "value";
  const auto broken = [&](std::string_view must) {
    violations->push_back(Violation(member, path, shown, must));
  };
  if (size < member.min) {
    broken(fmt::format("have {} greater than or equal to {}", measure, member.min));
  }
  if (size > member.max) {
    broken(fmt::format("have {} less than or equal to {}", measure, member.max));
  }
  if (!member.choices.empty() && !IsAmong(member.choices, shown)) {
    broken(fmt::format("satisfy enum value set: [{}]", member.choices));
  }
}

std::optional<AwsError> Check(std::span<const AwsMember> members, const AwsRequest& request) {
  std::vector<asl::Json> values;
  values.reserve(members.size());
  for (const AwsMember& member : members) {
    values.push_back(request.Part(member.name));
    if (auto error = CheckKind(member, values.back())) return error;
  }
  for (size_t i = 0; i < members.size(); ++i) {
    if (members[i].arn_of.empty() || !values[i].is_string()) continue;
    if (auto error = CheckArn(members[i], values[i].as_string())) return error;
  }
  std::vector<std::string> violations;
  for (size_t i = 0; i < members.size(); ++i) {
    CheckConstraints(members[i], std::string(members[i].name), values[i], &violations);
  }
  if (violations.empty()) return std::nullopt;
  return ToAws(absl::InvalidArgumentError(
      fmt::format("{} validation error{} detected: {}", violations.size(),
                  violations.size() == 1 ? "" : "s", fmt::join(violations, "; "))));
}

}  // namespace

AwsError ToAws(const absl::Status& status) {
  std::string message(status.message());
  const std::string_view title = std::string_view(message).substr(0, message.find(':'));
  for (const Title& known : kTitles) {
    if (title != known.text) continue;
    AwsError error{.type = fmt::format("{}{}", kService, known.error), .message = message};
    if (known.names_resource) error.resource_name = Quoted(message);
    return error;
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return {.type = fmt::format("{}ValidationException", kValidation),
              .message = std::move(message)};
    case absl::StatusCode::kFailedPrecondition:
      return {.type = fmt::format("{}ConflictException", kService), .message = std::move(message)};
    case absl::StatusCode::kUnimplemented:
      return {.type = "UnsupportedOperationException", .message = std::move(message)};
    case absl::StatusCode::kAborted:  // SDKs try these again
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return {.type = "ServiceUnavailable", .message = std::move(message), .http_status = 503};
    default:
      return {.type = "InternalFailure", .message = std::move(message), .http_status = 500};
  }
}

std::optional<std::string> AwsRequest::Find(std::string_view name) const {
  const asl::Json value = Part(name);
  if (!value.is_string()) return std::nullopt;
  return std::string(value.as_string());
}

std::string AwsRequest::Text(std::string_view name) const { return Find(name).value_or(""); }

int32_t AwsRequest::Number(std::string_view name) const {
  return static_cast<int32_t>(Part(name).as_int64().value_or(0));
}

bool AwsRequest::Flag(std::string_view name, bool otherwise) const {
  const asl::Json value = Part(name);
  return value.is_bool() ? value.as_bool() : otherwise;
}

asl::Json AwsRequest::Part(std::string_view name) const {
  return body_.Find(name).value_or(asl::Json());
}

std::vector<asl::Json> AwsRequest::Items(std::string_view name) const {
  const asl::Json value = Part(name);
  std::vector<asl::Json> items;
  if (!value.is_array()) return items;
  for (const asl::Json& item : value.items()) items.push_back(item);
  return items;
}

std::variant<AwsRequest, AwsError> DecodeAwsRequest(std::span<const AwsMember> members,
                                                    std::string body) {
  if (body.empty()) body = "{}";
  const asl::JsonParse parsed = asl::ParseJson(std::move(body));
  if (!parsed.ok()) return Serialization(parsed.error.message);
  if (!parsed.value->is_object()) {
    return Serialization("the body must be a JSON object");
  }
  AwsRequest request(*parsed.value);
  if (std::optional<AwsError> error = Check(members, request)) return *std::move(error);
  return request;
}

}  // namespace engine
