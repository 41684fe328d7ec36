// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The dead-letter queues of sources: what lies there, why, and back again. The engine says which
// sources put messages there; an execution is found by the name that it got of the message's id.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "asl/json.h"
#include "asl/limits.h"
#include "asld/v1/operator.pb.h"
#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/execution_text.h"
#include "tools/aslctl/operator_client.h"
#include "tools/aslctl/queue.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
using workers::aws::SqsMessage;

// A source's name stands for its dead-letter queue.
std::string QueueOf(const std::string& what, const asld::v1::ListSourcesResponse& sources) {
  for (const asld::v1::Source& source : sources.sources()) {
    if (source.name() == what && !source.dead_letter_queue().empty())
      return source.dead_letter_queue();
  }
  return what;
}

struct Letter {
  std::string execution;  // MACHINE/NAME; empty: there is none
  std::string status;
  std::string reason;
};

Letter Explain(EngineClient& engine, const asld::v1::ListSourcesResponse& sources,
               const std::string& dead_letter_queue, const SqsMessage& message) {
  for (const asld::v1::Source& source : sources.sources()) {
    if (source.dead_letter_queue() != dead_letter_queue) continue;
    const std::string machine =
        source.state_machine().substr(source.state_machine().rfind(':') + 1);
    const std::string name = machine + "/" + sources.execution_prefix() + message.id;
    const auto arn = engine.ResolveExecution(name);
    const auto execution = arn.ok() ? engine.DescribeExecution(*arn)
                                    : absl::StatusOr<asld::v1::Execution>(arn.status());
    if (!execution.ok()) continue;
    std::string reason = execution->error();
    if (!execution->cause().empty()) reason += (reason.empty() ? "" : ": ") + execution->cause();
    if (reason.empty() && execution->status() == "SUCCEEDED")
      reason = "it succeeded, and the message came here all the same";
    return {.execution = name, .status = execution->status(), .reason = reason};
  }
  if (message.body.size() > asl::kPayloadBytesMax) {
    return {.reason = fmt::format("{} bytes, and an input has at most {}", message.body.size(),
                                  asl::kPayloadBytesMax)};
  }
  if (const std::optional<asl::JsonError> error = asl::ValidateJson(message.body))
    return {.reason = "the body is not JSON: " + error->message};
  return {.reason = "no execution was started with it"};
}

std::string Attribute(const SqsMessage& message, const char* name) {
  const auto found = message.attributes.find(name);
  return found == message.attributes.end() ? "" : found->second;
}

Failure QueueFailure(const absl::Status& status, const std::string& queue) {
  Failure failure = FailureOf(status, fmt::format("cannot use queue '{}'", queue));
  if (failure.exit == Exit::kUnreachable)
    failure.fix = "say where SQS is with --endpoint-url, or AWS_ENDPOINT_URL_SQS";
  return failure;
}

}  // namespace

Exit ListDeadLetters(EngineClient& engine, const workers::Server& server,
                     const DlqOptions& options) {
  const auto sources = OperatorClient(server).ListSources();
  if (!sources.ok()) return Tell(FailureOf(sources.status(), "cannot list sources"));
  const std::string what = QueueOf(options.queue, *sources);
  auto queue = Queue::Open(what, options.reach);
  if (!queue.ok()) return Tell(QueueFailure(queue.status(), what));
  const auto messages = (*queue)->Peek(options.limit);
  if (!messages.ok()) return Tell(QueueFailure(messages.status(), what));

  const Style style = StyleOf(stdout);
  Json list = Json::array();
  std::vector<std::vector<Cell>> rows(1);
  for (const char* head : {"MESSAGE", "RECEIVED", "EXECUTION", "STATUS", "REASON"})
    rows[0].push_back({head, Tone::kDim});
  for (const SqsMessage& message : *messages) {
    const Letter letter = Explain(engine, *sources, (*queue)->arn(), message);
    const std::string count = Attribute(message, "ApproximateReceiveCount");
    list.push_back({{"messageId", message.id},
                    {"receiveCount", count},
                    {"sentTimestamp", Attribute(message, "SentTimestamp")},
                    {"execution", letter.execution},
                    {"status", letter.status},
                    {"reason", letter.reason},
                    {"body", message.body}});
    rows.push_back({{message.id, Tone::kStrong},
                    {count},
                    {letter.execution.empty() ? "-" : letter.execution},
                    {letter.status, ToneOfStatus(letter.status)},
                    {OneLine(letter.reason, 60, style)}});
  }
  if (const absl::Status s = (*queue)->Release(*messages); !s.ok())
    return Tell(QueueFailure(s, what));
  if (list.empty()) fmt::print(stderr, "no message is in {}\n", (*queue)->name());
  const std::string text = list.empty() ? "" : Columns(rows, style);
  Print(options.form, Json{{"messages", std::move(list)}},
        {.name = "messageId", .list = "messages"}, text);
  return Exit::kOk;
}

Exit RedriveDeadLetters(const workers::Server& server, const DlqOptions& options) {
  const auto sources = OperatorClient(server).ListSources();
  if (!sources.ok()) return Tell(FailureOf(sources.status(), "cannot list sources"));
  const std::string what = QueueOf(options.queue, *sources);
  auto queue = Queue::Open(what, options.reach);
  if (!queue.ok()) return Tell(QueueFailure(queue.status(), what));
  std::string destination = options.to;
  for (const asld::v1::Source& source : sources->sources()) {
    if (destination.empty() && source.dead_letter_queue() == (*queue)->arn())
      destination = source.queue();
  }
  const absl::StatusOr<uint64_t> moved = (*queue)->Redrive(destination);
  if (!moved.ok()) {
    Failure failure = QueueFailure(moved.status(), what);
    if (failure.fix.empty()) failure.fix = "say with --to where they shall go";
    return Tell(failure);
  }
  fmt::print(stderr, "moved {} messages of {}\n", *moved, (*queue)->name());
  return Exit::kOk;
}

}  // namespace aslctl
