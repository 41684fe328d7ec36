// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/open_frames.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace asl {

FrameChange* OpenFrames::Find(FrameId id) {
  // The newest first: the frame that moves is usually the one that was touched last.
  const auto found = std::find_if(others_.rbegin(), others_.rend(),
                                  [id](const FrameChange& change) { return change.id == id; });
  if (found != others_.rend()) return &*found;
  return !first_.empty() && first_[0].id == id ? &first_[0] : nullptr;
}

FrameChange& OpenFrames::Change(FrameId id) {
  if (first_.empty()) first_.reserve(1);
  FrameChange& change = first_.empty() ? first_.emplace_back() : others_.emplace_back();
  change.id = id;
  return change;
}

Frame& OpenFrames::At(FrameId id) {
  if (FrameChange* change = Find(id)) return *change->frame;
  return Change(id).frame.emplace(before_.at(id));
}

const Frame& OpenFrames::Look(FrameId id) {
  const FrameChange* change = Find(id);
  return change != nullptr ? *change->frame : before_.at(id);
}

Frame& OpenFrames::Add(Frame frame) {
  const FrameId id = frame.id;
  assert(Find(id) == nullptr && IsNew(id));
  return Change(id).frame.emplace(std::move(frame));
}

void OpenFrames::Close(FrameId id) {
  if (FrameChange* change = Find(id)) {
    change->frame.reset();
    return;
  }
  assert(!IsNew(id));
  Change(id);
}

std::vector<FrameId> OpenFrames::All() {
  std::vector<FrameId> ids;
  for (const auto& [id, frame] : before_) {
    const FrameChange* change = Find(id);
    if (change == nullptr || change->frame) ids.push_back(id);
  }
  const auto add = [&](const FrameChange& change) {
    if (change.frame && IsNew(change.id)) ids.push_back(change.id);
  };
  std::for_each(first_.begin(), first_.end(), add);
  std::for_each(others_.begin(), others_.end(), add);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<FrameId> OpenFrames::ChildrenOf(FrameId parent) {
  std::vector<FrameId> ids = All();
  std::erase_if(ids, [&](FrameId id) { return id == parent || Look(id).parent != parent; });
  return ids;
}

std::vector<FrameChange> OpenFrames::TakeChanges() {
  std::vector<FrameChange> changes = std::move(first_);
  first_.clear();
  std::move(others_.begin(), others_.end(), std::back_inserter(changes));
  others_.clear();
  std::erase_if(changes,
                [this](const FrameChange& change) { return !change.frame && IsNew(change.id); });
  return changes;
}

}  // namespace asl
