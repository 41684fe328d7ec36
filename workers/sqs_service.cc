// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/sqs_service.h"

#include <utility>

#include "fmt/format.h"
#include "workers/aws/sqs.h"

namespace workers {
namespace {

Answer Failed(std::string error, std::string cause) {
  Answer answer{.kind = AnswerKind::kFailure, .error = std::move(error)};
  answer.cause = std::move(cause);
  return answer;
}

Answer FromSent(aws::Sent sent) {
  if (sent.error)
    return Failed(aws::SqsErrorName(*sent.error), aws::SdkText(*sent.error, "AmazonSQS"));
  auto http = std::make_shared<HttpAnswer>();
  http->status = sent.http.status;
  http->request_id = aws::RequestId(sent.http);
  for (aws::HttpHeader& header : sent.http.headers)
    http->headers.emplace_back(std::move(header.name), std::move(header.value));
  Answer answer{.kind = AnswerKind::kSuccess};
  answer.output = std::make_shared<const std::string>(std::move(sent.answer));
  answer.http = std::move(http);
  return answer;
}

}  // namespace

SqsService::SqsService(aws::HttpTransport* transport, std::string region)
    : transport_(transport), region_(std::move(region)), clients_(transport) {}

SqsService::~SqsService() = default;

void SqsService::After(absl::Duration delay, std::function<void()> task) {
  transport_->After(delay, std::move(task));
}

uint32_t SqsService::SlotsFor(std::string_view) const { return kConcurrency; }

void SqsService::Start(TaskRequest task, Done done) {
  const std::string_view action = CallOf(task.queue)->what;
  if (action != "sendMessage" || task.text == nullptr)
    return done(Failed("SQS.SdkClientException", fmt::format("no such action: {}", action)));
  const std::string_view parameters = std::string_view(*task.text).substr(task.offset, task.length);
  const std::string region = aws::QueueRegion(parameters);
  absl::StatusOr<aws::Client*> client =
      clients_.Of({.region = region.empty() ? region_ : region, .role = task.role});
  if (!client.ok())
    return done(Failed("SQS.SdkClientException", std::string(client.status().message())));
  // Start only enqueues, so the number is known before the answer comes.
  under_way_.Add(
      task.token, *client,
      (*client)->Start(aws::SendMessageCall(parameters),
                       [this, token = task.token, done = std::move(done)](aws::ApiResult result) {
                         under_way_.Answered(token);
                         aws::Sent sent = aws::ReadSent(std::move(result));
                         if (sent.error && sent.error->kind == aws::ApiError::Kind::kCancelled)
                           return;
                         done(FromSent(std::move(sent)));
                       }));
}

void SqsService::Cancel(const std::string& token) { under_way_.Cancel(token); }

}  // namespace workers
