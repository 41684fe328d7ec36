// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Each method turns its message into a call of engine/api and the answer back into a message.
#include "engine/grpc_operator.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "asld/v1/operator.grpc.pb.h"
#include "engine/api/operator.h"
#include "engine/grpc_convert.h"
#include "engine/log.h"
#include "fmt/format.h"

namespace engine {
namespace {

namespace v1 = asld::v1;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

void Fill(const api::QueueStatus& queue, v1::Queue& out) {
  out.set_name(queue.name);
  out.set_waiting(queue.gauges.waiting);
  out.set_more_waiting(queue.gauges.more_waiting);
  out.set_assigned(queue.gauges.assigned);
  out.set_workers(queue.serving.workers);
  out.set_free_slots(queue.serving.free_slots);
  if (queue.oldest) Convert(*queue.oldest, *out.mutable_oldest());
}

void Fill(const SourceStatus& source, v1::Source& out) {
  out.set_name(source.name);
  out.set_queue(source.queue);
  out.set_state_machine(source.state_machine);
  out.set_state(source.state);
  out.set_received(source.counts.received);
  out.set_started(source.counts.started);
  out.set_duplicates(source.counts.duplicates);
  out.set_rejected(source.counts.rejected);
  out.set_returned(source.counts.returned);
  out.set_pending(source.pending);
  out.set_unwanted(source.counts.unwanted);
  out.set_poison(source.counts.poison);
  out.set_deleted(source.counts.deleted);
  out.set_failed(source.counts.failed);
  out.set_in_hand(source.in_hand);
  out.set_open(source.open);
  if (source.visible) out.set_visible(*source.visible);
  if (source.in_flight) out.set_in_flight(*source.in_flight);
  out.set_dead_letter_queue(source.dead_letter_queue);
}

void Fill(const Engine& engine, const api::ServerStatus& status, v1::Status& out) {
  const Gauges& partitions = status.moment.partitions;
  out.set_version(ASLD_VERSION);
  Convert(engine.started(), *out.mutable_started());
  Convert(status.now, *out.mutable_now());
  out.set_data_dir(engine.data_dir());
  out.set_partitions(engine.partitions());
  out.set_loops(status.moment.loops);
  out.set_executions_started(partitions.executions_started);
  out.set_executions_ended(partitions.executions_ended);
  out.set_transitions(partitions.transitions);
  out.set_batches(status.moment.commits.batches);
  out.set_syncs(status.moment.commits.syncs);
  out.set_written_seq(status.moment.commits.written_seq);
  out.set_durable_seq(status.moment.commits.durable_seq);
  out.set_disk_free(status.disk_free);
  out.set_disk_min_free(status.disk_min_free);
  out.set_refusing_starts(status.refusing_starts);
  out.set_resident(status.resident_bytes);
  out.set_execution_cache(partitions.cache_bytes);
  out.set_executions_cached(partitions.executions_cached);
  out.set_inbox(partitions.inbox);
  out.set_inbox_max(partitions.inbox_max);
  out.set_loads(status.moment.loads);
  if (partitions.next_timer != asl::kNever) {
    Convert(partitions.next_timer, *out.mutable_next_timer());
  }
  out.set_messages(partitions.messages);
  out.set_workers(status.workers);
  for (const api::QueueStatus& queue : status.queues) Fill(queue, *out.add_queues());
  out.set_parked(partitions.parked);
  for (const api::StuckExecution& stuck : status.stuck) {
    v1::StuckExecution& one = *out.add_stuck();
    one.set_execution_arn(stuck.arn);
    one.set_queue(stuck.queue);
    Convert(stuck.since, *one.mutable_since());
  }
  for (const SourceStatus& source : status.sources) Fill(source, *out.add_sources());
}

void Fill(const Route& route, v1::Route& out) {
  out.set_match(route.pattern);
  out.set_to(std::string(TargetName(route.target)));
  out.set_origin(route.origin);
  if (const auto* lambda = std::get_if<workers::ToLambda>(&route.target)) {
    out.set_endpoint(lambda->endpoint);
    out.set_region(lambda->region);
    out.set_profile(lambda->profile);
    out.set_concurrency(lambda->concurrency);
  } else if (const auto* mock = std::get_if<workers::ToMock>(&route.target)) {
    if (mock->result != nullptr) out.set_result(*mock->result);
    out.set_error(mock->error);
    out.set_cause(mock->cause.value_or(""));
  }
}

class OperatorService : public v1::Operator::CallbackService {
 public:
  explicit OperatorService(Engine* engine) : engine_(*engine) {}
  ~OperatorService() override {
    if (backup_.joinable()) backup_.join();
  }

  ServerUnaryReactor* GetStatus(CallbackServerContext* context, const v1::GetStatusRequest*,
                                v1::Status* response) override {
    api::ServerStatus status = api::GetStatus(engine_);
    const absl::Status read = api::AddWaits(engine_, status);
    if (read.ok()) Fill(engine_, status, *response);
    return Finished(context, read);
  }

  ServerUnaryReactor* ListParked(CallbackServerContext* context, const v1::ListParkedRequest*,
                                 v1::ListParkedResponse* response) override {
    const absl::StatusOr<std::vector<api::ParkedExecution>> parked = api::ListParked(engine_);
    if (!parked.ok()) return Finished(context, parked.status());
    for (const api::ParkedExecution& execution : *parked) {
      v1::ParkedExecution& out = *response->add_executions();
      out.set_execution_arn(execution.arn);
      out.set_crashes(execution.crashes);
    }
    return Finished(context, absl::OkStatus());
  }

  ServerUnaryReactor* ReleaseParked(CallbackServerContext* context,
                                    const v1::ReleaseParkedRequest* request,
                                    v1::ReleaseParkedResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::ReleaseParked(
        engine_, request->execution_arn(),
        [reactor](absl::StatusOr<uint64_t> crashes) { reactor->Finish(ToGrpc(crashes.status())); });
    return reactor;
  }

  ServerUnaryReactor* ListSources(CallbackServerContext* context, const v1::ListSourcesRequest*,
                                  v1::ListSourcesResponse* response) override {
    for (const SourceStatus& source : engine_.source_board().List())
      Fill(source, *response->add_sources());
    response->set_execution_prefix(kMessageExecutionPrefix);
    return Finished(context, absl::OkStatus());
  }

  ServerUnaryReactor* PauseSource(CallbackServerContext* context,
                                  const v1::PauseSourceRequest* request,
                                  v1::PauseSourceResponse*) override {
    return Finished(context, engine_.source_board().SetPaused(request->name(), request->paused()));
  }

  // On a thread of its own: it reads and writes files for as long as that takes. A call that is
  // cancelled, also by the server's end, ends it.
  ServerUnaryReactor* Backup(CallbackServerContext* context, const v1::BackupRequest* request,
                             v1::BackupResponse* response) override {
    if (backing_up_.exchange(true)) {
      return Finished(context, absl::FailedPreconditionError("Another backup is being taken"));
    }
    ServerUnaryReactor* reactor = context->DefaultReactor();
    std::lock_guard lock(backup_mutex_);
    if (backup_.joinable()) backup_.join();  // of the backup before, which has ended
    backup_ = std::thread([this, context, request, response, reactor] {
      const absl::StatusOr<storage::CopyReport> copy =
          engine_.BackUp(request->directory(), [context] { return context->IsCancelled(); });
      if (copy.ok()) {
        response->set_bytes(copy->bytes);
        response->set_files(copy->files);
        response->set_seq(copy->seq);
        Log(LogLevel::kInfo, {},
            fmt::format("backup of commit {} in {}", copy->seq, request->directory()));
      } else {
        Log(LogLevel::kWarning, {},
            fmt::format("no backup: {}", std::string(copy.status().message())));
      }
      backing_up_ = false;
      reactor->Finish(ToGrpc(copy.status()));
    });
    return reactor;
  }

  ServerUnaryReactor* ListRoutes(CallbackServerContext* context,
                                 const v1::ListRoutesRequest* request,
                                 v1::ListRoutesResponse* response) override {
    const RoutesPtr routes = engine_.routes();
    if (!request->function().empty()) {
      Fill(routes->Find(request->function()), *response->add_routes());
    } else {
      for (const Route& route : routes->list()) Fill(route, *response->add_routes());
    }
    return Finished(context, absl::OkStatus());
  }

  ServerUnaryReactor* ReloadRoutes(CallbackServerContext* context, const v1::ReloadRoutesRequest*,
                                   v1::ReloadRoutesResponse* response) override {
    const absl::Status status = engine_.ReloadRoutes();
    response->set_routes(static_cast<uint32_t>(engine_.routes()->list().size()));
    return Finished(context, status);
  }

 private:
  static ServerUnaryReactor* Finished(CallbackServerContext* context, const absl::Status& status) {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  Engine& engine_;
  std::atomic<bool> backing_up_ = false;
  std::mutex backup_mutex_;
  std::thread backup_;  // guarded by backup_mutex_
};

}  // namespace

std::unique_ptr<grpc::Service> NewOperatorService(Engine* engine) {
  return std::make_unique<OperatorService>(engine);
}

}  // namespace engine
