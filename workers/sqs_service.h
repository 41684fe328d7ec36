// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Carries out the tasks of "call:sqs:sendMessage", whose input is SendMessage's parameters: at the
// endpoint that is configured for SQS, else where the queue's URL says, with the credentials that
// the environment names. Owned by the engine's Services.
#pragma once

#include <string>

#include "workers/aws/clients.h"
#include "workers/calls_under_way.h"
#include "workers/services.h"

namespace workers {

class SqsService : public Service {
 public:
  static constexpr uint32_t kConcurrency = 256;  // messages being sent at once

  // `transport` must outlive it. `region`: of queues whose URL names none.
  SqsService(aws::HttpTransport* transport, std::string region);
  ~SqsService() override;

  void After(absl::Duration delay, std::function<void()> task) override;
  uint32_t SlotsFor(std::string_view what) const override;
  void Start(TaskRequest task, Done done) override;
  void Cancel(const std::string& token) override;

 private:
  aws::HttpTransport* const transport_;
  const std::string region_;
  CallsUnderWay under_way_;
  aws::Clients clients_;  // last: ends first, and tells those who still wait
};

}  // namespace workers
