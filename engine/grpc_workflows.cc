// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Each method turns its message into a request of engine/api and the answer back into a message;
// nothing is decided here.
#include "engine/grpc_workflows.h"

#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/message_allocator.h>

#include <atomic>
#include <mutex>

#include "engine/api/wait_ticket.h"
#include "engine/grpc_convert.h"
#include "engine/grpc_watch.h"
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

absl::Status CheckBehind(const Engine& engine) {
  if (!engine.IsBehind()) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      "Rate exceeded: too much waits for its turn; new executions are refused until less does");
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

// A page of a history is thousands of small messages: one arena holds them all.
class HistoryPages : public grpc::MessageAllocator<v1::GetExecutionHistoryRequest,
                                                   v1::GetExecutionHistoryResponse> {
 public:
  using Holder =
      grpc::MessageHolder<v1::GetExecutionHistoryRequest, v1::GetExecutionHistoryResponse>;
  Holder* AllocateMessages() override { return new Messages; }

 private:
  class Messages : public Holder {
   public:
    Messages() : arena_(Options()) {
      set_request(google::protobuf::Arena::CreateMessage<v1::GetExecutionHistoryRequest>(&arena_));
      set_response(
          google::protobuf::Arena::CreateMessage<v1::GetExecutionHistoryResponse>(&arena_));
    }
    void Release() override { delete this; }

   private:
    static google::protobuf::ArenaOptions Options() {
      google::protobuf::ArenaOptions options;
      options.max_block_size = 128u << 10;
      return options;
    }
    google::protobuf::Arena arena_;
  };
};

class WorkflowsService : public v1::Workflows::CallbackService {
 public:
  explicit WorkflowsService(Engine* engine) : engine_(*engine) {
    SetMessageAllocatorFor_GetExecutionHistory(&history_pages_);
  }

  ServerUnaryReactor* CreateStateMachine(CallbackServerContext* context,
                                         const v1::CreateStateMachineRequest* request,
                                         v1::CreateStateMachineResponse* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::CreateStateMachine(
        engine_,
        {.name = request->name(),
         .definition = request->definition(),
         .role_arn = request->role_arn(),
         .publish = {request->publish(), request->version_description()}},
        [this, reactor, response](const absl::StatusOr<Created>& created) {
          if (created.ok()) {
            const Revision& revision = *created->revision;
            response->set_state_machine_arn(StateMachineArn(engine_.scope(), revision.machine));
            Convert(revision.created, *response->mutable_creation_date());
            response->set_revision_id(revision.id);
            if (created->version != 0) {
              response->set_state_machine_version_arn(
                  VersionArn(engine_.scope(), revision.machine, created->version));
            }
          }
          reactor->Finish(ToGrpc(created.status()));
        });
    return reactor;
  }

  ServerUnaryReactor* UpdateStateMachine(CallbackServerContext* context,
                                         const v1::UpdateStateMachineRequest* request,
                                         v1::UpdateStateMachineResponse* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::UpdateStateMachineRequest update{
        .state_machine = request->state_machine(),
        .publish = {request->publish(), request->version_description()}};
    if (request->has_definition()) update.definition = request->definition();
    if (request->has_role_arn()) update.role_arn = request->role_arn();
    api::UpdateStateMachine(engine_, std::move(update),
                            [this, reactor, response](const absl::StatusOr<Updated>& updated) {
                              if (updated.ok()) {
                                const Revision& revision = *updated->revision;
                                Convert(updated->updated_at, *response->mutable_update_date());
                                response->set_revision_id(revision.id);
                                if (updated->version != 0) {
                                  response->set_state_machine_version_arn(VersionArn(
                                      engine_.scope(), revision.machine, updated->version));
                                }
                              }
                              reactor->Finish(ToGrpc(updated.status()));
                            });
    return reactor;
  }

  ServerUnaryReactor* DeleteStateMachine(CallbackServerContext* context,
                                         const v1::DeleteStateMachineRequest* request,
                                         v1::DeleteStateMachineResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::DeleteStateMachine(
        engine_, request->state_machine(),
        [reactor](absl::StatusOr<bool> deleted) { reactor->Finish(ToGrpc(deleted.status())); });
    return reactor;
  }

  ServerUnaryReactor* DescribeStateMachine(CallbackServerContext* context,
                                           const v1::DescribeStateMachineRequest* request,
                                           v1::StateMachine* response) override {
    const absl::StatusOr<api::MachineDescription> description =
        api::DescribeVersion(engine_, request->state_machine());
    if (description.ok()) Convert(engine_, *description, *response);
    return Finished(context, description.status());
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

  ServerUnaryReactor* PublishStateMachineVersion(
      CallbackServerContext* context, const v1::PublishStateMachineVersionRequest* request,
      v1::StateMachineVersion* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::PublishVersionRequest publish{.state_machine = request->state_machine(),
                                       .revision_id = std::nullopt,
                                       .description = request->description()};
    if (request->has_revision_id()) publish.revision_id = request->revision_id();
    const std::optional<MachineName> name = ParseMachineName(request->state_machine());
    api::PublishStateMachineVersion(
        engine_, std::move(publish),
        [this, reactor, response, name](const absl::StatusOr<Version>& version) {
          if (version.ok()) Convert(engine_, name->machine, *version, *response);
          reactor->Finish(ToGrpc(version.status()));
        });
    return reactor;
  }

  ServerUnaryReactor* ListStateMachineVersions(
      CallbackServerContext* context, const v1::ListStateMachineVersionsRequest* request,
      v1::ListStateMachineVersionsResponse* response) override {
    const auto page = api::ListStateMachineVersions(engine_, request->state_machine(),
                                                    request->max_results(), request->next_token());
    if (page.ok()) {
      for (const Version& version : page->versions) {
        Convert(engine_, page->machine, version, *response->add_versions());
      }
      response->set_next_token(page->next_token);
    }
    return Finished(context, page.status());
  }

  ServerUnaryReactor* DeleteStateMachineVersion(CallbackServerContext* context,
                                                const v1::DeleteStateMachineVersionRequest* request,
                                                v1::DeleteStateMachineVersionResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::DeleteStateMachineVersion(engine_, request->version(), Finish(reactor));
    return reactor;
  }

  ServerUnaryReactor* CreateStateMachineAlias(CallbackServerContext* context,
                                              const v1::CreateStateMachineAliasRequest* request,
                                              v1::StateMachineAlias* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::CreateStateMachineAlias(engine_,
                                 {.name = request->name(),
                                  .description = request->description(),
                                  .routes = RoutesOf(*request)},
                                 Finish(reactor, response));
    return reactor;
  }

  ServerUnaryReactor* UpdateStateMachineAlias(CallbackServerContext* context,
                                              const v1::UpdateStateMachineAliasRequest* request,
                                              v1::StateMachineAlias* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::UpdateAliasRequest update{
        .alias = request->alias(), .description = std::nullopt, .routes = std::nullopt};
    if (request->has_description()) update.description = request->description();
    if (request->routes_size() > 0) update.routes = RoutesOf(*request);
    api::UpdateStateMachineAlias(engine_, std::move(update), Finish(reactor, response));
    return reactor;
  }

  ServerUnaryReactor* DescribeStateMachineAlias(CallbackServerContext* context,
                                                const v1::DescribeStateMachineAliasRequest* request,
                                                v1::StateMachineAlias* response) override {
    const auto found = api::DescribeStateMachineAlias(engine_, request->alias());
    if (found.ok()) Convert(engine_, found->machine, found->alias, *response);
    return Finished(context, found.status());
  }

  ServerUnaryReactor* ListStateMachineAliases(
      CallbackServerContext* context, const v1::ListStateMachineAliasesRequest* request,
      v1::ListStateMachineAliasesResponse* response) override {
    const auto page = api::ListStateMachineAliases(engine_, request->state_machine(),
                                                   request->max_results(), request->next_token());
    if (page.ok()) {
      for (const Alias& alias : page->aliases) {
        Convert(engine_, page->machine, alias, *response->add_aliases());
      }
      response->set_next_token(page->next_token);
    }
    return Finished(context, page.status());
  }

  ServerUnaryReactor* DeleteStateMachineAlias(CallbackServerContext* context,
                                              const v1::DeleteStateMachineAliasRequest* request,
                                              v1::DeleteStateMachineAliasResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::DeleteStateMachineAlias(engine_, request->alias(), Finish(reactor));
    return reactor;
  }

  ServerUnaryReactor* ValidateDefinition(CallbackServerContext* context,
                                         const v1::ValidateDefinitionRequest* request,
                                         v1::ValidateDefinitionResponse* response) override {
    const auto answer = api::ValidateDefinition({.definition = request->definition(),
                                                 .type = request->type(),
                                                 .severity = request->severity(),
                                                 .max_results = request->max_results()});
    if (answer.ok()) {
      for (const asl::Problem& problem : answer->diagnosis.diagnostics) {
        Convert(problem, *response->add_problems());
      }
      for (const asl::Problem& problem : answer->not_served) {
        Convert(problem, *response->add_not_supported_yet());
      }
      response->set_result(answer->diagnosis.ok ? "OK" : "FAIL");
      response->set_truncated(answer->diagnosis.truncated);
    }
    return Finished(context, answer.status());
  }

  ServerUnaryReactor* StartExecution(CallbackServerContext* context,
                                     const v1::StartExecutionRequest* request,
                                     v1::StartExecutionResponse* response) override {
    if (absl::Status s = CheckBehind(engine_); !s.ok()) return Finished(context, s);
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
    if (absl::Status s = CheckBehind(engine_); !s.ok()) return Finished(context, s);
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
    if (absl::Status s = CheckBehind(engine_); !s.ok()) {
      call->Fail(s);
      return call.get();
    }
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

  grpc::ServerWriteReactor<v1::ExecutionUpdate>* WatchExecutions(
      CallbackServerContext*, const v1::WatchExecutionsRequest* request) override {
    return NewWatchCall(&engine_, *request);
  }

  ServerUnaryReactor* ListExecutions(CallbackServerContext* context,
                                     const v1::ListExecutionsRequest* request,
                                     v1::ListExecutionsResponse* response) override {
    absl::StatusOr<api::ListExecutionsAnswer> answer =
        api::ListExecutions(engine_, {.state_machine = request->state_machine(),
                                      .status = request->status_filter(),
                                      .max_results = request->max_results(),
                                      .token = request->next_token()});
    if (answer.ok()) {
      for (const ListedExecution& execution : answer->executions)
        Convert(engine_, answer->machine, execution, *response->add_executions());
      response->set_next_token(answer->next_token);
    }
    return Finished(context, answer.status());
  }

  ServerUnaryReactor* SendTaskSuccess(CallbackServerContext* context,
                                      const v1::SendTaskSuccessRequest* request,
                                      v1::SendTaskSuccessResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::SendTaskSuccess(engine_, request->task_token(), request->output(), Finish(reactor));
    return reactor;
  }

  ServerUnaryReactor* SendTaskFailure(CallbackServerContext* context,
                                      const v1::SendTaskFailureRequest* request,
                                      v1::SendTaskFailureResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::SendTaskFailure(engine_, request->task_token(), ErrorOf(*request), Finish(reactor));
    return reactor;
  }

  ServerUnaryReactor* SendTaskHeartbeat(CallbackServerContext* context,
                                        const v1::SendTaskHeartbeatRequest* request,
                                        v1::SendTaskHeartbeatResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::SendTaskHeartbeat(engine_, request->task_token(), Finish(reactor));
    return reactor;
  }

  ServerUnaryReactor* StopExecution(CallbackServerContext* context,
                                    const v1::StopExecutionRequest* request,
                                    v1::StopExecutionResponse* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::StopExecution(engine_,
                       {.execution_arn = request->execution_arn(), .error = ErrorOf(*request)},
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
      for (asl::HistoryEvent& event : answer->events) {
        Convert(std::move(event), *response->add_events());
      }
      response->set_next_token(answer->next_token);
    }
    return Finished(context, answer.status());
  }

 private:
  template <class Request>
  static asl::Error ErrorOf(const Request& request) {
    asl::Error error;
    if (request.has_error()) error.name = request.error();
    if (request.has_cause()) error.cause = request.cause();
    return error;
  }

  template <class Request>
  static std::vector<api::RouteRequest> RoutesOf(const Request& request) {
    std::vector<api::RouteRequest> routes;
    for (const v1::AliasRoute& route : request.routes()) {
      routes.push_back({.version = route.version(), .weight = route.weight()});
    }
    return routes;
  }

  Reply<api::AliasAnswer> Finish(ServerUnaryReactor* reactor, v1::StateMachineAlias* response) {
    return [this, reactor, response](const absl::StatusOr<api::AliasAnswer>& answer) {
      if (answer.ok()) Convert(engine_, answer->machine, answer->alias, *response);
      reactor->Finish(ToGrpc(answer.status()));
    };
  }

  // For answers that hold nothing.
  static Reply<bool> Finish(ServerUnaryReactor* reactor) {
    return [reactor](const absl::StatusOr<bool>& done) { reactor->Finish(ToGrpc(done.status())); };
  }

  static ServerUnaryReactor* Finished(CallbackServerContext* context, const absl::Status& status) {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  HistoryPages history_pages_;
  Engine& engine_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewWorkflowsService(Engine* engine) {
  return std::make_unique<WorkflowsService>(engine);
}

}  // namespace engine
