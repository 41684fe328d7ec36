// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld.v1.Operator over engine/api/operator.h. Made by GrpcServer and destroyed after its server, so
// that no call is left.
#pragma once

#include <memory>

namespace grpc {
class Service;
}

namespace engine {

class Engine;

std::unique_ptr<grpc::Service> NewOperatorService(Engine* engine);

}  // namespace engine
