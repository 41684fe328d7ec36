// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The service integrations that the engine carries out by a plain call of the service: what their
// parameters may be, the request that is made of them, and the result that AWS makes of the answer.
// Such a Task's target is TaskKind::kService with the service and, as its name, the action. Pure;
// any thread.
// Source: AWS guide "Integrating optimized services", its page per service; results as recorded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "asl/definition.h"
#include "asl/errors.h"
#include "asl/http_answer.h"
#include "asl/json.h"

namespace asl {

// Whether arn:aws:states:::SERVICE:ACTION is one of them.
bool IsServiceCall(std::string_view service, std::string_view action);

// What AWS would refuse before anything is scheduled, as States.Runtime; nullopt: nothing.
std::optional<Error> CheckServiceCall(const TaskTarget& target, const Json& parameters);

// What is sent: the parameters without those that are null, as an SDK leaves them out; a
// MessageBody that is not a text is sent as JSON text. REQUIRES: CheckServiceCall had no objection.
std::string ServiceRequest(const TaskTarget& target, const Json& parameters);

// The answer's members and what the SDK for Java says of its HTTP, sorted by name.
std::string ServiceResult(const HttpAnswer& http, const Json& answer);

}  // namespace asl
