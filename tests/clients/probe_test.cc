// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a load balancer and grpcurl ask: health and reflection. Their messages are spelled as bytes,
// since Debian ships no generated code for them:
// https://github.com/grpc/grpc/tree/master/src/proto/grpc (health/v1, reflection/v1alpha).
#include <grpcpp/generic/generic_stub.h>

#include "tests/clients/client_test.h"

namespace client_test {
namespace {

class Probe : public ClientTest {
 protected:
  // One message there, one back.
  std::pair<grpc::Status, std::string> Ask(const std::string& method, const std::string& request) {
    grpc::GenericStub stub(channel());
    auto context = Patient();
    grpc::CompletionQueue queue;
    const grpc::Slice slice(request);
    const grpc::ByteBuffer sent(&slice, 1);
    grpc::ByteBuffer received;
    grpc::Status status;
    auto call = stub.PrepareCall(context.get(), method, &queue);
    const auto finished = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    call->StartCall(nullptr);
    EXPECT_TRUE(finished());
    call->WriteLast(sent, grpc::WriteOptions(), nullptr);
    EXPECT_TRUE(finished());
    call->Read(&received, nullptr);
    const bool answered = finished();
    call->Finish(&status, nullptr);
    EXPECT_TRUE(finished());
    grpc::Slice answer;
    EXPECT_TRUE(!answered || received.DumpToSingleSlice(&answer).ok());
    return {status, std::string(reinterpret_cast<const char*>(answer.begin()), answer.size())};
  }
};

TEST_F(Probe, HealthIsServing) {
  const auto [status, answer] = Ask("/grpc.health.v1.Health/Check", "");
  EXPECT_EQ(Text(status), "OK");
  EXPECT_EQ(answer, "\x08\x01");  // field 1, SERVING
}

TEST_F(Probe, ReflectionNamesTheServices) {
  const auto [status, answer] =
      Ask("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
          std::string("\x3a\x00", 2));  // list_services
  EXPECT_EQ(Text(status), "OK");
  for (const char* service : {"asld.v1.Workflows", "asld.v1.Workers", "grpc.health.v1.Health"}) {
    EXPECT_NE(answer.find(service), std::string::npos) << service;
  }
}

TEST_F(Probe, AnUnknownMethodIsUnimplemented) {
  EXPECT_EQ(Ask("/asld.v1.Workflows/Nothing", "").first.error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace client_test
