// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/adapters.h"
#include "tests/conformance/corpus.h"

namespace conformance {
const std::vector<Corpus>& Corpora() {
  static const std::vector<Corpus> kCorpora = {
      Recorded(), Exec(),        Validation(),   Workflows(),
      Jsonata(),  JaywayPaths(), Rfc9535Paths(), SigV4(),
  };
  return kCorpora;
}

std::string Text(const OrderedJson& object, std::string_view key) {
  const auto member = object.find(std::string(key));
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

std::vector<std::string> Texts(const OrderedJson& object, std::string_view key) {
  std::vector<std::string> texts;
  const auto member = object.find(std::string(key));
  if (member == object.end() || !member->is_array()) return texts;
  for (const OrderedJson& item : *member) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

void ExpectEqual(std::string what, std::string expected, std::string found, Verdict* verdict) {
  if (expected == found) return;
  verdict->differences.push_back({std::move(what), std::move(expected), std::move(found)});
}

}  // namespace conformance
