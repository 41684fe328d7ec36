// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The AWS endpoint: AWS's JSON protocol 1.0 over HTTP, as every AWS SDK and the AWS CLI speak it, in
// front of the same functions of engine/api as gRPC. A call is a POST of "/" whose header
// X-Amz-Target names the operation; who may call, and how often, is the gate's business. Owned by
// main, there before the engine is open and until it is closed. Thread-safe.
#pragma once

#include <memory>
#include <shared_mutex>

#include "engine/aws_gate.h"
#include "engine/http_server.h"

namespace engine {

class Engine;
struct AwsOperation;

class AwsJson {
 public:
  explicit AwsJson(std::unique_ptr<AwsGate> gate);
  ~AwsJson();

  // From now on calls go to this engine; null: there is none (yet, or any more).
  void Show(Engine* engine);

  static bool IsCall(const HttpRequest& request);
  // What was refused before anybody knew whether it is a call, in a form that AWS's clients read.
  static HttpResponse Refusal(const HttpRefusal& refusal);
  // REQUIRES: IsCall. Answers at once or later, from whichever thread.
  void Answer(HttpRequest request, HttpServer::Reply reply);

 private:
  struct SlowThreads;
  bool IsBehind();
  void Run(const AwsOperation& operation, HttpRequest request, HttpServer::Reply reply);

  const std::unique_ptr<AwsGate> gate_;
  std::shared_mutex mutex_;   // held, shared, while a call is begun: Show(nullptr) waits for it
  Engine* engine_ = nullptr;  // guarded by mutex_
  std::unique_ptr<SlowThreads> slow_;
};

}  // namespace engine
