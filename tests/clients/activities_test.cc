// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Activities and tags over gRPC, as a worker that polls sees them.
#include <thread>

#include "asld/v1/activities.grpc.pb.h"
#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

namespace v1 = asld::v1;
using Stub = v1::Activities::Stub;

class Activities : public ClientTest {
 protected:
  template <class Request, class Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    return (activities_.get()->*method)(Patient().get(), request, response);
  }
  std::string Create(const std::string& name) {
    v1::CreateActivityRequest request;
    request.set_name(name);
    v1::Activity made;
    const grpc::Status status = Call(&Stub::CreateActivity, request, &made);
    return status.ok() ? made.activity_arn() : Text(status);
  }
  std::string Delete(const std::string& name) {
    v1::DeleteActivityRequest request;
    request.set_activity(name);
    v1::DeleteActivityResponse response;
    return Text(Call(&Stub::DeleteActivity, request, &response));
  }
  // The state machine of the same name, whose only Task is the activity's.
  void CreateMachine(const std::string& name) {
    EXPECT_EQ(Text(ClientTest::Create(
                  name, fmt::format(R"({{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":)"
                                    R"("{}","End":true}}}}}})",
                                    ArnOf("activity", name)))),
              "OK");
  }
  // A task's token, and its input in `input`; else what was said instead.
  std::string Poll(const std::string& activity, grpc::ClientContext* context, std::string* input) {
    v1::GetActivityTaskRequest request;
    request.set_activity(activity);
    request.set_worker_name("w");
    v1::GetActivityTaskResponse task;
    const grpc::Status status = activities_->GetActivityTask(context, request, &task);
    *input = task.input();
    return status.ok() ? task.task_token() : Text(status);
  }
  std::string Succeed(const std::string& token, const std::string& output) {
    v1::SendTaskSuccessRequest request;
    request.set_task_token(token);
    request.set_output(output);
    v1::SendTaskSuccessResponse response;
    return Text(stub_->SendTaskSuccess(Patient().get(), request, &response));
  }

  const std::unique_ptr<Stub> activities_ = v1::Activities::NewStub(channel());
};

TEST_F(Activities, AreCreatedListedByPagesAndDeleted) {
  const std::string arn = ArnOf("activity", "grpc-0");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Create(fmt::format("grpc-{}", i)), ArnOf("activity", fmt::format("grpc-{}", i)));
  }
  EXPECT_EQ(Create("grpc-0"), arn);
  EXPECT_EQ(Create("a b"), "INVALID_ARGUMENT: Invalid Name: 'a b'");
  for (const std::string& name : {std::string("grpc-0"), arn}) {
    v1::DescribeActivityRequest request;
    request.set_activity(name);
    v1::Activity shown;
    EXPECT_EQ(Text(Call(&Stub::DescribeActivity, request, &shown)), "OK");
    EXPECT_EQ(shown.activity_arn() + " " + shown.name(), arn + " grpc-0");
  }

  std::string listed;
  v1::ListActivitiesRequest request;
  request.set_max_results(1);
  v1::ListActivitiesResponse page;
  do {
    ASSERT_EQ(Text(Call(&Stub::ListActivities, request, &page)), "OK");
    ASSERT_LE(page.activities_size(), 1);
    for (const v1::Activity& activity : page.activities()) {
      if (activity.name().starts_with("grpc-")) listed += activity.name() + " ";
    }
    request.set_next_token(page.next_token());
  } while (!page.next_token().empty());
  EXPECT_EQ(listed, "grpc-0 grpc-1 grpc-2 ");
  request.set_next_token("forged");
  EXPECT_EQ(Text(Call(&Stub::ListActivities, request, &page)),
            "INVALID_ARGUMENT: Invalid Token: 'Invalid token'");

  EXPECT_EQ(Delete("grpc-0"), "OK");
  EXPECT_EQ(Delete("grpc-0"), "OK");
  std::string input;
  EXPECT_EQ(Poll("grpc-0", Patient().get(), &input),
            fmt::format("NOT_FOUND: Activity Does Not Exist: '{}'", arn));
}

TEST_F(Activities, APollGetsTheTaskWhoseTokenEndsIt) {
  ASSERT_EQ(Create("grpc-poll"), ArnOf("activity", "grpc-poll"));
  CreateMachine("grpc-poll");
  std::string input;
  std::string token;
  std::thread polling([&] { token = Poll("grpc-poll", Patient().get(), &input); });
  EXPECT_EQ(Text(Start("grpc-poll", "one", "[1]")), "OK");
  polling.join();

  EXPECT_EQ(input, "[1]");
  EXPECT_EQ(Succeed(token, R"("done")"), "OK");
  EXPECT_EQ(WaitForEnd(ArnOf("execution", "grpc-poll:one")).output(), R"("done")");
}

// A poll that was given up takes no task with it: whoever polls next gets it.
TEST_F(Activities, APollThatIsGivenUpTakesNoTaskWithIt) {
  ASSERT_EQ(Create("grpc-gone"), ArnOf("activity", "grpc-gone"));
  CreateMachine("grpc-gone");
  for (int i = 0; i < 10; ++i) {
    const std::unique_ptr<grpc::ClientContext> context = Patient();
    std::thread polling([&] {
      std::string input;
      EXPECT_TRUE(StartsWith(Poll("grpc-gone", context.get(), &input), "CANCELLED"));
    });
    context->TryCancel();
    polling.join();
  }
  EXPECT_EQ(Text(Start("grpc-gone", "one", "[1]")), "OK");
  std::string input;
  const std::string token = Poll("grpc-gone", Patient().get(), &input);
  EXPECT_EQ(Succeed(token, "1"), "OK");
  EXPECT_EQ(WaitForEnd(ArnOf("execution", "grpc-gone:one")).status(), "SUCCEEDED");
}

TEST_F(Activities, TagsAreKeptAndTaken) {
  const std::string arn = Create("grpc-tags");
  const auto tags = [&] {
    v1::ListTagsForResourceRequest request;
    request.set_resource_arn(arn);
    v1::ListTagsForResourceResponse response;
    EXPECT_EQ(Text(Call(&Stub::ListTagsForResource, request, &response)), "OK");
    std::string text;
    for (const v1::Tag& tag : response.tags()) text += tag.key() + "=" + tag.value() + " ";
    return text;
  };
  v1::TagResourceRequest more;
  more.set_resource_arn(arn);
  for (const char* key : {"a", "b"}) {
    v1::Tag& tag = *more.add_tags();
    tag.set_key(key);
    tag.set_value("1");
  }
  v1::TagResourceResponse tagged;
  EXPECT_EQ(Text(Call(&Stub::TagResource, more, &tagged)), "OK");
  EXPECT_EQ(tags(), "a=1 b=1 ");
  v1::UntagResourceRequest less;
  less.set_resource_arn(arn);
  less.add_tag_keys("a");
  v1::UntagResourceResponse untagged;
  EXPECT_EQ(Text(Call(&Stub::UntagResource, less, &untagged)), "OK");
  EXPECT_EQ(tags(), "b=1 ");
  more.set_resource_arn(ArnOf("activity", "grpc-none"));
  EXPECT_EQ(Text(Call(&Stub::TagResource, more, &tagged)),
            fmt::format("NOT_FOUND: Resource not found: '{}'", ArnOf("activity", "grpc-none")));
}

}  // namespace
}  // namespace client_test
