// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The planted defect of a run, if any: it lies in wait for a while, drawn from the seed, and
// strikes once (kEarlyRelease all the time): early, when it may be rare, or late, when no crash may
// come after it that mends it. Shows that each checker can go red. Owned by the run;
// one thread.
#pragma once

#include "tests/sim/options.h"
#include "tests/sim/random.h"

namespace sim {

class Sabotage {
 public:
  Sabotage(Plant plant, Random* random)
      : plant_(plant), countdown_(1 + random->Below(random->Chance(50) ? 8 : 80)) {}

  Plant plant() const { return plant_; }
  // True once: now is the time.
  bool Strikes(Plant plant) { return plant == plant_ && countdown_ > 0 && --countdown_ == 0; }

 private:
  const Plant plant_;
  size_t countdown_;
};

}  // namespace sim
