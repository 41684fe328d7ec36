// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_json.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <utility>

#include "asl/json.h"
#include "engine/api/requests.h"
#include "engine/aws_operations.h"
#include "engine/aws_request.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr std::string_view kTargetPrefix = "AWSStepFunctions.";
// Of what compiles or reads the store, one call at a time may keep a thread busy.
constexpr size_t kSlowThreads = 2;

HttpResponse Response(int status, std::string body) {
  return {.status = status,
          .content_type = "application/x-amz-json-1.0",
          .headers = {{"x-amzn-RequestId", api::NewUuid()}},
          .body = std::move(body)};
}

HttpResponse Response(const AwsError& error) {
  asl::JsonWriter out;
  out.BeginObject();
  out.Key("__type").String(error.type);
  out.Key("message").String(error.message);
  if (!error.resource_name.empty()) out.Key("resourceName").String(error.resource_name);
  HttpResponse response = Response(error.http_status, out.EndObject().Take());
  // SDKs look here first; the name alone, because some cut at a colon, some at a '#'.
  response.headers.emplace_back("x-amzn-ErrorType", error.type.substr(error.type.find('#') + 1));
  return response;
}

HttpResponse Response(absl::StatusOr<std::string> answer) {
  return answer.ok() ? Response(200, *std::move(answer)) : Response(ToAws(answer.status()));
}

AwsError UnknownOperation(std::string_view target) {
  return {.type = "UnknownOperationException",
          .message = target.empty() ? std::string("the header X-Amz-Target is missing")
                                    : fmt::format("there is no operation {}", std::string(target))};
}

AwsError NotServed(const AwsOperation& operation) {
  return ToAws(absl::UnimplementedError(
      fmt::format("{} is not supported yet by asld, which has to have {} first", operation.name,
                  operation.missing)));
}

}  // namespace

struct AwsJson::SlowThreads {
  boost::asio::thread_pool threads{kSlowThreads};
};

AwsJson::AwsJson(std::unique_ptr<AwsGate> gate)
    : gate_(std::move(gate)), slow_(std::make_unique<SlowThreads>()) {}

AwsJson::~AwsJson() { slow_->threads.join(); }

void AwsJson::Show(Engine* engine) {
  std::lock_guard lock(mutex_);
  engine_ = engine;
}

HttpResponse AwsJson::Refusal(const HttpRefusal& refusal) {
  const bool too_large = refusal.status == 413 || refusal.status == 431;
  const bool busy = refusal.status == 503;  // which SDKs try again
  return Response(AwsError{.type = too_large ? "RequestEntityTooLargeException"
                                   : busy    ? "ServiceUnavailable"
                                             : "SerializationException",
                           .message = refusal.text,
                           .http_status = refusal.status});
}

bool AwsJson::IsCall(const HttpRequest& request) {
  return request.method == "POST" && request.path == "/";
}

// In AWS's order, and cheapest first for what is refused: the caller, the operation, its rate; only
// then is the body parsed.
void AwsJson::Answer(HttpRequest request, HttpServer::Reply reply) {
  if (auto refusal = gate_->CheckCaller(request)) return reply(Response(*refusal));
  const std::string_view target = request.Header("X-Amz-Target");
  const AwsOperation* operation = target.starts_with(kTargetPrefix)
                                      ? FindAwsOperation(target.substr(kTargetPrefix.size()))
                                      : nullptr;
  if (operation == nullptr) return reply(Response(UnknownOperation(target)));
  if (auto refusal = gate_->CheckRate(operation->name)) return reply(Response(*refusal));
  if (operation->starts && IsBehind()) return reply(Response(Throttled()));
  if (operation->run == nullptr && operation->wait == nullptr) {
    return reply(Response(NotServed(*operation)));
  }
  if (operation->wait != nullptr) return Run(*operation, std::move(request), std::move(reply));
  if (auto refusal = gate_->Enter()) return reply(Response(*refusal));
  HttpServer::Reply leave = [gate = gate_.get(), reply = std::move(reply)](HttpResponse response) {
    gate->Leave();
    reply(std::move(response));
  };
  if (!operation->slow) return Run(*operation, std::move(request), std::move(leave));
  boost::asio::post(slow_->threads, [this, operation, request = std::move(request),
                                     leave = std::move(leave)]() mutable {
    Run(*operation, std::move(request), std::move(leave));
  });
}

bool AwsJson::IsBehind() {
  std::shared_lock lock(mutex_);
  return engine_ != nullptr && engine_->IsBehind();
}

void AwsJson::Run(const AwsOperation& operation, HttpRequest request, HttpServer::Reply reply) {
  const std::variant<AwsRequest, AwsError> decoded =
      DecodeAwsRequest(operation.members, std::move(request.body));
  if (const auto* error = std::get_if<AwsError>(&decoded)) return reply(Response(*error));
  const AwsRequest& body = std::get<AwsRequest>(decoded);
  std::shared_lock lock(mutex_);
  if (engine_ == nullptr) {
    return reply(Response(ToAws(absl::UnavailableError("asld is starting or stopping"))));
  }
  if (operation.run != nullptr) {
    return operation.run(*engine_, body,
                         [reply = std::move(reply)](absl::StatusOr<std::string> answer) {
                           reply(Response(std::move(answer)));
                         });
  }
  operation.wait(*engine_, body,
                 {.reply =
                      [reply = std::move(reply)](absl::StatusOr<std::string> answer,
                                                 std::function<void(bool)> sent) {
                        HttpResponse response = Response(std::move(answer));
                        response.sent = std::move(sent);
                        reply(std::move(response));
                      },
                  .when_gone = std::move(request.when_gone)});
}

}  // namespace engine
