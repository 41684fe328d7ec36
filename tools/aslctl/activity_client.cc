// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/activity_client.h"

#include "asld/v1/activities.grpc.pb.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/workflow_calls.h"

namespace aslctl {
namespace {

namespace v1 = asld::v1;
using Stub = v1::Activities::Stub;

constexpr int kPage = 1000;
constexpr std::chrono::seconds kPollMax{70};  // asld answers after 60

}  // namespace

struct ActivityClient::State {
  std::unique_ptr<Stub> stub;
};

ActivityClient::ActivityClient(const workers::Server& server) : state_(std::make_unique<State>()) {
  state_->stub = v1::Activities::NewStub(workers::OpenChannel(server, {}));
}

ActivityClient::~ActivityClient() = default;

absl::StatusOr<v1::Activity> ActivityClient::Create(const std::string& name) {
  v1::CreateActivityRequest request;
  request.set_name(name);
  return Call(*state_->stub, &Stub::CreateActivity, request, kAnswerMax);
}

absl::StatusOr<v1::Activity> ActivityClient::Describe(const std::string& activity) {
  v1::DescribeActivityRequest request;
  request.set_activity(activity);
  return Call(*state_->stub, &Stub::DescribeActivity, request, kAnswerMax);
}

absl::StatusOr<std::vector<v1::Activity>> ActivityClient::List() {
  std::vector<v1::Activity> all;
  v1::ListActivitiesRequest request;
  request.set_max_results(kPage);
  while (true) {
    auto page = Call(*state_->stub, &Stub::ListActivities, request, kAnswerMax);
    if (!page.ok()) return page.status();
    for (auto& activity : *page->mutable_activities()) all.push_back(std::move(activity));
    if (page->next_token().empty()) return all;
    request.set_next_token(page->next_token());
  }
}

absl::Status ActivityClient::Delete(const std::string& activity) {
  v1::DeleteActivityRequest request;
  request.set_activity(activity);
  return Call(*state_->stub, &Stub::DeleteActivity, request, kAnswerMax).status();
}

absl::StatusOr<v1::GetActivityTaskResponse> ActivityClient::Poll(const std::string& activity,
                                                                 const std::string& worker) {
  v1::GetActivityTaskRequest request;
  request.set_activity(activity);
  request.set_worker_name(worker);
  return Call(*state_->stub, &Stub::GetActivityTask, request, kPollMax);
}

int64_t CreatedMs(const v1::Activity& activity) {
  return activity.creation_date().seconds() * 1000 + activity.creation_date().nanos() / 1'000'000;
}

}  // namespace aslctl
