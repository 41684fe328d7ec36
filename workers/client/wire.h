// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The worker's side of the wire: the ledger's words as messages of asld.v1.Workers and the other
// way round. Stateless, any thread; strings are moved where they can be.
#pragma once

#include <cstddef>
#include <vector>

#include "workers/client/ledger.h"
#include "workers/client/task.h"
#include "workers/task.h"

namespace asld::v1 {
class EngineMessage;
class Hello;
class WorkerMessage;
}  // namespace asld::v1

namespace workers {

// Where a message is cut: the engine refuses more than 4 MiB, and one answer may add 256 KiB to
// this.
inline constexpr size_t kClientMessageBytesMax = size_t{1} << 20;

void WriteHeld(const std::vector<Held>& held, asld::v1::Hello* hello);
void WriteAnswers(const std::vector<Answer>& answers, asld::v1::WorkerMessage* message);

// Tasks first, then what became of answers, then withdrawals: the order in which they are to be
// applied.
void Deliver(asld::v1::EngineMessage* message, Ledger* ledger);

}  // namespace workers
