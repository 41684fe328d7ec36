// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/time/clock.h"
#include "workers/aws/client.h"
#include "workers/aws/http_client.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
using namespace workers::aws;  // NOLINT: this file speaks nothing else

// So long a message is invisible to others while it is looked at or moved.
constexpr absl::Duration kLookTime = absl::Seconds(30);

absl::Status StatusOf(const ApiError& error) {
  const std::string text = error.code.empty() ? error.message : error.code + ": " + error.message;
  if (error.kind != ApiError::Kind::kService) return absl::UnavailableError(text);
  if (error.type == "QueueDoesNotExist") return absl::NotFoundError(text);
  return absl::FailedPreconditionError(text);
}

bool IsArn(const std::string& queue) { return queue.starts_with("arn:"); }
std::string LastPart(const std::string& text, char separator) {
  return text.substr(text.rfind(separator) + 1);
}

Json Body(const ApiResult& result) {
  Json json = Json::parse(result.response.body, nullptr, false);
  return json.is_object() ? json : Json::object();
}

// Servers say in many ways that they do not know an operation.
bool Unknown(const ApiError& error) {
  return error.kind == ApiError::Kind::kService &&
         (error.status >= 500 || error.status == 404 || error.code.empty() ||
          error.code == "InvalidAction" || error.type == "UnsupportedOperation" ||
          error.code.find("Unknown") != std::string::npos ||
          error.code.find("NotImplemented") != std::string::npos);
}

}  // namespace

Queue::Queue() = default;
Queue::~Queue() = default;

absl::StatusOr<std::unique_ptr<Queue>> Queue::Open(const std::string& queue,
                                                   const QueueOptions& options) {
  std::unique_ptr<Queue> opened(new Queue());
  absl::StatusOr<std::unique_ptr<HttpClient>> http = HttpClient::Start({});
  if (!http.ok()) return http.status();
  opened->http_ = *std::move(http);
  auto settings = LoadSettings(ProcessVariables(), options.profile);
  if (!settings.ok()) return settings.status();
  Client::Options of_client{.settings = *std::move(settings), .region = options.region};
  if (!options.endpoint.empty()) {
    absl::StatusOr<Endpoint> endpoint = ParseEndpoint(options.endpoint);
    if (!endpoint.ok()) return endpoint.status();
    of_client.endpoint = *std::move(endpoint);
  }
  if (of_client.region.empty() && IsArn(queue)) {
    const size_t at = queue.find(":sqs:");
    if (at != std::string::npos)
      of_client.region = queue.substr(at + 5, queue.find(':', at + 5) - at - 5);
  }
  opened->client_ = std::make_unique<Client>(std::move(of_client), opened->http_.get());
  absl::StatusOr<std::string> url = opened->UrlOf(queue);
  if (!url.ok()) return url.status();
  opened->url_ = *std::move(url);
  absl::StatusOr<std::string> arn = opened->ArnOf(opened->url_);
  if (!arn.ok()) return arn.status();
  opened->arn_ = *std::move(arn);
  return opened;
}

std::string Queue::name() const { return LastPart(arn_, ':'); }

absl::StatusOr<std::string> Queue::UrlOf(const std::string& queue) {
  if (queue.find("://") != std::string::npos) return queue;
  QueueUrl found = ReadQueueUrl(client_->Wait(QueueUrlCall(LastPart(queue, ':'))));
  if (found.error) return StatusOf(*found.error);
  return std::move(found.url);
}

absl::StatusOr<std::string> Queue::ArnOf(const std::string& url) {
  QueueAttributes read = ReadQueueAttributes(client_->Wait(QueueAttributesCall(url)));
  if (read.error) return StatusOf(*read.error);
  return read.attributes["QueueArn"];
}

absl::StatusOr<std::vector<SqsMessage>> Queue::Peek(size_t limit) {
  std::vector<SqsMessage> messages;
  std::set<std::string> seen;
  while (messages.size() < limit) {
    Received received = ReadReceived(client_->Wait(ReceiveCall(
        {.queue_url = url_,
         .messages_max = static_cast<int>(std::min(limit - messages.size(), kSqsBatchMax)),
         .wait = absl::ZeroDuration(),
         .visibility = kLookTime})));
    if (received.error) {
      if (messages.empty()) return StatusOf(*received.error);
      break;
    }
    if (received.messages.empty()) break;
    for (SqsMessage& message : received.messages) {
      if (seen.insert(message.id).second) messages.push_back(std::move(message));
    }
  }
  return messages;
}

absl::Status Queue::Release(const std::vector<SqsMessage>& messages) {
  for (size_t from = 0; from < messages.size(); from += kSqsBatchMax) {
    std::vector<VisibilityChange> changes;
    for (size_t i = from; i < std::min(messages.size(), from + kSqsBatchMax); ++i)
      changes.push_back({messages[i].receipt_handle, absl::ZeroDuration()});
    const BatchResult result =
        ReadBatchResult(client_->Wait(ChangeVisibilityCall(url_, changes)), changes.size());
    if (result.error) return StatusOf(*result.error);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Queue::Redrive(const std::string& destination) {
  std::string url, arn;
  if (!destination.empty()) {
    absl::StatusOr<std::string> found = UrlOf(destination);
    if (found.ok()) url = *found, found = ArnOf(url);
    if (!found.ok()) return found.status();
    arn = *found;
  }
  absl::StatusOr<uint64_t> moved = MoveByTask(arn);
  if (moved.ok() || !absl::IsUnimplemented(moved.status())) return moved;
  if (url.empty()) {
    const ApiResult listed =
        client_->Wait(SqsCall("ListDeadLetterSourceQueues", url_, Json{{"QueueUrl", url_}}.dump()));
    const Json urls = Body(listed).value("queueUrls", Json::array());
    if (listed.error || urls.size() != 1 || !urls[0].is_string()) {
      return absl::InvalidArgumentError(
          "the server does not say which queue the messages came from");
    }
    url = urls[0];
  }
  return MoveOneByOne(url);
}

// Unimplemented when the server has no such operation.
absl::StatusOr<uint64_t> Queue::MoveByTask(const std::string& destination_arn) {
  Json parameters = {{"SourceArn", arn_}};
  if (!destination_arn.empty()) parameters["DestinationArn"] = destination_arn;
  const ApiResult started = client_->Wait(SqsCall("StartMessageMoveTask", url_, parameters.dump()));
  if (started.error) {
    return Unknown(*started.error) ? absl::UnimplementedError("no StartMessageMoveTask")
                                   : StatusOf(*started.error);
  }
  while (true) {
    const ApiResult listed =
        client_->Wait(SqsCall("ListMessageMoveTasks", url_, Json{{"SourceArn", arn_}}.dump()));
    if (listed.error) return StatusOf(*listed.error);
    const Json tasks = Body(listed).value("Results", Json::array());
    if (tasks.empty()) return 0;
    const std::string status = tasks[0].value("Status", "");
    if (status == "COMPLETED")
      return tasks[0].value("ApproximateNumberOfMessagesMoved", uint64_t{0});
    if (status != "RUNNING") {
      return absl::AbortedError(
          fmt::format("moving ended with {}: {}", status, tasks[0].value("FailureReason", "")));
    }
    absl::SleepFor(absl::Milliseconds(500));
  }
}

absl::StatusOr<uint64_t> Queue::MoveOneByOne(const std::string& destination_url) {
  uint64_t moved = 0;
  while (true) {
    const absl::StatusOr<std::vector<SqsMessage>> messages = Peek(kSqsBatchMax);
    if (!messages.ok()) return messages.status();
    if (messages->empty()) return moved;
    for (const SqsMessage& message : *messages) {
      if (absl::Status s = Move(message, destination_url); !s.ok()) {
        return absl::Status(s.code(),
                            fmt::format("after {} messages: {}", moved, std::string(s.message())));
      }
      ++moved;
    }
  }
}

// Sent first: a crash between the two must not lose it. A FIFO queue knows the message again then.
absl::Status Queue::Move(const SqsMessage& message, const std::string& destination_url) {
  Json parameters = {{"QueueUrl", destination_url}, {"MessageBody", message.body}};
  Json attributes = Json::parse(message.message_attributes, nullptr, false);
  if (attributes.is_object() && !attributes.empty()) parameters["MessageAttributes"] = attributes;
  if (const auto group = message.attributes.find("MessageGroupId");
      group != message.attributes.end()) {
    parameters["MessageGroupId"] = group->second;
    if (destination_url.ends_with(".fifo")) parameters["MessageDeduplicationId"] = message.id;
  }
  const ApiResult sent = client_->Wait(
      SendMessageCall(parameters.dump(-1, ' ', false, Json::error_handler_t::replace)));
  if (sent.error) return StatusOf(*sent.error);
  const BatchResult deleted =
      ReadBatchResult(client_->Wait(DeleteCall(url_, {message.receipt_handle})), 1);
  if (deleted.error) return StatusOf(*deleted.error);
  return deleted.failures.empty() ? absl::OkStatus()
                                  : absl::AbortedError(deleted.failures[0].message);
}

}  // namespace aslctl
