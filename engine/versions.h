// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Versions and aliases of a state machine. A version is a number for a revision that stays; an
// alias is a name for one or two versions, with the share of new executions that each gets.
// Partition 0 changes them (partition_versions.cc); everybody else sees an immutable copy of all
// that one state machine has, in the registry. Values; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asl/time.h"

namespace engine {

// Developer guide, "Quotas": per state machine.
inline constexpr size_t kVersionsMax = 1'000;
inline constexpr size_t kAliasesMax = 100;

struct Version {
  uint32_t number = 0;   // from 1; never given out again while the state machine exists
  std::string revision;  // its id, of which this is the only version
  std::string description;
  asl::Millis created;
};

struct AliasRoute {
  uint32_t version = 0;
  uint32_t weight = 100;  // percent
  friend bool operator==(const AliasRoute&, const AliasRoute&) = default;
};

struct Alias {
  std::string name;
  std::string description;
  std::vector<AliasRoute> routes;  // one or two, of different versions; their weights sum to 100
  asl::Millis created;
  asl::Millis updated;
};

struct Versions {
  std::string machine;
  uint32_t last = 0;  // the newest number that was given out
  std::map<uint32_t, Version> versions;
  std::map<std::string, uint32_t> of_revision;  // revision's id → version
  std::map<std::string, Alias, std::less<>> aliases;

  void Add(Version version) {
    of_revision[version.revision] = version.number;
    versions[version.number] = std::move(version);
  }
  void Remove(uint32_t number) {
    auto it = versions.find(number);
    of_revision.erase(it->second.revision);
    versions.erase(it);
  }
  const Version* OfRevision(const std::string& id) const {
    auto it = of_revision.find(id);
    return it == of_revision.end() ? nullptr : &versions.at(it->second);
  }
};
using VersionsPtr = std::shared_ptr<const Versions>;

}  // namespace engine
