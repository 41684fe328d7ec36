// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

namespace conformance {
namespace {

namespace fs = std::filesystem;

const Corpus* CorpusOf(const OrderedJson& json) {
  if (!json.is_object()) return nullptr;
  const auto claims = [&](const Corpus& corpus) {
    return std::all_of(corpus.fields.begin(), corpus.fields.end(),
                       [&](std::string_view field) { return json.contains(std::string(field)); });
  };
  const auto corpus = std::find_if(Corpora().begin(), Corpora().end(), claims);
  return corpus == Corpora().end() ? nullptr : &*corpus;
}

// This parser refuses half a surrogate pair, which some cases are about. It is left out here; an
// adapter to which it matters reads the case's text.
OrderedJson Parsed(const std::string& text) {
  OrderedJson json = OrderedJson::parse(text, nullptr, false);
  if (!json.is_discarded()) return json;
  static const std::regex kPairOrHalf(
      R"((\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..)");
  return OrderedJson::parse(std::regex_replace(text, kPairOrHalf, "$1"), nullptr, false);
}

void AddCase(const fs::path& file, int line, std::string text, Loaded* loaded) {
  OrderedJson json = Parsed(text);
  if (json.is_discarded()) {
    loaded->problems.push_back(fmt::format("{}:{} is no JSON", file.string(), std::max(line, 1)));
    return;
  }
  const Corpus* corpus = CorpusOf(json);
  if (corpus == nullptr) return;
  Case one{.corpus = corpus, .file = file, .line = line, .text = std::move(text)};
  one.json = std::move(json);
  corpus->describe(one);
  loaded->cases.push_back(std::move(one));
}

void LoadFile(const fs::path& file, Loaded* loaded) {
  const bool by_line = file.extension() == ".jsonl";
  if (!by_line && file.extension() != ".json") return;
  std::ifstream in(file);
  if (!in) {
    loaded->problems.push_back(fmt::format("{} cannot be read", file.string()));
    return;
  }
  if (by_line) {
    int line = 0;
    for (std::string text; std::getline(in, text);) {
      ++line;
      if (!text.empty()) AddCase(file, line, std::move(text), loaded);
    }
    return;
  }
  std::ostringstream text;
  text << in.rdbuf();
  AddCase(file, 0, text.str(), loaded);
}

}  // namespace

Loaded LoadCases(const std::vector<fs::path>& paths) {
  Loaded loaded;
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path)) {
      LoadFile(path, &loaded);
      continue;
    }
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) LoadFile(file, &loaded);
  }
  return loaded;
}

}  // namespace conformance
