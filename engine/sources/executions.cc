// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/executions.h"

#include <algorithm>

#include "engine/api/requests.h"
#include "engine/api/wait_ticket.h"
#include "fmt/format.h"

namespace engine::sources {
namespace {

// The engine is behind when so much waits: a second's work or two on a small machine. What has been
// taken in already goes on.
constexpr uint64_t kLagMax = 2'000;    // commits written and not durable
constexpr uint64_t kLoadsMax = 5'000;  // reads under way

class OfEngine : public Executions {
 public:
  explicit OfEngine(Engine* engine) : engine_(*engine) {}

  void Start(const std::string& state_machine, std::string name, std::string input,
             std::function<void(StartOutcome)> done) override {
    api::StartRequest request{
        .state_machine = state_machine, .name = std::move(name), .input = std::move(input)};
    const std::string& machine = request.state_machine;
    api::StartExecution(engine_, request,
                        [this, machine, execution = request.name,
                         done = std::move(done)](absl::StatusOr<api::StartAnswer> answer) {
                          done(OutcomeOf(machine, execution, answer));
                        });
  }

  Ticket AwaitEnd(ExecutionNumber execution, std::function<void(bool)> done) override {
    return api::WaitForEnd(
        engine_, execution,
        [done = std::move(done)](const absl::StatusOr<ExecutionDescription>& ended) {
          done(ended.ok() && ended->row.status == asl::ExecutionStatus::kSucceeded);
        });
  }

  std::string Unready(const std::string& state_machine) override {
    const absl::StatusOr<api::Target> target = api::FindTarget(engine_, state_machine);
    if (!target.ok()) return std::string(target.status().message());
    if (target->machine->deleting) {
      return fmt::format("State Machine is being deleted: '{}'", state_machine);
    }
    if (absl::Status s = engine_.CheckDiskSpace(); !s.ok()) return std::string(s.message());
    const Engine::Moment moment = engine_.moment();
    const uint64_t lag = moment.commits.written_seq -
                         std::min(moment.commits.written_seq, moment.commits.durable_seq);
    if (engine_.IsBehind() || lag > kLagMax || moment.loads > kLoadsMax) {
      return fmt::format("the engine is behind: {} commands, {} commits, {} reads wait",
                         moment.partitions.inbox, lag, moment.loads);
    }
    return "";
  }

 private:
  StartOutcome OutcomeOf(const std::string& machine, const std::string& name,
                         const absl::StatusOr<api::StartAnswer>& answer) {
    using Kind = StartOutcome::Kind;
    if (answer.ok()) {
      return {.kind = answer->existing ? Kind::kRunning : Kind::kStarted,
              .execution = answer->number};
    }
    if (absl::IsAlreadyExists(answer.status())) return Existing(machine, name);
    return {.kind = absl::IsInvalidArgument(answer.status()) ? Kind::kBadInput : Kind::kRefused,
            .why = std::string(answer.status().message())};
  }

  // By its name alone: an input that differs comes of a template that was changed meanwhile, and the
  // message is the same. An execution that is kept no more has ended, nobody knows how.
  StartOutcome Existing(const std::string& machine, const std::string& name) {
    using Kind = StartOutcome::Kind;
    const absl::StatusOr<api::Target> target = api::FindTarget(engine_, machine);
    if (!target.ok()) return {.kind = Kind::kEnded};
    const storage::View view = engine_.durable_view();
    const absl::StatusOr<ExecutionNumber> number =
        FindExecution(*view, engine_.scope(), engine_.partitions(),
                      ExecutionArn(engine_.scope(), target->machine->machine, name));
    if (!number.ok()) return {.kind = Kind::kEnded};
    const absl::StatusOr<ExecutionRow> row = ReadStatus(*view, *number);
    if (!row.ok()) return {.kind = Kind::kEnded};
    const bool running = row->status == asl::ExecutionStatus::kRunning;
    return {.kind = running ? Kind::kRunning : Kind::kEnded,
            .execution = *number,
            .succeeded = row->status == asl::ExecutionStatus::kSucceeded};
  }

  Engine& engine_;
};

}  // namespace

std::unique_ptr<Executions> ExecutionsOf(Engine* engine) {
  return std::make_unique<OfEngine>(engine);
}

}  // namespace engine::sources
