// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A case of aws-recorded, read: texts with their references filled in, the names and ARNs that
// things get here, and what the case says about matching. Immutable once made, but for the counter
// of ids; one thread.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "asl/test_driver.h"
#include "tests/conformance/recorded_match.h"

namespace conformance {

// Python's default spelling, as the corpus stores texts: ", " and ": ".
std::string PythonText(const OrderedJson& value);

class RecordedCase {
 public:
  // REQUIRES: `json` outlives this.
  explicit RecordedCase(const OrderedJson& json);

  const OrderedJson& json() const { return json_; }
  // With every reference and stand-in name replaced by what it is here.
  std::string Resolved(std::string text) const;
  // The JSON text of `field`, or of `field`_text; "{}" when there is neither, as AWS takes an absent
  // input.
  std::string TextOf(const OrderedJson& owner, const std::string& field) const;

  asl::TestDriver::Options DriverOptions(const OrderedJson& run, uint64_t seed) const;

  // A resource of that sort ("lambda", "sqs") by the name it has here; nullptr: there is none.
  const OrderedJson* Find(const std::string& sort, const std::string& name) const;
  static std::string FunctionArn(const std::string& name);

  // What the placeholders of this case stand for, as far as that is known before a run.
  Matcher NewMatcher() const;
  // And what the answer of run number `index` tells.
  void LearnFrom(const OrderedJson& answer, size_t index, Matcher* matcher) const;

 private:
  struct Reference {
    std::string from;
    std::string to;
  };

  OrderedJson Resources(const std::string& sort) const;
  void AddReferences();
  void AddName(const std::string& stand_in);
  bool RecordedBefore(int year, int month, int day) const;

  const OrderedJson& json_;
  std::vector<Reference> references_;  // in the order in which they are replaced
};

}  // namespace conformance
