// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The HTTP surface without sockets: bytes are read as the server reads a connection's, and what is a
// call of AWS's API goes through its door and the tables of operations, with nobody behind them.
#include <cassert>
#include <cstdint>
#include <future>
#include <memory>
#include <string_view>

#include "engine/aws_json.h"
#include "engine/http_server.h"
#include "engine/operator_pages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static engine::AwsJson& aws = *new engine::AwsJson(*engine::AwsGate::Open({}));
  static engine::OperatorPages& pages = *new engine::OperatorPages();
  auto read = engine::ReadHttpRequest({reinterpret_cast<const char*>(data), size},
                                      {.body_bytes = 64 << 10, .header_bytes = 8 << 10});
  if (const auto* refusal = std::get_if<engine::HttpRefusal>(&read)) {
    assert(refusal->status == 400 || refusal->status == 413 || refusal->status == 431);
    assert(engine::AwsJson::Refusal(*refusal).status == refusal->status);
    return 0;
  }
  auto& request = std::get<engine::HttpRequest>(read);
  auto answered = std::make_shared<std::promise<int>>();
  const engine::HttpServer::Reply reply = [answered](const engine::HttpResponse& response) {
    answered->set_value(response.status);
  };
  if (engine::AwsJson::IsCall(request)) {
    aws.Answer(std::move(request), reply);
  } else {
    pages.handler()(std::move(request), reply);
  }
  const int status = answered->get_future().get();
  assert(status >= 200 && status < 600);
  return 0;
}
