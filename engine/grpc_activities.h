// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The service asld.v1.Activities: turns requests into those of engine/api/ and answers back, and
// decides nothing. For grpc_server.cc, which owns it; gRPC calls it on its own threads.
#pragma once

#include <memory>

namespace grpc {
class Service;
}

namespace engine {

class Engine;

// `engine` must outlive it.
std::unique_ptr<grpc::Service> NewActivitiesService(Engine* engine);

}  // namespace engine
