// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/execution.h"

#include <cassert>

namespace engine {
namespace {

constexpr size_t kExecutionBytes =
    800;  // the struct, its strings and its place in the map, measured roughly
constexpr size_t kFrameBytes = 500;
constexpr size_t kResultBytes = 96;
constexpr size_t kVariableBytes = 72;
constexpr size_t kParsedPerByte = 8;  // of JSON text: a node of 28 bytes for some 3 to 10
constexpr int kShrinkLooksMax =
    256;  // per turn: pinned ones at the front must not make every turn a full walk

size_t TextBytes(const asl::Payload& payload) { return payload.text ? payload.text->size() : 0; }

size_t Measure(const Execution& execution) {
  size_t bytes = kExecutionBytes + TextBytes(execution.input) +
                 execution.results.size() * kResultBytes + execution.result_text_bytes;
  // Iterations of a Map share its text.
  const std::string* counted = execution.input.text.get();
  for (const auto& [id, frame] : execution.frames) {
    bytes += kFrameBytes;
    // A text has several variables, mostly.
    const std::string* assigned = nullptr;
    for (const asl::Variable& variable : frame.variables) {
      bytes += kVariableBytes + variable.name.size();
      if (variable.value.text.get() == assigned) continue;
      bytes += TextBytes(variable.value);
      assigned = variable.value.text.get();
    }
    if (frame.branches && frame.branches->input) bytes += kParsedPerByte * frame.input.ref.length;
    if (frame.input.text.get() == counted) continue;
    bytes += TextBytes(frame.input);
    counted = frame.input.text.get();
  }
  return bytes;
}

}  // namespace

Execution* ExecutionCache::Find(ExecutionNumber number) {
  auto it = executions_.find(ToInt(number));
  if (it == executions_.end()) return nullptr;
  ages_.splice(ages_.end(), ages_, it->second->age);
  return it->second.get();
}

Execution& ExecutionCache::Add(ExecutionNumber number) {
  auto [it, added] = executions_.emplace(ToInt(number), std::make_unique<Execution>());
  assert(added);
  Execution& execution = *it->second;
  execution.number = number;
  execution.age = ages_.insert(ages_.end(), number);
  Account(execution);
  return execution;
}

void ExecutionCache::Remove(ExecutionNumber number) {
  auto it = executions_.find(ToInt(number));
  assert(it != executions_.end());
  bytes_ -= it->second->bytes;
  ages_.erase(it->second->age);
  executions_.erase(it);
}

void ExecutionCache::Account(Execution& execution) {
  bytes_ -= execution.bytes;
  execution.bytes = Measure(execution);
  bytes_ += execution.bytes;
}

void ExecutionCache::Shrink(uint64_t settled) {
  auto it = ages_.begin();
  for (int looked = 0; bytes_ > bytes_max_ && it != ages_.end() && looked < kShrinkLooksMax;
       ++looked) {
    const Execution& execution = *executions_.at(ToInt(*it));
    ++it;
    if (!execution.ready() || !execution.work.empty() || execution.pinned_until > settled) continue;
    Remove(execution.number);
  }
}

}  // namespace engine
