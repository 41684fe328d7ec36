// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/held_wakes.h"

#include <algorithm>
#include <cassert>

namespace engine {
namespace {

thread_local HeldWakes* held = nullptr;

}  // namespace

HeldWakes::HeldWakes() {
  assert(held == nullptr);
  held = this;
}

HeldWakes::~HeldWakes() {
  Release();
  held = nullptr;
}

void HeldWakes::Release() {
  for (const Sleeper& sleeper : sleepers_) sleeper->notify_one();
  sleepers_.clear();
}

void HeldWakes::Notify(const Sleeper& sleeper) {
  if (held == nullptr) return sleeper->notify_one();
  std::vector<Sleeper>& sleepers = held->sleepers_;
  if (std::find(sleepers.begin(), sleepers.end(), sleeper) == sleepers.end())
    sleepers.push_back(sleeper);
}

}  // namespace engine
