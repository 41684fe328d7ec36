// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a partition asks to be done outside, as data. An effect is released only after its batch is
// durable, in batch order, and it is only a hint to hurry: the row written in the same batch is the
// truth, and after a crash a scan of those rows releases it again. The rows are named beside each
// effect; a reply has none, because a caller who got no answer asks again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "engine/ids.h"
#include "engine/resources.h"
#include "engine/revision.h"
#include "engine/versions.h"
#include "workers/task.h"

namespace engine {

// The answer to an API call.
struct SendReply {
  std::function<void()> send;
};

// Row: tasks, with the instance it is assigned to.
struct DispatchTask {
  workers::SessionId session = 0;
  workers::TaskRequest request;
};

// No row: a worker that got none sends its result again.
struct AcknowledgeAnswer {
  workers::SessionId session = 0;
  workers::Acknowledgement acknowledgement;
};

// No row: a worker that was not told gets `no longer wanted` for its answer.
struct WithdrawTask {
  workers::SessionId session = 0;
  std::string token;
};

// Row: outbox.
struct SendMessage {
  PartitionId receiver = 0;
  uint64_t number = 0;
  std::string bytes;
};

// Row: inbox, the highest number applied.
struct AcknowledgeMessages {
  PartitionId sender = 0;
  uint64_t number = 0;
  bool gap = false;  // a later letter was seen and not applied
};

// Row: machines and revisions.
struct PublishRevision {
  RevisionPtr revision;
};

// Row: versions and aliases.
struct PublishVersions {
  VersionsPtr versions;
};

// Row: gone with the batch.
struct ForgetRevision {
  std::string id;
};
struct ForgetMachine {
  std::string name;
};

// Row: activities.
struct PublishActivity {
  Activity activity;
};
// Row: gone with the batch.
struct ForgetActivity {
  std::string name;
};
// Row: tags.
struct PublishTags {
  std::string resource;
  Tags tags;
};

// An execution that a turn changed.
struct ExecutionChanged {
  ExecutionNumber execution = ExecutionNumber::kNone;
  bool ended = false;  // by this change, which is its last one
};

// Row: executions. Wakes those who wait for the end.
struct AnnounceEnd {
  ExecutionNumber execution = ExecutionNumber::kNone;
};

// Row: whatever the turn wrote. For those who watch (watch.h); one effect per turn, made whether
// anybody watches or not: who begins to watch while the batch is on its way must hear of it.
struct AnnounceChanges {
  std::vector<ExecutionChanged> changes;
};

using Effect = std::variant<SendReply, DispatchTask, AcknowledgeAnswer, WithdrawTask, SendMessage,
                            AcknowledgeMessages, PublishRevision, PublishVersions, ForgetRevision,
                            ForgetMachine, PublishActivity, ForgetActivity, PublishTags,
                            AnnounceEnd, AnnounceChanges>;

}  // namespace engine
