// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/by_hand.h"

#include <algorithm>

namespace sim {

ByHand::ByHand(int64_t retention_ms, uint32_t slots)
    : store_(SimStore::Make(StoreMode::kMemory)), slots_(slots), retention_ms_(retention_ms) {
  Begin();
}

ByHand::~ByHand() = default;

void ByHand::Begin() {
  process_ = std::make_unique<Process>(Surroundings{.store = store_.get(),
                                                    .random = &random_,
                                                    .auditor = &auditor_,
                                                    .checks = &checks_,
                                                    .sabotage = &sabotage_,
                                                    .partitions = 1,
                                                    .slots = slots_,
                                                    .wall = &wall_,
                                                    .faults = &faults_,
                                                    .retention_ms = retention_ms_});
  process_->Start();
}

std::string ByHand::Create(const std::string& machine, const std::string& text,
                           const Definition* definition) {
  const auto revision =
      std::make_shared<engine::Revision>(engine::Revision{.id = "revision-" + machine,
                                                          .machine = machine,
                                                          .definition = text,
                                                          .program = asl::Compile(text).program});
  if (revision->program == nullptr) return "it does not compile";
  auditor_.KnowRevision(revision, definition);
  std::string answer = "no answer";
  process_->Post(
      0, engine::CreateStateMachine{.revision = revision,
                                    .reply = [&](const absl::StatusOr<engine::Created>& created) {
                                      answer = created.status().ToString();
                                    }});
  Pump();
  return answer;
}

std::string ByHand::Start(const std::string& machine, const std::string& name, std::string input) {
  std::string answer = "no answer";
  process_->Post(
      0, engine::StartExecution{.revision = process_->registry().FindMachine(machine),
                                .name = name,
                                .input = std::make_shared<const std::string>(std::move(input)),
                                .name_hash = engine::HashName(machine, name),
                                .reply = [&](const absl::StatusOr<engine::Started>& started) {
                                  answer = started.ok() ? "started" : started.status().ToString();
                                }});
  Pump();
  return answer;
}

void ByHand::Pump() {
  for (;;) {
    Choices choices;
    process_->List(&choices);
    if (!choices.empty()) {
      process_->Do(choices.front());
    } else if (store_->CanMove()) {
      store_->Move(random_);
    } else {
      return;
    }
  }
}

void ByHand::Pass(int64_t ms) {
  const asl::Millis until = wall_ + ms;
  while (process_->NextWake() <= until) {
    wall_ = std::max(wall_, process_->NextWake());
    Pump();
  }
  wall_ = until;
}

void ByHand::Crash() {
  process_.reset();
  store_->Crash(random_);
  auditor_.OnCrash([this](engine::PartitionId id) { return *store_->store().AppliedNumber(id); });
  OnCrash();
  Begin();
  Pump();
}

}  // namespace sim
