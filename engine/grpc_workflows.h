// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The service asld.v1.Workflows. For grpc_server.cc.
#pragma once

#include <memory>

namespace grpc {
class Service;
}

namespace engine {

class Engine;

// `engine` must outlive it.
std::unique_ptr<grpc::Service> NewWorkflowsService(Engine* engine);

}  // namespace engine
