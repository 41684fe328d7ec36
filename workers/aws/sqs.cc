// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/sqs.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace workers::aws {
namespace {

using Json = nlohmann::ordered_json;

// A long poll must not be taken for a server that is silent.
constexpr absl::Duration kPollMargin = absl::Seconds(15);
constexpr size_t kAnswerBytesMax = 16 << 20;  // ten messages of 1 MiB, escaped

// Errors that the model names: AWS's SDK has a class for each, and one for all others.
constexpr std::array<std::string_view, 24> kModelled = {"BatchEntryIdsNotDistinct",
                                                        "BatchRequestTooLong",
                                                        "EmptyBatchRequest",
                                                        "InvalidAddress",
                                                        "InvalidAttributeName",
                                                        "InvalidAttributeValue",
                                                        "InvalidBatchEntryId",
                                                        "InvalidIdFormat",
                                                        "InvalidMessageContents",
                                                        "InvalidSecurity",
                                                        "KmsAccessDenied",
                                                        "KmsDisabled",
                                                        "KmsInvalidKeyUsage",
                                                        "KmsInvalidState",
                                                        "KmsNotFound",
                                                        "KmsOptInRequired",
                                                        "KmsThrottled",
                                                        "MessageNotInflight",
                                                        "OverLimit",
                                                        "QueueDoesNotExist",
                                                        "ReceiptHandleIsInvalid",
                                                        "RequestThrottled",
                                                        "TooManyEntriesInBatchRequest",
                                                        "UnsupportedOperation"};

constexpr std::array<std::string_view, 3> kAwsDomains = {".amazonaws.com", ".amazonaws.com.cn",
                                                         ".api.aws"};

// Bytes that are no UTF-8 would make the library throw.
std::string Write(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string OriginOf(std::string_view queue_url) {
  const size_t scheme = queue_url.find("://");
  const size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t end = std::min(queue_url.find_first_of("/?#", host), queue_url.size());
  if (end == 0) return "";
  if (scheme != std::string_view::npos) return std::string(queue_url.substr(0, end));
  // Not a URL: AWS takes it for a host, and shows that there is none of the name.
  return "https://" + PercentEncode(queue_url.substr(0, end));
}

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& Member(const Json& object, const char* name) {
  static const Json kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

std::string QueueUrlIn(std::string_view parameters) {
  const Json object = Json::parse(parameters, nullptr, false);
  return object.is_object() ? Text(object, "QueueUrl") : "";
}

// The answer's object; an answer that is none is an error of its own.
Json ReadObject(ApiResult* result) {
  if (result->error) return Json::object();
  Json object = Json::parse(result->response.body, nullptr, false);
  if (object.is_object()) return object;
  result->error = ApiError{.kind = ApiError::Kind::kNoAnswer,
                           .message = "the answer is no JSON object",
                           .status = result->response.status,
                           .request_id = RequestId(result->response),
                           .received = true};
  return Json::object();
}

std::map<std::string, std::string> ReadTexts(const Json& object) {
  std::map<std::string, std::string> texts;
  if (!object.is_object()) return texts;
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) texts.emplace(name, value.get<std::string>());
  }
  return texts;
}

template <typename Entry>
ApiCall BatchCall(std::string_view operation, const std::string& queue_url, size_t count,
                  const Entry& entry) {
  assert(count > 0 && count <= kSqsBatchMax);
  Json entries = Json::array();
  for (size_t i = 0; i < count; ++i) {
    entries.push_back({{"Id", std::to_string(i)}});
    entry(i, entries.back());
  }
  return SqsCall(operation, queue_url,
                 Write({{"QueueUrl", queue_url}, {"Entries", std::move(entries)}}));
}

}  // namespace

ApiCall SqsCall(std::string_view operation, std::string_view queue_url, std::string parameters) {
  ApiCall call = JsonCall(kSqs, operation, std::move(parameters));
  call.request.origin = OriginOf(queue_url);
  call.request.headers.push_back({"x-amzn-query-mode", "true"});
  call.request.response_bytes_max = kAnswerBytesMax;
  return call;
}

ApiCall ReceiveCall(const Receive& receive) {
  Json parameters = {{"QueueUrl", receive.queue_url},
                     {"MaxNumberOfMessages", receive.messages_max},
                     {"WaitTimeSeconds", absl::ToInt64Seconds(receive.wait)},
                     {"MessageSystemAttributeNames", {"All"}},
                     {"AttributeNames", {"All"}},  // the same, as older servers name it
                     {"MessageAttributeNames", {"All"}}};
  if (receive.visibility)
    parameters["VisibilityTimeout"] = absl::ToInt64Seconds(*receive.visibility);
  if (!receive.attempt_id.empty()) parameters["ReceiveRequestAttemptId"] = receive.attempt_id;
  ApiCall call = SqsCall("ReceiveMessage", receive.queue_url, Write(parameters));
  call.request.timeout = receive.wait + kPollMargin;
  return call;
}

Received ReadReceived(ApiResult result) {
  const Json object = ReadObject(&result);
  Received received{std::move(result.error), {}};
  const Json& messages = Member(object, "Messages");
  if (!messages.is_array()) return received;  // absent: none came
  for (const Json& message : messages) {
    if (!message.is_object()) continue;
    const Json& attributes = Member(message, "MessageAttributes");
    received.messages.push_back({Text(message, "MessageId"), Text(message, "ReceiptHandle"),
                                 Text(message, "Body"), ReadTexts(Member(message, "Attributes")),
                                 attributes.is_object() ? Write(attributes) : "{}"});
  }
  return received;
}

ApiCall DeleteCall(const std::string& queue_url, const std::vector<std::string>& receipt_handles) {
  return BatchCall("DeleteMessageBatch", queue_url, receipt_handles.size(),
                   [&](size_t i, Json& entry) { entry["ReceiptHandle"] = receipt_handles[i]; });
}

ApiCall ChangeVisibilityCall(const std::string& queue_url,
                             const std::vector<VisibilityChange>& changes) {
  return BatchCall("ChangeMessageVisibilityBatch", queue_url, changes.size(),
                   [&](size_t i, Json& entry) {
                     entry["ReceiptHandle"] = changes[i].receipt_handle;
                     entry["VisibilityTimeout"] = absl::ToInt64Seconds(changes[i].visibility);
                   });
}

BatchResult ReadBatchResult(ApiResult result, size_t entries) {
  const Json object = ReadObject(&result);
  BatchResult batch{std::move(result.error), {}};
  if (batch.error) return batch;
  std::vector<bool> succeeded(entries, false);
  std::map<std::string, const Json*> failed;
  for (const Json& entry : Member(object, "Failed")) {
    if (entry.is_object()) failed.emplace(Text(entry, "Id"), &entry);
  }
  for (const Json& entry : Member(object, "Successful")) {
    if (!entry.is_object()) continue;
    const std::string id = Text(entry, "Id");
    for (size_t i = 0; i < entries; ++i) succeeded[i] = succeeded[i] || id == std::to_string(i);
  }
  for (size_t i = 0; i < entries; ++i) {
    if (succeeded[i]) continue;
    BatchFailure failure{.index = i, .code = "", .message = "the answer does not mention it"};
    if (const auto found = failed.find(std::to_string(i)); found != failed.end())
      failure = {i, Text(*found->second, "Code"), Text(*found->second, "Message"),
                 Member(*found->second, "SenderFault") == true};
    batch.failures.push_back(std::move(failure));
  }
  return batch;
}

ApiCall QueueUrlCall(const std::string& name) {
  return SqsCall("GetQueueUrl", "", Write({{"QueueName", name}}));
}

QueueUrl ReadQueueUrl(ApiResult result) {
  const Json object = ReadObject(&result);
  return {std::move(result.error), Text(object, "QueueUrl")};
}

ApiCall QueueAttributesCall(const std::string& queue_url) {
  return SqsCall("GetQueueAttributes", queue_url,
                 Write({{"QueueUrl", queue_url}, {"AttributeNames", {"All"}}}));
}

QueueAttributes ReadQueueAttributes(ApiResult result) {
  const Json object = ReadObject(&result);
  return {std::move(result.error), ReadTexts(Member(object, "Attributes"))};
}

ApiCall SendMessageCall(std::string_view parameters) {
  ApiCall call = SqsCall("SendMessage", QueueUrlIn(parameters), std::string(parameters));
  call.repeat = Repeat::kWhenNotReceived;
  return call;
}

// sqs.REGION.…, sqs-fips.REGION.…, or as it was once: REGION.queue.….
std::string QueueRegion(std::string_view parameters) {
  const std::string origin = OriginOf(QueueUrlIn(parameters));
  if (origin.empty()) return "";
  const std::string_view host = std::string_view(origin).substr(origin.find("//") + 2);
  const bool of_aws = std::any_of(kAwsDomains.begin(), kAwsDomains.end(),
                                  [&](std::string_view domain) { return host.ends_with(domain); });
  const size_t first = host.find('.');
  if (!of_aws || first == std::string_view::npos) return "";
  const std::string_view head = host.substr(0, first);
  const std::string_view rest = host.substr(first + 1);
  if (rest.starts_with("queue.")) return std::string(head);
  if (head != "sqs" && head != "sqs-fips") return "";
  return std::string(rest.substr(0, rest.find('.')));
}

Sent ReadSent(ApiResult result) {
  const Json object = ReadObject(&result);
  Sent sent{std::move(result.error), "", std::move(result.response)};
  if (sent.error) return sent;
  Json answer = Json::object();
  for (const char* name : {"MD5OfMessageAttributes", "MD5OfMessageBody",
                           "MD5OfMessageSystemAttributes", "MessageId", "SequenceNumber"}) {
    if (const Json& value = Member(object, name); value.is_string()) answer[name] = value;
  }
  sent.answer = Write(answer);
  return sent;
}

std::string SqsErrorName(const ApiError& error) {
  if (error.kind != ApiError::Kind::kService) return "SQS.SdkClientException";
  const bool modelled =
      std::find(kModelled.begin(), kModelled.end(), error.type) != kModelled.end();
  return modelled ? fmt::format("SQS.{}Exception", error.type) : "SQS.AmazonSQSException";
}

}  // namespace workers::aws
