// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A queue of SQS as the commands see it: calls that are waited for, statuses of Abseil. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "workers/aws/sqs.h"

namespace workers::aws {
class Client;
class HttpClient;
}  // namespace workers::aws

namespace aslctl {

struct QueueOptions {
  std::string endpoint, region, profile;  // empty: as the environment says
};

class Queue {
 public:
  // URL, ARN or name.
  static absl::StatusOr<std::unique_ptr<Queue>> Open(const std::string& queue,
                                                     const QueueOptions& options);
  ~Queue();

  const std::string& url() const { return url_; }
  const std::string& arn() const { return arn_; }
  std::string name() const;

  // Up to `limit` messages, each once; they are invisible to others meanwhile, and visible again
  // after Release.
  absl::StatusOr<std::vector<workers::aws::SqsMessage>> Peek(size_t limit);
  absl::Status Release(const std::vector<workers::aws::SqsMessage>& messages);

  // Moves all messages to where they came from, or to the queue of that URL, ARN or name. With
  // StartMessageMoveTask where the server has it; else one by one, and then a crash half way may
  // leave a message in both queues. How many were moved.
  absl::StatusOr<uint64_t> Redrive(const std::string& destination);

 private:
  Queue();
  absl::StatusOr<std::string> UrlOf(const std::string& queue);
  absl::StatusOr<std::string> ArnOf(const std::string& url);
  absl::StatusOr<uint64_t> MoveByTask(const std::string& destination_arn);
  absl::StatusOr<uint64_t> MoveOneByOne(const std::string& destination_url);
  absl::Status Move(const workers::aws::SqsMessage& message, const std::string& destination_url);

  std::unique_ptr<workers::aws::HttpClient> http_;
  std::unique_ptr<workers::aws::Client> client_;
  std::string url_, arn_;
};

}  // namespace aslctl
