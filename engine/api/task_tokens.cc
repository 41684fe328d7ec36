// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat: the token tells the partition, which knows
// whether it is genuine.
#include "asl/json.h"
#include "asl/limits.h"
#include "engine/api/requests.h"
#include "engine/token.h"
#include "fmt/format.h"

namespace engine::api {
namespace {

void Send(Engine& engine, const std::string& token, TokenAnswer answer, Reply<bool> reply) {
  std::optional<std::string> bytes = TokenFromText(token);
  const std::optional<TokenParts> parts = bytes ? DecodeToken(*bytes) : std::nullopt;
  if (!parts || PartitionOf(parts->id.execution) >= engine.partitions()) {
    return reply(absl::InvalidArgumentError("Invalid Token: 'Invalid token'"));
  }
  engine.Post(PartitionOf(parts->id.execution), AnswerByToken{.token = *std::move(bytes),
                                                              .answer = std::move(answer),
                                                              .reply = std::move(reply)});
}

absl::Status CheckOutput(const std::string& output) {
  if (output.size() > asl::kPayloadBytesMax) {
    return absl::InvalidArgumentError(
        fmt::format("1 validation error detected: Value at 'output' failed to satisfy constraint: "
                    "Member must have length less than or equal to {}",
                    asl::kPayloadBytesMax));
  }
  if (const std::optional<asl::JsonError> error = asl::ValidateJson(output)) {
    return absl::InvalidArgumentError(fmt::format("Invalid Output: '{}'", error->message));
  }
  return absl::OkStatus();
}

}  // namespace

void SendTaskSuccess(Engine& engine, const std::string& token, std::string output,
                     Reply<bool> reply) {
  if (absl::Status s = CheckOutput(output); !s.ok()) return reply(s);
  Send(engine, token, TokenSuccess{std::make_shared<const std::string>(std::move(output))},
       std::move(reply));
}

void SendTaskFailure(Engine& engine, const std::string& token, asl::Error error,
                     Reply<bool> reply) {
  if (absl::Status s = CheckError(error); !s.ok()) return reply(s);
  Send(engine, token, TokenFailure{std::move(error)}, std::move(reply));
}

void SendTaskHeartbeat(Engine& engine, const std::string& token, Reply<bool> reply) {
  Send(engine, token, TokenHeartbeat{}, std::move(reply));
}

}  // namespace engine::api
