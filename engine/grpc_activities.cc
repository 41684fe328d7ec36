// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/grpc_activities.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "asld/v1/activities.grpc.pb.h"
#include "engine/grpc_convert.h"

namespace engine {
namespace {

namespace v1 = asld::v1;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

void Fill(const Engine& engine, const Activity& activity, v1::Activity& out) {
  out.set_activity_arn(ActivityArn(engine.scope(), activity.name));
  out.set_name(activity.name);
  Convert(activity.created, *out.mutable_creation_date());
}

Tags ReadTags(const google::protobuf::RepeatedPtrField<v1::Tag>& tags) {
  Tags read;
  for (const v1::Tag& tag : tags) read.push_back({tag.key(), tag.value()});
  return read;
}

// A long poll. Either the task comes, or time is over, or the client goes; whoever is first finishes
// the call. Deletes itself.
class PollCall : public ServerUnaryReactor {
 public:
  PollCall(Engine& engine, CallbackServerContext* context,
           const v1::GetActivityTaskRequest& request, v1::GetActivityTaskResponse* response)
      : engine_(engine), context_(context), response_(response) {
    const absl::StatusOr<uint64_t> poll =
        api::GetActivityTask(engine, request.activity(), request.worker_name(),
                             [this](std::optional<ActivityTask> task) { Take(std::move(task)); });
    if (poll.ok()) {
      poll_ = *poll;
    } else {
      Finish(ToGrpc(poll.status()));
    }
  }

  void OnCancel() override {
    if (!engine_.polls().Cancel(poll_)) return;  // the task is here, or will be at once
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the caller waits no longer"));
  }

  // Only now is it known whether the answer left.
  void OnDone() override {
    if (delivered_) delivered_(!context_->IsCancelled());
    delete this;
  }

 private:
  void Take(std::optional<ActivityTask> task) {
    if (task) {
      response_->set_task_token(std::move(task->task_token));
      response_->set_input(std::move(task->input));
      delivered_ = std::move(task->delivered);
    }
    Finish(grpc::Status::OK);
  }

  Engine& engine_;
  CallbackServerContext* const context_;
  v1::GetActivityTaskResponse* const response_;
  std::function<void(bool)> delivered_;
  uint64_t poll_ = 0;
};

class ActivitiesService : public v1::Activities::CallbackService {
 public:
  explicit ActivitiesService(Engine* engine) : engine_(*engine) {}

  ServerUnaryReactor* CreateActivity(CallbackServerContext* context,
                                     const v1::CreateActivityRequest* request,
                                     v1::Activity* response) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::CreateActivity(engine_, request->name(), ReadTags(request->tags()),
                        [this, reactor, response](const absl::StatusOr<Activity>& activity) {
                          if (activity.ok()) Fill(engine_, *activity, *response);
                          reactor->Finish(ToGrpc(activity.status()));
                        });
    return reactor;
  }

  ServerUnaryReactor* DescribeActivity(CallbackServerContext* context,
                                       const v1::DescribeActivityRequest* request,
                                       v1::Activity* response) override {
    const absl::StatusOr<Activity> activity = api::DescribeActivity(engine_, request->activity());
    if (activity.ok()) Fill(engine_, *activity, *response);
    return Finished(context, activity.status());
  }

  ServerUnaryReactor* ListActivities(CallbackServerContext* context,
                                     const v1::ListActivitiesRequest* request,
                                     v1::ListActivitiesResponse* response) override {
    const absl::StatusOr<api::ActivityPage> page =
        api::ListActivities(engine_, request->max_results(), request->next_token());
    if (page.ok()) {
      for (const Activity& activity : page->activities) {
        Fill(engine_, activity, *response->add_activities());
      }
      response->set_next_token(page->next_token);
    }
    return Finished(context, page.status());
  }

  ServerUnaryReactor* DeleteActivity(CallbackServerContext* context,
                                     const v1::DeleteActivityRequest* request,
                                     v1::DeleteActivityResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::DeleteActivity(engine_, request->activity(), Finish(reactor));
    return reactor;
  }

  ServerUnaryReactor* GetActivityTask(CallbackServerContext* context,
                                      const v1::GetActivityTaskRequest* request,
                                      v1::GetActivityTaskResponse* response) override {
    return new PollCall(engine_, context, *request, response);
  }

  ServerUnaryReactor* ListTagsForResource(CallbackServerContext* context,
                                          const v1::ListTagsForResourceRequest* request,
                                          v1::ListTagsForResourceResponse* response) override {
    const absl::StatusOr<Tags> tags = api::ListTags(engine_, request->resource_arn());
    if (!tags.ok()) return Finished(context, tags.status());
    for (const Tag& tag : *tags) {
      v1::Tag& out = *response->add_tags();
      out.set_key(tag.key);
      out.set_value(tag.value);
    }
    return Finished(context, absl::OkStatus());
  }

  ServerUnaryReactor* TagResource(CallbackServerContext* context,
                                  const v1::TagResourceRequest* request,
                                  v1::TagResourceResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::TagResource(engine_, request->resource_arn(), ReadTags(request->tags()), Finish(reactor));
    return reactor;
  }

  ServerUnaryReactor* UntagResource(CallbackServerContext* context,
                                    const v1::UntagResourceRequest* request,
                                    v1::UntagResourceResponse*) override {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    api::UntagResource(engine_, request->resource_arn(),
                       {request->tag_keys().begin(), request->tag_keys().end()}, Finish(reactor));
    return reactor;
  }

 private:
  static Reply<bool> Finish(ServerUnaryReactor* reactor) {
    return [reactor](const absl::StatusOr<bool>& done) { reactor->Finish(ToGrpc(done.status())); };
  }

  static ServerUnaryReactor* Finished(CallbackServerContext* context, const absl::Status& status) {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  Engine& engine_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewActivitiesService(Engine* engine) {
  return std::make_unique<ActivitiesService>(engine);
}

}  // namespace engine
