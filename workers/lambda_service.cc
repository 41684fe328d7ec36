// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/lambda_service.h"

#include <utility>

#include "fmt/format.h"

namespace workers {
namespace {

Answer Failed(std::string error, std::optional<std::string> cause) {
  Answer answer{.kind = AnswerKind::kFailure, .error = std::move(error)};
  answer.cause = std::move(cause);
  return answer;
}

// Of a Task that was scheduled to be called and cannot be: its route goes to workers.
Answer NotCalled(std::string_view function, const TaskRequest& task) {
  if (task.invoke != nullptr && !task.invoke->type.empty())
    return Failed("States.Runtime",
                  fmt::format("InvocationType '{}' needs a route to a Lambda endpoint, and the "
                              "function '{}' goes to workers. See `aslctl routes {}`.",
                              task.invoke->type, function, function));
  // One that an SDK knows for passing, so that the definition's Retry schedules the Task again, by
  // the new route.
  return Failed(
      "Lambda.SdkClientException",
      fmt::format("The routes changed while the Task waited: the function '{}' now goes to "
                  "workers.",
                  function));
}

Answer FromMock(const ToMock& mock) {
  if (mock.result == nullptr) return Failed(mock.error, mock.cause);
  return {.kind = AnswerKind::kSuccess, .output = mock.result};
}

Answer FromSuccess(aws::InvokeSuccess success, bool integration) {
  Answer answer{.kind = AnswerKind::kSuccess};
  if (integration) {
    auto http = std::make_shared<HttpAnswer>();
    http->status = success.status;
    http->request_id = std::move(success.request_id);
    for (aws::HttpHeader& header : success.headers)
      http->headers.emplace_back(std::move(header.name), std::move(header.value));
    answer.http = std::move(http);
  }
  answer.output = std::make_shared<const std::string>(std::move(success.payload));
  return answer;
}

Answer FromFailure(aws::InvokeFailure failure, std::string_view function, bool integration) {
  if (failure.kind == aws::InvokeFailure::Kind::kTooLarge)
    failure.cause = fmt::format(
        "The state/task '{}' returned a result with a size exceeding the "
        "maximum number of bytes service limit.",
        integration ? "lambda" : function);
  return Failed(std::move(failure.error), std::move(failure.cause));
}

}  // namespace

LambdaService::LambdaService(aws::HttpTransport* transport, TargetOf target_of)
    : transport_(transport), target_of_(std::move(target_of)), clients_(transport) {}

LambdaService::~LambdaService() = default;

void LambdaService::After(absl::Duration delay, std::function<void()> task) {
  transport_->After(delay, std::move(task));
}

uint32_t LambdaService::SlotsFor(std::string_view function) const {
  const FunctionTarget target = target_of_(function);
  const auto* lambda = std::get_if<ToLambda>(&target);
  return lambda == nullptr ? ToLambda::kConcurrency : lambda->concurrency;
}

void LambdaService::Start(TaskRequest task, Done done) {
  const std::string function(CallOf(task.queue)->what);
  const FunctionTarget target = target_of_(function);
  if (const auto* lambda = std::get_if<ToLambda>(&target)) {
    Invoke(*lambda, task, std::move(done));
  } else if (const auto* mock = std::get_if<ToMock>(&target)) {
    done(FromMock(*mock));
  } else {
    done(NotCalled(function, task));
  }
}

void LambdaService::Invoke(const ToLambda& target, const TaskRequest& task, Done done) {
  std::string function(CallOf(task.queue)->what);
  absl::StatusOr<aws::Client*> client = clients_.Of({.profile = target.profile,
                                                     .region = target.region,
                                                     .endpoint = target.endpoint,
                                                     .role = task.role});
  if (!client.ok())
    return done(Failed("Lambda.SdkClientException", std::string(client.status().message())));
  const bool integration = task.invoke != nullptr;
  aws::Invocation invocation{.function = function, .qualifier = task.qualifier};
  if (task.text != nullptr) invocation.payload = task.text->substr(task.offset, task.length);
  if (integration) {
    invocation.type = task.invoke->type;
    invocation.client_context = task.invoke->client_context;
    invocation.log_tail = task.invoke->log_tail;
  }
  // Start only enqueues, so the number is known before the answer comes.
  under_way_.Add(task.token, *client,
                 aws::Invoke(**client, invocation,
                             [this, integration, token = task.token, function = std::move(function),
                              done = std::move(done)](aws::InvokeResult result) {
                               under_way_.Answered(token);
                               if (auto* success = std::get_if<aws::InvokeSuccess>(&result))
                                 return done(FromSuccess(std::move(*success), integration));
                               auto& failure = std::get<aws::InvokeFailure>(result);
                               if (failure.kind == aws::InvokeFailure::Kind::kCancelled) return;
                               done(FromFailure(std::move(failure), function, integration));
                             }));
}

void LambdaService::Cancel(const std::string& token) { under_way_.Cancel(token); }

}  // namespace workers
