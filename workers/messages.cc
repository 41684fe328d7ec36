// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/messages.h"

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "asld/v1/workers.pb.h"
#include "fmt/core.h"
#include "workers/limits.h"

namespace workers {
namespace {

// What protobuf adds to one item's strings, at most.
constexpr size_t kItemOverheadBytes = 64;

absl::Status ReadAnswer(asld::v1::Answer* from, Answer* to) {
  if (from->token().empty() || from->token().size() > kTokenBytesMax) {
    return absl::InvalidArgumentError(fmt::format(
        "an answer's token must have 1 to {} bytes, not {}", kTokenBytesMax, from->token().size()));
  }
  to->token = std::move(*from->mutable_token());
  switch (from->what_case()) {
    case asld::v1::Answer::kReceived:
      to->kind = AnswerKind::kReceived;
      return absl::OkStatus();
    case asld::v1::Answer::kHeartbeat:
      to->kind = AnswerKind::kHeartbeat;
      return absl::OkStatus();
    case asld::v1::Answer::kSuccess:
      to->kind = AnswerKind::kSuccess;
      to->output = std::make_shared<const std::string>(
          std::move(*from->mutable_success()->mutable_output()));
      return absl::OkStatus();
    case asld::v1::Answer::kFailure: {
      asld::v1::Failure* failure = from->mutable_failure();
      to->kind = AnswerKind::kFailure;
      if (failure->has_error()) to->error = std::move(*failure->mutable_error());
      if (failure->has_cause()) to->cause = std::move(*failure->mutable_cause());
      return absl::OkStatus();
    }
    case asld::v1::Answer::WHAT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "an answer must say received, heartbeat, success or failure, and one said nothing");
}

absl::Status ReadHeld(asld::v1::Held* from, Held* to) {
  to->token = std::move(*from->mutable_token());
  if (!from->has_finished()) return absl::OkStatus();
  // The answer need not repeat the token.
  if (from->finished().token().empty()) from->mutable_finished()->set_token(to->token);
  to->finished.emplace();
  if (absl::Status s = ReadAnswer(from->mutable_finished(), &*to->finished); !s.ok()) return s;
  const AnswerKind kind = to->finished->kind;
  if (to->finished->token != to->token) {
    return absl::InvalidArgumentError("a held task's result must be about the same token");
  }
  if (kind != AnswerKind::kSuccess && kind != AnswerKind::kFailure) {
    return absl::InvalidArgumentError("a finished held task must carry success or failure");
  }
  return absl::OkStatus();
}

size_t SizeOf(const TaskRequest& task) {
  return kItemOverheadBytes + task.token.size() + task.queue.size() + task.qualifier.size() +
         task.length + task.execution_arn.size() + task.state_name.size() +
         task.idempotency_key.size();
}

void Write(TaskRequest& from, asld::v1::Task* to) {
  if (std::optional<std::string_view> activity = ActivityOf(from.queue)) {
    to->set_activity(std::string(*activity));
  } else {
    to->set_function(std::move(from.queue));
  }
  to->set_token(std::move(from.token));
  to->set_qualifier(std::move(from.qualifier));
  if (from.text != nullptr) {
    assert(size_t{from.offset} + from.length <= from.text->size());
    to->set_input(from.text->data() + from.offset, from.length);
    from.text.reset();
  }
  to->set_attempt(from.attempt);
  to->set_timeout_s(from.timeout_s);
  to->set_heartbeat_s(from.heartbeat_s);
  to->set_execution_arn(std::move(from.execution_arn));
  to->set_state_name(std::move(from.state_name));
  to->set_idempotency_key(std::move(from.idempotency_key));
}

asld::v1::Acknowledgement::Outcome OnTheWire(AckOutcome outcome) {
  switch (outcome) {
    case AckOutcome::kAccepted:
      return asld::v1::Acknowledgement::ACCEPTED;
    case AckOutcome::kAlreadyAnswered:
      return asld::v1::Acknowledgement::ALREADY_ANSWERED;
    case AckOutcome::kNoLongerWanted:
      return asld::v1::Acknowledgement::NO_LONGER_WANTED;
    case AckOutcome::kRefused:
      return asld::v1::Acknowledgement::REFUSED;
  }
  return asld::v1::Acknowledgement::OUTCOME_UNSPECIFIED;
}

}  // namespace

absl::Status ReadHello(asld::v1::Hello* hello, WorkerInfo* info, std::vector<Held>* held) {
  info->instance = std::move(*hello->mutable_instance_id());
  info->worker_name = std::move(*hello->mutable_worker_name());
  info->slots = hello->slots();
  for (std::string& function : *hello->mutable_functions()) {
    // A function's name ends where its ARN's next part would begin; this also keeps it apart from
    // activities.
    if (function.empty() || function.find(':') != std::string::npos) {
      return absl::InvalidArgumentError(fmt::format(
          "\"{}\" is not a function's name: it must not be empty or hold a colon", function));
    }
    info->queues.push_back(std::move(function));
  }
  for (const std::string& activity : hello->activities()) {
    if (activity.empty()) return absl::InvalidArgumentError("an activity's name must not be empty");
    info->queues.push_back(ActivityQueue(activity));
  }
  held->resize(static_cast<size_t>(hello->held_size()));
  for (int i = 0; i < hello->held_size(); ++i) {
    absl::Status s = ReadHeld(hello->mutable_held(i), &(*held)[static_cast<size_t>(i)]);
    if (!s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status ReadAnswers(asld::v1::WorkerMessage* message, std::vector<Answer>* answers) {
  answers->resize(static_cast<size_t>(message->answers_size()));
  for (int i = 0; i < message->answers_size(); ++i) {
    absl::Status s = ReadAnswer(message->mutable_answers(i), &(*answers)[static_cast<size_t>(i)]);
    if (!s.ok()) return s;
  }
  return absl::OkStatus();
}

bool Parcel::empty() const {
  return tasks_ == outgoing_.tasks.size() &&
         acknowledgements_ == outgoing_.acknowledgements.size() &&
         withdrawn_ == outgoing_.withdrawn.size();
}

void Parcel::Fill(asld::v1::EngineMessage* message) {
  size_t bytes = 0;
  const auto fits = [&bytes](size_t more) {
    const bool fit = bytes == 0 || bytes + more <= kMessageBytesMax;
    if (fit) bytes += more;
    return fit;
  };
  for (; tasks_ < outgoing_.tasks.size(); ++tasks_) {
    TaskRequest& task = outgoing_.tasks[tasks_];
    if (!fits(SizeOf(task))) return;
    Write(task, message->add_tasks());
  }
  for (; acknowledgements_ < outgoing_.acknowledgements.size(); ++acknowledgements_) {
    Acknowledgement& ack = outgoing_.acknowledgements[acknowledgements_];
    if (!fits(kItemOverheadBytes + ack.token.size() + ack.message.size())) return;
    asld::v1::Acknowledgement* to = message->add_acknowledgements();
    to->set_token(std::move(ack.token));
    to->set_outcome(OnTheWire(ack.outcome));
    to->set_message(std::move(ack.message));
  }
  for (; withdrawn_ < outgoing_.withdrawn.size(); ++withdrawn_) {
    std::string& token = outgoing_.withdrawn[withdrawn_];
    if (!fits(kItemOverheadBytes + token.size())) return;
    message->add_withdrawn(std::move(token));
  }
}

}  // namespace workers
