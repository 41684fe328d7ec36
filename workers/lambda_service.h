// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Carries out the tasks of "call:lambda:FUNCTION" at a Lambda endpoint or as a mock, as the routes
// say at that moment. FUNCTION is a name, an ARN or a part of one, as the definition gave it but
// without the qualifier. Owned by the engine's Services.
#pragma once

#include <functional>
#include <string>

#include "workers/aws/clients.h"
#include "workers/aws/lambda.h"
#include "workers/calls_under_way.h"
#include "workers/function_target.h"
#include "workers/services.h"

namespace workers {

class LambdaService : public Service {
 public:
  // With a region. Any thread.
  using TargetOf = std::function<FunctionTarget(std::string_view function)>;

  // `transport` must outlive it.
  LambdaService(aws::HttpTransport* transport, TargetOf target_of);
  ~LambdaService() override;

  void After(absl::Duration delay, std::function<void()> task) override;
  uint32_t SlotsFor(std::string_view function) const override;
  void Start(TaskRequest task, Done done) override;
  void Cancel(const std::string& token) override;

 private:
  void Invoke(const ToLambda& target, const TaskRequest& task, Done done);

  aws::HttpTransport* const transport_;
  const TargetOf target_of_;
  CallsUnderWay under_way_;
  aws::Clients clients_;  // last: ends first, and tells those who still wait
};

}  // namespace workers
