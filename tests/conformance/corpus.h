// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the runner knows of a corpus and of a case, whatever they are about. A corpus is recognised
// by what its cases look like, never by where they lie: held-out cases come in folders of any name.
// An adapter is one Corpus value; corpora.cc lists them. Plain data; one thread.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

using OrderedJson = nlohmann::ordered_json;

struct Corpus;

struct Case {
  const Corpus* corpus = nullptr;
  std::string id;                     // unique within the corpus; expected_failures.txt names it
  std::string area;                   // the row of the table it counts in
  std::vector<std::string> features;  // what it is about, in the corpus' own words
  std::filesystem::path file;
  int line = 0;      // in a file with one case a line; 0: the file is the case
  std::string text;  // the case as it stands there, for adapters to whom spelling matters
  OrderedJson json;
};

// One thing that is not as expected. Texts may have many lines: they are shown side by side.
struct Difference {
  std::string what;
  std::string expected;
  std::string found;
};

struct Verdict {
  std::vector<Difference> differences;  // none: passed
  std::map<std::string, int> compared;  // how many comparisons by which rule; may stay empty
};

struct Corpus {
  std::string_view name;
  // A JSON object that has all of these is a case of this corpus, unless an earlier one of Corpora()
  // claims it.
  std::vector<std::string_view> fields;
  // Fills in id, area and features from the JSON.
  void (*describe)(Case&);
  // REQUIRES: SkipReason(one) is empty. nullptr: there is no adapter yet.
  Verdict (*run)(const Case& one);
};

const std::vector<Corpus>& Corpora();

// Why the case is not run; empty: it is. The one place where that is decided, by what the case says
// of itself and by nothing else.
std::string SkipReason(const Case& one);

// Of aws-recorded, kind api: why its calls are not made; empty: they are. Its definitions may be
// asked about all the same.
std::string WhyNotCalled(const Case& one);

// --- For adapters

// The text at `key`, or "" when there is none.
std::string Text(const OrderedJson& object, std::string_view key);
std::vector<std::string> Texts(const OrderedJson& object, std::string_view key);
// Says what differs when `expected` and `found` are not the same text.
void ExpectEqual(std::string what, std::string expected, std::string found, Verdict* verdict);

}  // namespace conformance
