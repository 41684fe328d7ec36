// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/client/wire.h"

#include <utility>

#include "asld/v1/workers.pb.h"

namespace workers {
namespace {

void WriteAnswer(const Answer& from, asld::v1::Answer* to) {
  to->set_token(from.token);
  switch (from.kind) {
    case AnswerKind::kReceived:
      to->mutable_received();
      return;
    case AnswerKind::kHeartbeat:
      to->mutable_heartbeat();
      return;
    case AnswerKind::kSuccess:
      to->mutable_success()->set_output(*from.output);
      return;
    case AnswerKind::kFailure:
      if (from.error) to->mutable_failure()->set_error(*from.error);
      if (from.cause) to->mutable_failure()->set_cause(*from.cause);
      to->mutable_failure();
      return;
  }
}

Task ReadTask(asld::v1::Task* from) {
  return Task{.token = std::move(*from->mutable_token()),
              .function = std::move(*from->mutable_function()),
              .activity = std::move(*from->mutable_activity()),
              .qualifier = std::move(*from->mutable_qualifier()),
              .input = std::move(*from->mutable_input()),
              .attempt = from->attempt(),
              .timeout_s = from->timeout_s(),
              .heartbeat_s = from->heartbeat_s(),
              .execution_arn = std::move(*from->mutable_execution_arn()),
              .state_name = std::move(*from->mutable_state_name()),
              .idempotency_key = std::move(*from->mutable_idempotency_key())};
}

AckOutcome ReadOutcome(asld::v1::Acknowledgement::Outcome outcome) {
  switch (outcome) {
    case asld::v1::Acknowledgement::ACCEPTED:
      return AckOutcome::kAccepted;
    case asld::v1::Acknowledgement::ALREADY_ANSWERED:
      return AckOutcome::kAlreadyAnswered;
    case asld::v1::Acknowledgement::NO_LONGER_WANTED:
      return AckOutcome::kNoLongerWanted;
    default:
      // An outcome of a later version ends the task as a refusal does.
      return AckOutcome::kRefused;
  }
}

}  // namespace

void WriteHeld(const std::vector<Held>& held, asld::v1::Hello* hello) {
  for (const Held& task : held) {
    asld::v1::Held* to = hello->add_held();
    to->set_token(task.token);
    if (task.finished) WriteAnswer(*task.finished, to->mutable_finished());
  }
}

void WriteAnswers(const std::vector<Answer>& answers, asld::v1::WorkerMessage* message) {
  for (const Answer& answer : answers) WriteAnswer(answer, message->add_answers());
}

void Deliver(asld::v1::EngineMessage* message, Ledger* ledger) {
  std::vector<Task> tasks;
  tasks.reserve(static_cast<size_t>(message->tasks_size()));
  for (asld::v1::Task& task : *message->mutable_tasks()) tasks.push_back(ReadTask(&task));
  ledger->Receive(std::move(tasks));
  for (const asld::v1::Acknowledgement& ack : message->acknowledgements()) {
    ledger->Acknowledge(ack.token(), ReadOutcome(ack.outcome()));
  }
  for (const std::string& token : message->withdrawn()) ledger->Withdraw(token);
  if (message->drained()) ledger->SetDrained();
}

}  // namespace workers
