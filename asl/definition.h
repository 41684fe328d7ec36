// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Program is a definition compiled once per revision: immutable, shared by every execution of
// that revision, any thread. Compile reports every problem of a definition at once. How a state is
// represented is this room's business (program.h); the engine needs only what stands here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "asl/frame.h"
#include "asl/history_event.h"
#include "asl/payload.h"

namespace asl {

// Status of an execution, as AWS names them. Stored: never renumber.
enum class ExecutionStatus : uint8_t {
  kRunning = 1,
  kSucceeded = 2,
  kFailed = 3,
  kTimedOut = 4,
  kAborted = 5,
};
std::string_view StatusName(ExecutionStatus status);  // "RUNNING", …

// How a Task reaches its worker.
enum class TaskKind : uint8_t {
  kLambdaFunction =
      1,  // arn:aws:lambda:…:function:NAME[:QUALIFIER]; the result is the function's output
  kLambdaInvoke = 2,  // arn:aws:states:::lambda:invoke; AWS's result envelope around Payload
  kActivity = 3,      // arn:aws:states:…:activity:NAME
  kService = 4,  // arn:aws:states:::SERVICE:ACTION, called by the engine's process: service_call.h
};

struct TaskTarget {
  TaskKind kind = TaskKind::kLambdaFunction;
  std::string name;  // the function's or activity's name, without ARN and qualifier; the action
  std::string qualifier;  // version or alias of a function; may be empty
  std::string resource;   // the ARN that the definition (or FunctionName) gave
  bool callback = false;  // .waitForTaskToken: whoever has the task token says how it ends
  std::string service;    // kService: "sqs"
  friend bool operator==(const TaskTarget&, const TaskTarget&) = default;
};

// Express machines may do less: no activities, no jobs or callbacks, no Distributed Map.
enum class MachineType : uint8_t { kStandard, kExpress };

enum class Severity : uint8_t { kError, kWarning };
std::string_view SeverityName(Severity severity);  // "ERROR", "WARNING"

// One problem of a definition, in AWS's terms (ValidateStateMachineDefinition).
struct Problem {
  std::string code;  // e.g. "SCHEMA_VALIDATION_FAILED"
  std::string message;
  std::string location;  // JSON path such as "/States/Pay/Next"; may be empty
  int line = 0;          // 1-based position in the text; 0: unknown
  int column = 0;
  uint32_t offset = 0;  // the same in bytes
  Severity severity = Severity::kError;
};

class Program;

// Whether a definition is good and whether it can run here are two questions. AWS answers the first
// (`problems`): its errors, which it refuses a definition for, and its warnings. The second is ours
// (`not_served`, code "NOT_SUPPORTED_YET"): what is valid and waits to be built.
struct Compiled {
  std::shared_ptr<const Program> program;  // null when there is an error or something not served
  std::vector<Problem> problems;           // in the order in which AWS tells them
  std::vector<Problem> not_served;         // in the order of the text
};

// Parses, validates and compiles. Never throws, never recurses deeper than the parser's depth
// limit; `text` may be anything.
Compiled Compile(std::string_view text, MachineType type = MachineType::kStandard);

// What ValidateStateMachineDefinition answers.
struct Diagnosis {
  std::vector<Problem> diagnostics;
  bool ok = true;          // no errors: result OK, else FAIL
  bool truncated = false;  // there were more than max_results
};
// `least`: kError leaves warnings out.
Diagnosis Diagnose(const Compiled& compiled, Severity least, size_t max_results);

// Why there is no program, as CreateStateMachine says it: "Invalid State Machine Definition: '…'".
// REQUIRES: program is null.
std::string RefusalText(const Compiled& compiled);

// Name of a state, for people and metrics. REQUIRES: `index` came from this program.
std::string_view StateName(const Program& program, StateIndex index);

// The name and resource that an event of this type shows because of its state alone; parts that do
// not depend on it are empty. History is stored without them. `index` may be anything.
struct EventNames {
  std::string_view name;
  std::string_view resource;
  std::string_view resource_type;
};
EventNames NamesOf(const Program& program, StateIndex index, EventType type);
// Gives them to an event as Advance makes it, which tells only the others.
void ShowNames(const Program& program, HistoryEvent* event);

// What the worker of a Task state gets, from what ScheduleTask.input refers to: the same bytes, but
// for lambda:invoke whose Payload is {} when absent or null, and the content of a string; of a
// service the request. REQUIRES: a Task state; input.loaded().
Payload WorkerInput(const Program& program, StateIndex index, const Payload& input);

// What is asked of the Invoke API, from what ScheduleTask.parameters refers to; nullopt: the Task is
// no lambda:invoke. REQUIRES: a Task state; parameters.loaded().
struct InvokeRequest {
  Payload input;               // as WorkerInput
  std::string type;            // "Event", "DryRun"; empty: RequestResponse
  std::string client_context;  // Base64
  bool log_tail = false;
};
std::optional<InvokeRequest> InvokeRequestOf(const Program& program, StateIndex index,
                                             const Payload& parameters);

}  // namespace asl
