// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/recorded_queues.h"

#include <fmt/format.h>

#include <functional>
#include <regex>

namespace conformance {
namespace {

using Kind = RecordedAction::Kind;

// A digest's place only: what it is of, a task token too, is known to the recorder alone.
std::string Digest(const std::string& text, size_t request) {
  return fmt::format("{:016x}{:016x}", std::hash<std::string>()(text), request);
}

}  // namespace

std::deque<RecordedAction> RecordedQueues::ActionsFor(const OrderedJson& request, bool callback,
                                                      std::string* problem) {
  std::deque<RecordedAction> actions = {Send(request)};
  if (!callback || actions[0].kind == Kind::kFail) return actions;
  for (RecordedAction& action : Consume(request, problem)) {
    action.by_token = true;
    actions.push_back(std::move(action));
  }
  return actions;
}

// The corpus' stand-in "no-such-queue-u2" had a random end, which the error's text shows.
std::string RecordedQueues::RandomHost(const std::string& url) const {
  const std::string host = url.substr(url.find("://") + 3);
  const std::string recorded = expected_.dump();
  std::smatch found;
  const std::regex random(host.substr(0, host.rfind('-')) + "-[0-9a-f]{8}");
  return std::regex_search(recorded, found, random) ? found[0].str() : host;
}

RecordedAction RecordedQueues::Send(const OrderedJson& request) {
  const std::string url = request.value("QueueUrl", "");
  const std::string id = fmt::format("b7ba5dd0-41c4-5f61-8d3c-{:012x}", ++requests_);
  if (case_.Find("sqs", url.substr(url.rfind('/') + 1)) == nullptr)
    return {.kind = Kind::kFail,
            .error = {"SQS.SdkClientException",
                      fmt::format("Unable to execute HTTP request: {}: Name or service not known",
                                  RandomHost(url))}};
  if (!request.contains("MessageBody"))
    return {.kind = Kind::kFail,
            .error = {"SQS.AmazonSQSException",
                      fmt::format("The request must contain the parameter MessageBody. (Service: "
                                  "AmazonSQS; Status Code: 400; Error Code: MissingParameter; "
                                  "Request ID: {}; Proxy: null)",
                                  id)}};
  OrderedJson answer = OrderedJson::object();
  if (request.contains("MessageAttributes"))
    answer["MD5OfMessageAttributes"] = Digest(request["MessageAttributes"].dump(), requests_);
  answer["MD5OfMessageBody"] = Digest(request["MessageBody"].get<std::string>(), requests_);
  answer["MessageId"] = fmt::format("0d2a3a9e-6c1f-4c53-9bb4-{:012x}", requests_);
  RecordedAction action{.kind = Kind::kSucceed, .text = answer.dump()};
  asl::HttpAnswer http{.request_id = id};
  http.headers = {{"x-amzn-RequestId", id},
                  {"Date", "Thu, 18 Apr 2024 06:27:01 GMT"},
                  {"Content-Type", "application/x-amz-json-1.0"},
                  {"Content-Length", std::to_string(action.text.size())},
                  {"connection", "keep-alive"}};
  action.http = std::make_shared<const asl::HttpAnswer>(std::move(http));
  return action;
}

// As the corpus describes each consumer in words.
std::deque<RecordedAction> RecordedQueues::Consume(const OrderedJson& request,
                                                   std::string* problem) const {
  const OrderedJson none = OrderedJson::object();
  const OrderedJson workers = case_.json().value("resources", none).value("workers", none);
  if (workers.empty()) return {};
  const std::string worker = workers[0].value("worker", "");
  const auto body = request["MessageBody"].get<std::string>();
  const std::string message = OrderedJson::parse(body).value("Message", OrderedJson()).dump();
  if (worker == "sqs_send_task_success_state_machine")
    return {{.kind = Kind::kSucceed, .text = message}};
  if (worker == "sqs_send_task_failure_state_machine")
    return {{.kind = Kind::kFail, .error = {"Failure error", "Failure cause"}}};
  if (worker == "_empty_send_task_failure_on_sqs_message") return {{.kind = Kind::kFail}};
  if (worker == "sqs_send_heartbeat_and_task_success_state_machine")
    return {{.kind = Kind::kSleep, .ms = 5'000},
            {.kind = Kind::kHeartbeat},
            {.kind = Kind::kSucceed, .text = message}};
  if (worker == "_sqs_task_token_handler" ||
      worker == "_handle_sqs_task_token_with_heartbeats_and_success") {
    std::deque<RecordedAction> actions(10, {.kind = Kind::kHeartbeat});
    actions.push_back({.kind = Kind::kSucceed, .text = body});
    return actions;
  }
  *problem = fmt::format("the runner knows no consumer {}", worker);
  return {};
}

}  // namespace conformance
