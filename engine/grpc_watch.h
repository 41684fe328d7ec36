// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One call of WatchExecutions: a portion of updates is written message by message, and the next
// portion is read only when the last of them has left, which is what makes a slow client cheap. For
// grpc_workflows.cc; gRPC calls it on its own threads.
#pragma once

namespace grpc {
template <class Response>
class ServerWriteReactor;
}
namespace asld::v1 {
class ExecutionUpdate;
class WatchExecutionsRequest;
}  // namespace asld::v1

namespace engine {

class Engine;

// Owns itself until gRPC is done with it.
grpc::ServerWriteReactor<asld::v1::ExecutionUpdate>* NewWatchCall(
    Engine* engine, const asld::v1::WatchExecutionsRequest& request);

}  // namespace engine
