// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/api.h"

#include <cassert>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace workers::aws {
namespace {

// "com.amazonaws.sqs#QueueDoesNotExist:http://…" → "QueueDoesNotExist".
std::string BareCode(std::string_view code) {
  code = code.substr(0, code.find(':'));
  if (const size_t hash = code.rfind('#'); hash != std::string_view::npos)
    code.remove_prefix(hash + 1);
  return std::string(code);
}

std::string FirstText(const nlohmann::json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return "";
}

}  // namespace

ApiCall JsonCall(const Service& service, std::string_view operation, std::string body) {
  assert(!service.json.empty());
  return {.service = service,
          .request = {
              .headers = {{"Content-Type", fmt::format("application/x-amz-json-{}", service.json)},
                          {"X-Amz-Target", fmt::format("{}.{}", service.target, operation)}},
              .body = std::move(body)}};
}

std::string RequestId(const HttpResponse& response) {
  for (const char* name : {"x-amzn-requestid", "x-amz-request-id"}) {
    if (const std::string* id = FindHeader(response.headers, name)) return *id;
  }
  return "";
}

ApiError ReadServiceError(const HttpResponse& response) {
  ApiError error{.status = response.status, .request_id = RequestId(response), .received = true};
  const auto body = nlohmann::json::parse(response.body, nullptr, false);
  if (body.is_object()) {
    error.type = BareCode(FirstText(body, {"__type", "code", "Code"}));
    error.message = FirstText(body, {"message", "Message"});
  }
  if (const std::string* type = FindHeader(response.headers, "x-amzn-errortype"))
    error.type = BareCode(*type);
  error.code = error.type;
  if (const std::string* old = FindHeader(response.headers, "x-amzn-query-error"))
    error.code = old->substr(0, old->find(';'));
  return error;
}

std::string SdkText(const ApiError& error, std::string_view service) {
  const auto text = [](const std::string& value) { return value.empty() ? "null" : value; };
  switch (error.kind) {
    case ApiError::Kind::kService:
      return fmt::format(
          "{} (Service: {}; Status Code: {}; Error Code: {}; Request ID: {}; Proxy: null)",
          text(error.message), service, error.status, text(error.code), text(error.request_id));
    case ApiError::Kind::kNoAnswer:
    case ApiError::Kind::kTooLarge:
      return fmt::format("Unable to execute HTTP request: {}", error.message);
    case ApiError::Kind::kTimeout:
      return "Client execution did not complete before the specified timeout configuration.";
    case ApiError::Kind::kNotMade:
    case ApiError::Kind::kCancelled:
      break;
  }
  return error.message;
}

}  // namespace workers::aws
