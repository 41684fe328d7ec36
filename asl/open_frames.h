// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The open frames of an execution during one Advance: those it began with, as far as nobody changed
// them, and copies of those that were. Frames made here have stable addresses until they are
// closed. Lives on the stack of one Advance.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "asl/frame.h"
#include "asl/outcome.h"

namespace asl {

class OpenFrames {
 public:
  // `spare`: empty, for its memory.
  OpenFrames(const std::map<FrameId, Frame>& before, std::vector<FrameChange> spare)
      : before_(before), first_(std::move(spare)) {}

  // The frame to be changed. REQUIRES: it is open.
  Frame& At(FrameId id);
  const Frame& Look(FrameId id);  // REQUIRES: it is open
  Frame& Add(Frame frame);        // REQUIRES: its id is new
  void Close(FrameId id);         // REQUIRES: it is open

  // In the order of their ids.
  std::vector<FrameId> All();
  std::vector<FrameId> ChildrenOf(FrameId parent);

  // What has to be written. Leaves this empty.
  std::vector<FrameChange> TakeChanges();

 private:
  FrameChange* Find(FrameId id);
  FrameChange& Change(FrameId id);
  bool IsNew(FrameId id) const { return !before_.contains(id); }

  const std::map<FrameId, Frame>& before_;
  // Few: an Advance touches a handful of frames, and mostly one, which then stays where it is to be
  // handed out. So `first_` never has more.
  std::vector<FrameChange> first_;
  std::list<FrameChange> others_;
};

}  // namespace asl
