// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Invokes functions through Lambda's Invoke API, AWS's or anybody's who speaks it, and says how Step
// Functions would show what came of it: error names and Causes are AWS's. Of payloads it knows that
// they are text. Any thread.
// Source: Lambda API reference, "Invoke"; Step Functions guide, "Handling error conditions"; texts as
// recorded.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "workers/aws/client.h"

namespace workers::aws {

inline constexpr size_t kFunctionAnswerBytesMax = 6 << 20;             // Lambda's own limit
inline constexpr absl::Duration kFunctionTimeMax = absl::Minutes(15);  // likewise

struct Invocation {
  std::string function;        // its name, or an ARN of it, whole or in part
  std::string qualifier;       // a version or alias; may be empty
  std::string payload = "{}";  // JSON text
  std::string type;            // "Event", "DryRun"; empty: RequestResponse
  std::string client_context;  // Base64; may be empty
  bool log_tail = false;       // asks for the end of the function's log
  absl::Duration time_max = kFunctionTimeMax + absl::Minutes(1);
  // The default never has a function run twice: what became of an invocation whose answer is lost is
  // for the definition's Retry to decide.
  Repeat repeat = Repeat::kWhenNotReceived;
};

struct InvokeSuccess {
  int status = 200;
  std::string payload;  // JSON text as the function returned it; empty after "Event"
  std::string executed_version;
  std::string log_result;  // Base64
  std::string request_id;
  HttpHeaders headers;
};

struct InvokeFailure {
  enum class Kind {
    kFunction,  // the function failed: its errorType, and its payload as it came
    kService,   // Lambda refused or failed
    kNoAnswer,  // nobody knows, or there was no asking
    kTooLarge,  // the answer: `error` is States.DataLimitExceeded, and the Cause is the caller's, who
                // knows the Task's resource
    kCancelled
  };
  Kind kind = Kind::kFunction;
  std::string error;      // "Lambda.TooManyRequestsException", or what the function says
  std::string cause;      // as Step Functions shows it
  bool received = false;  // the function may have run
};

using InvokeResult = std::variant<InvokeSuccess, InvokeFailure>;

// The number is for client.Cancel, which ends with kCancelled. `done` as Client::Done.
uint64_t Invoke(Client& client, const Invocation& invocation,
                std::function<void(InvokeResult)> done);

// --- the steps ---
ApiCall InvokeCall(const Invocation& invocation);
InvokeResult ReadInvokeResult(ApiResult result);

}  // namespace workers::aws
