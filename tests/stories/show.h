// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How a story shows events, tasks and timers: one line each, the fields that say something.
// Stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "asl/history_event.h"
#include "engine/tables.h"
#include "workers/task.h"

namespace stories {

// A run of more than a dozen events is shown by its ends.
std::vector<std::string> ShowHistory(const std::vector<asl::HistoryEvent>& events);
std::string ShowTask(std::string_view worker, const workers::TaskRequest& task);
std::string ShowTimer(const engine::TimerKey& timer, asl::Millis now);
std::string_view AckName(workers::AckOutcome outcome);
// A success's output or a failure's error.
std::string ResultText(const workers::Answer& result);

}  // namespace stories
