// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The calls of SQS that a source of work and a Task make, in AWS JSON: each as a call to start and a
// reader of what came of it. Batches that partly fail say which part. Pure; any thread.
// Source: Amazon SQS API reference.
//
//   client.Start(ReceiveCall({.queue_url = url}), [](ApiResult result) {
//     Received received = ReadReceived(std::move(result)); … });
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workers/aws/api.h"

namespace workers::aws {

inline constexpr size_t kSqsBatchMax = 10;  // entries of a batch, messages of a receive
inline constexpr absl::Duration kSqsWaitMax = absl::Seconds(20);  // of a long poll
inline constexpr absl::Duration kSqsVisibilityMax = absl::Hours(12);

// Any operation; `parameters` is the JSON object that AWS documents. It goes to the host of the
// queue's URL unless an endpoint is configured; an empty URL is AWS's own endpoint of the region.
ApiCall SqsCall(std::string_view operation, std::string_view queue_url, std::string parameters);

// --- receiving ---
struct Receive {
  std::string queue_url;
  int messages_max = static_cast<int>(kSqsBatchMax);
  absl::Duration wait = kSqsWaitMax;
  std::optional<absl::Duration> visibility;  // nullopt: the queue's
  // Of a FIFO queue: a repeated call with the same one gets the same messages again, rather than
  // nothing until they become visible.
  std::string attempt_id;
};
struct SqsMessage {
  std::string id;
  std::string receipt_handle;
  std::string body;
  std::map<std::string, std::string> attributes;  // ApproximateReceiveCount, MessageGroupId, …
  std::string message_attributes;                 // JSON object text; "{}" when there are none
};
struct Received {
  std::optional<ApiError> error;
  std::vector<SqsMessage> messages;
};
ApiCall ReceiveCall(const Receive& receive);
Received ReadReceived(ApiResult result);

// --- deleting, changing visibility ---
struct VisibilityChange {
  std::string receipt_handle;
  absl::Duration visibility;  // from now; zero makes the message visible at once
};
struct BatchFailure {
  size_t index = 0;  // of the entry
  std::string code;
  std::string message;
  bool sender_fault = false;  // trying again does not help
};
struct BatchResult {
  std::optional<ApiError> error;       // of the whole
  std::vector<BatchFailure> failures;  // of entries; the others succeeded
};
// REQUIRES: 1 to kSqsBatchMax entries.
ApiCall DeleteCall(const std::string& queue_url, const std::vector<std::string>& receipt_handles);
ApiCall ChangeVisibilityCall(const std::string& queue_url,
                             const std::vector<VisibilityChange>& changes);
// `entries`: how many the call had. One that the answer does not mention counts as failed.
BatchResult ReadBatchResult(ApiResult result, size_t entries);

// --- queues ---
ApiCall QueueUrlCall(const std::string& name);
ApiCall QueueAttributesCall(const std::string& queue_url);
struct QueueUrl {
  std::optional<ApiError> error;
  std::string url;
};
QueueUrl ReadQueueUrl(ApiResult result);
struct QueueAttributes {
  std::optional<ApiError> error;
  std::map<std::string, std::string> attributes;
};
QueueAttributes ReadQueueAttributes(ApiResult result);

// --- the Task's side ---
// `parameters` as SendMessage documents them; nothing is checked, and a message is sent at most once.
ApiCall SendMessageCall(std::string_view parameters);
// What the queue's URL in them says of its region: sqs.REGION.amazonaws.com and AWS's older and other
// forms; empty: nothing.
std::string QueueRegion(std::string_view parameters);
struct Sent {
  std::optional<ApiError> error;
  std::string answer;  // JSON object: the members that the model of SendMessage names
  HttpResponse http;   // its status and headers
};
Sent ReadSent(ApiResult result);
// The name of an error in a state machine: SQS.QueueDoesNotExistException, SQS.SdkClientException,
// SQS.AmazonSQSException … Its Cause is SdkText(error, "AmazonSQS").
std::string SqsErrorName(const ApiError& error);

}  // namespace workers::aws
