// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What each state type does, one file per type: Run… when its …StateEntered event has just been
// written, the others when a signal for it arrives. Called by advance.cc alone.
#pragma once

#include "asl/program.h"
#include "asl/signal.h"
#include "asl/step.h"

namespace asl {

void RunPass(Step& step, const PassState& pass);
void RunChoice(Step& step, const ChoiceState& choice);
void RunSucceed(Step& step, const SucceedState& succeed);
void RunFail(Step& step, const FailState& fail);

void RunWait(Step& step, const WaitState& wait);
void FinishWait(Step& step, const WaitState& wait);  // the time has come

void RunParallel(Step& step, const ParallelState& parallel);  // also each further attempt
void RunMap(Step& step, const MapState& map);                 // also each further attempt

void RunTask(Step& step, const TaskState& task);  // also each further attempt
void ReceiveTask(Step& step, const TaskState& task, const std::string& worker_name);
void SucceedTask(Step& step, const TaskState& task, const TaskSucceeded& answer);
void KeepTaskAlive(Step& step);  // a heartbeat by token
void FailTask(Step& step, const TaskState& task, const TaskFailed& answer);
enum class Overdue : uint8_t { kTimeout, kHeartbeat };
void TimeOutTask(Step& step, const TaskState& task, Overdue what);

}  // namespace asl
