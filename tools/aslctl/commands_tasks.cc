// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <cstdio>

#include "tools/aslctl/arguments.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"

namespace aslctl {
namespace {

Exit End(const absl::Status& status, const char* done) {
  if (!status.ok()) return Tell(FailureOf(status, "the task token did not count"));
  fmt::print(stderr, "{}\n", done);
  return Exit::kOk;
}

}  // namespace

Exit SucceedTask(EngineClient& engine, const TaskSuccessOptions& options) {
  const auto result = ReadInput(options.result);
  if (!result.ok()) {
    return Tell({.exit = Exit::kUsage,
                 .what = "the task cannot succeed",
                 .why = std::string(result.status().message()),
                 .fix = "--result takes JSON text, @FILE or - for stdin"});
  }
  return End(engine.SendTaskSuccess(options.token, *result), "the task succeeded");
}

Exit FailTask(EngineClient& engine, const TaskFailureOptions& options) {
  return End(engine.SendTaskFailure(options.token, options.error, options.cause),
             "the task failed, as you said");
}

Exit KeepTaskAlive(EngineClient& engine, const std::string& token) {
  return End(engine.SendTaskHeartbeat(token), "its heartbeat begins again");
}

}  // namespace aslctl
