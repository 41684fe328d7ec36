// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Between the API's values and the messages of asld.v1, and the one place where a status becomes a
// gRPC code. For grpc_server.cc and grpc_workflows.cc only. Pure functions.
#pragma once

#include "absl/status/status.h"
#include "asld/v1/workflows.grpc.pb.h"
#include "engine/api/requests.h"

namespace engine {

grpc::Status ToGrpc(const absl::Status& status);
void Convert(asl::Millis time, google::protobuf::Timestamp& out);
void Convert(const Engine& engine, const Revision& revision, bool with_definition,
             asld::v1::StateMachine& out);
void Convert(const Engine& engine, const api::MachineDescription& description,
             asld::v1::StateMachine& out);
void Convert(const Engine& engine, const std::string& machine, const Version& version,
             asld::v1::StateMachineVersion& out);
void Convert(const Engine& engine, const std::string& machine, const Alias& alias,
             asld::v1::StateMachineAlias& out);
void Convert(Engine& engine, const ExecutionDescription& description, asld::v1::Execution& out);
void Convert(const Engine& engine, const std::string& machine, const ListedExecution& execution,
             asld::v1::ExecutionSummary& out);
void Convert(const asl::Problem& problem, asld::v1::Problem& out);
void Convert(asl::HistoryEvent&& event, asld::v1::HistoryEvent& out);

}  // namespace engine
