// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Each method turns its message into a request of engine/api and the answer back into a message;
// nothing is decided here.
#include "engine/grpc_workflows.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <mutex>

#include "engine/api/wait_ticket.h"
#include "engine/grpc_convert.h"
#include "fmt/format.h"

namespace engine {
namespace {

namespace v1 = asld::v1;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

constexpr int kStartsPerCallMax = 1'000;

api::StartRequest ToRequest(const v1::StartExecutionRequest& request) {
  return {
      .state_machine = request.state_machine(), .name = request.name(), .input = request.input()};
}

void Fill(const api::StartAnswer& answer, v1::StartExecutionResponse& out) {
  out.set_execution_arn(answer.execution_arn);
  Convert(answer.started_at, *out.mutable_start_date());
}

// A call that waits for the end of an execution. Ends when the execution does, or when the client's
// deadline or cancellation comes first; the two race, so the first one finishes the call and the
// other does nothing.
class WaitCall : public ServerUnaryReactor {
 public:
  WaitCall(Engine* engine, v1::Execution* response) : engine_(engine), response_(response) {}

  // Keeps the object until both gRPC is done with it and no reply can come any more.
  static void Begin(const std::shared_ptr<WaitCall>& call) { call->self_ = call; }

  static void Wait(const std::shared_ptr<WaitCall>& call, ExecutionNumber execution) {
    auto ticket = api::WaitForEnd(*call->engine_, execution,
                                  [call](absl::StatusOr<ExecutionDescription> end) {
                                    if (call->finished_.exchange(true)) return;
                                    if (end.ok()) Convert(*call->engine_, *end, *call->response_);
                                    call->Finish(ToGrpc(end.status()));
                                  });
    std::lock_guard lock(call->mutex_);
    if (!call->done_) call->ticket_ = std::move(ticket);
  }

  void Fail(const absl::Status& status) {
    if (!finished_.exchange(true)) Finish(ToGrpc(status));
  }

  void OnCancel() override {
    if (!finished_.exchange(true))
      Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the caller waits no longer"));
  }

  void OnDone() override {
    std::shared_ptr<WaitCall> self = std::move(self_);
    std::shared_ptr<api::WaitTicket> ticket;
    {
      std::lock_guard lock(mutex_);
      done_ = true;
      ticket = std::move(ticket_);
    }
  }

 private:
  Engine* const engine_;
  v1::Execution* const response_;
  std::atomic<bool> finished_{false};
  std::mutex mutex_;
  bool done_ = false;                        // guarded by mutex_
  std::shared_ptr<api::WaitTicket> ticket_;  // guarded by mutex_
  std::shared_ptr<WaitCall> self_;
};

class WorkflowsService : public v1::Workflows::CallbackService {
 public:
  explicit WorkflowsService(Engine* engine) : engine_(*engine) {}

  ServerUnaryReactor* CreateStateMachine(CallbackServerContext* context,
                                         const v1::CreateStateMachineRequest* request,
                                         v1::CreateStateMachineResponse* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::CreateStateMachine(
        engine_,
        {.name = request->name(),
         .definition = request->definition(),
         .role_arn = request->role_arn()},
        [this, reactor, response](absl::StatusOr<RevisionPtr> revision) {
          if (revision.ok()) {
            response->set_state_machine_arn(StateMachineArn(engine_.scope(), (*revision)->machine));
            Convert((*revision)->created, *response->mutable_creation_date());
            response->set_revision_id((*revision)->id);
          }
          reactor->Finish(ToGrpc(revision.status()));
        });
    return reactor;
  }

  ServerUnaryReactor* DescribeStateMachine(CallbackServerContext* context,
                                           const v1::DescribeStateMachineRequest* request,
                                           v1::StateMachine* response) override {
    absl::StatusOr<RevisionPtr> revision =
        api::DescribeStateMachine(engine_, request->state_machine());
    if (revision.ok()) Convert(engine_, **revision, true, *response);
    return Finished(context, revision.status());
  }

  ServerUnaryReactor* ListStateMachines(CallbackServerContext* context,
                                        const v1::ListStateMachinesRequest* request,
                                        v1::ListStateMachinesResponse* response) override {
    absl::StatusOr<api::StateMachinePage> page =
        api::ListStateMachines(engine_, request->max_results(), request->next_token());
    if (page.ok()) {
      for (const RevisionPtr& machine : page->machines) {
        Convert(engine_, *machine, false, *response->add_state_machines());
      }
      response->set_next_token(page->next_token);
    }
    return Finished(context, page.status());
  }

  ServerUnaryReactor* ValidateDefinition(CallbackServerContext* context,
                                         const v1::ValidateDefinitionRequest* request,
                                         v1::ValidateDefinitionResponse* response) override {
    for (const asl::Problem& problem : asl::Compile(request->definition()).problems) {
      v1::Problem& out = *response->add_problems();
      out.set_code(problem.code);
      out.set_message(problem.message);
      out.set_location(problem.location);
      out.set_line(problem.line);
      out.set_column(problem.column);
    }
    return Finished(context, absl::OkStatus());
  }

  ServerUnaryReactor* StartExecution(CallbackServerContext* context,
                                     const v1::StartExecutionRequest* request,
                                     v1::StartExecutionResponse* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::StartExecution(engine_, ToRequest(*request),
                        [reactor, response](absl::StatusOr<api::StartAnswer> answer) {
                          if (answer.ok()) Fill(*answer, *response);
                          reactor->Finish(ToGrpc(answer.status()));
                        });
    return reactor;
  }

  ServerUnaryReactor* StartExecutions(CallbackServerContext* context,
                                      const v1::StartExecutionsRequest* request,
                                      v1::StartExecutionsResponse* response) override {
    const int count = request->executions_size();
    if (count > kStartsPerCallMax) {
      return Finished(context, absl::InvalidArgumentError(
                                   fmt::format("{} executions in one call; at most {} are taken",
                                               count, kStartsPerCallMax)));
    }
    if (count == 0) return Finished(context, absl::OkStatus());
    ServerUnaryReactor* reactor = context->DefaultReactor();
    for (int i = 0; i < count; ++i) response->add_outcomes();
    auto left = std::make_shared<std::atomic<int>>(count);
    for (int i = 0; i < count; ++i) {
      v1::StartOutcome* outcome =
          response->mutable_outcomes(i);  // each callback writes its own element only
      api::StartExecution(engine_, ToRequest(request->executions(i)),
                          [reactor, outcome, left](absl::StatusOr<api::StartAnswer> answer) {
                            if (answer.ok()) {
                              Fill(*answer, *outcome->mutable_started());
                            } else {
                              outcome->set_code(static_cast<int>(answer.status().code()));
                              outcome->set_message(std::string(answer.status().message()));
                            }
                            if (left->fetch_sub(1) == 1) reactor->Finish(grpc::Status::OK);
                          });
    }
    return reactor;
  }

  ServerUnaryReactor* StartAndWait(CallbackServerContext*, const v1::StartExecutionRequest* request,
                                   v1::Execution* response) override {
    auto call = std::make_shared<WaitCall>(&engine_, response);
    WaitCall::Begin(call);
    api::StartExecution(engine_, ToRequest(*request),
                        [call](absl::StatusOr<api::StartAnswer> answer) {
                          if (!answer.ok()) return call->Fail(answer.status());
                          WaitCall::Wait(call, answer->number);
                        });
    return call.get();
  }

  ServerUnaryReactor* WaitExecution(CallbackServerContext*,
                                    const v1::DescribeExecutionRequest* request,
                                    v1::Execution* response) override {
    auto call = std::make_shared<WaitCall>(&engine_, response);
    WaitCall::Begin(call);
    absl::StatusOr<ExecutionNumber> number = FindExecution(
        *engine_.durable_view(), engine_.scope(), engine_.partitions(), request->execution_arn());
    if (number.ok()) {
      WaitCall::Wait(call, *number);
    } else {
      call->Fail(number.status());
    }
    return call.get();
  }

  ServerUnaryReactor* DescribeExecution(CallbackServerContext* context,
                                        const v1::DescribeExecutionRequest* request,
                                        v1::Execution* response) override {
    absl::StatusOr<ExecutionDescription> description =
        api::DescribeExecution(engine_, request->execution_arn());
    if (description.ok()) Convert(engine_, *description, *response);
    return Finished(context, description.status());
  }

  ServerUnaryReactor* StopExecution(CallbackServerContext* context,
                                    const v1::StopExecutionRequest* request,
                                    v1::StopExecutionResponse* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    asl::Error error;
    if (request->has_error()) error.name = request->error();
    if (request->has_cause()) error.cause = request->cause();
    api::StopExecution(engine_,
                       {.execution_arn = request->execution_arn(), .error = std::move(error)},
                       [reactor, response](absl::StatusOr<asl::Millis> stopped) {
                         if (stopped.ok()) Convert(*stopped, *response->mutable_stop_date());
                         reactor->Finish(ToGrpc(stopped.status()));
                       });
    return reactor;
  }

  ServerUnaryReactor* GetExecutionHistory(CallbackServerContext* context,
                                          const v1::GetExecutionHistoryRequest* request,
                                          v1::GetExecutionHistoryResponse* response) override {
    absl::StatusOr<api::HistoryAnswer> answer =
        api::GetExecutionHistory(engine_, {.execution_arn = request->execution_arn(),
                                           .max_results = request->max_results(),
                                           .reverse = request->reverse_order(),
                                           .token = request->next_token()});
    if (answer.ok()) {
      for (const asl::HistoryEvent& event : answer->events) Convert(event, *response->add_events());
      response->set_next_token(answer->next_token);
    }
    return Finished(context, answer.status());
  }

 private:
  static ServerUnaryReactor* Finished(CallbackServerContext* context, const absl::Status& status) {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  Engine& engine_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewWorkflowsService(Engine* engine) {
  return std::make_unique<WorkflowsService>(engine);
}

}  // namespace engine
