// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The one place where effects leave the process: called with effects whose batch is durable, in
// batch order. What goes to one worker is gathered over the loop's iteration and sent as one
// message; so are the
// executions that changed, for those who watch.
#include <utility>

#include "engine/loop.h"

namespace engine {
namespace {

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

}  // namespace

void Loop::Release(PartitionId from, std::vector<Effect> effects) {
  const Overload release{
      [](SendReply& e) { e.send(); },
      [this](DispatchTask& e) { outgoing_[e.session].tasks.push_back(std::move(e.request)); },
      [this](AcknowledgeAnswer& e) {
        outgoing_[e.session].acknowledgements.push_back(std::move(e.acknowledgement));
      },
      [this](WithdrawTask& e) { outgoing_[e.session].withdrawn.push_back(std::move(e.token)); },
      [this, from](SendMessage& e) {
        surroundings_->post(
            e.receiver,
            MessageArrived{.sender = from, .number = e.number, .bytes = std::move(e.bytes)});
      },
      [this, from](AcknowledgeMessages& e) {
        surroundings_->post(e.sender,
                            MessagesApplied{.receiver = from, .number = e.number, .gap = e.gap});
      },
      [this](PublishRevision& e) { surroundings_->registry->Publish(std::move(e.revision)); },
      [this](PublishVersions& e) { surroundings_->registry->Publish(std::move(e.versions)); },
      [this](ForgetRevision& e) { surroundings_->registry->ForgetRevision(e.id); },
      [this](ForgetMachine& e) { surroundings_->registry->ForgetMachine(e.name); },
      [this](PublishActivity& e) {
        surroundings_->resources->PublishActivity(std::move(e.activity));
      },
      [this](ForgetActivity& e) { surroundings_->resources->ForgetActivity(e.name); },
      [this](PublishTags& e) {
        surroundings_->resources->PublishTags(e.resource, std::move(e.tags));
      },
      [this](AnnounceEnd& e) { surroundings_->announce_end(e.execution); },
      [this](AnnounceChanges& e) {
        if (!surroundings_->watches->any()) return;
        changed_.insert(changed_.end(), e.changes.begin(), e.changes.end());
      },
  };
  for (Effect& effect : effects) std::visit(release, effect);
}

// A session that is gone got nothing: each of its tasks goes back to its partition as not sent.
void Loop::SendOutgoing() {
  for (auto& [session, outgoing] : outgoing_) {
    std::vector<std::string> tokens;
    for (const workers::TaskRequest& task : outgoing.tasks) tokens.push_back(task.token);
    if (surroundings_->pool->Send(session, std::move(outgoing))) continue;
    for (std::string& token : tokens) {
      const PartitionId partition = PartitionOf(DecodeToken(token)->id.execution);
      surroundings_->post(partition, TaskNotSent{.token = std::move(token), .session = session});
    }
  }
  outgoing_.clear();
  if (!changed_.empty()) surroundings_->watches->Changed(std::exchange(changed_, {}));
}

}  // namespace engine
