// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Whether an answer is what was recorded, by the rules of the corpus' README ("How recorded values
// must be matched"): the recording is a pattern whose placeholders are known, or stand for one value
// throughout the case, or for any. Owned by the run of one case; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance {

using OrderedJson = nlohmann::ordered_json;

class Matcher {
 public:
  // `word` was put where `value` stood.
  void Know(const std::string& word, const std::string& value);
  // `word` was put in place of whole values, which need not be the same.
  void KnowAny(const std::string& word) { any_.insert(word); }
  // What `pattern` finds in texts was replaced.
  void KnowPattern(const std::string& pattern, const std::string& replacement);
  // Keys that older recordings lack; objects may have them.
  void Ignore(const std::string& key) { ignored_.insert(key); }

  // An answer of the API: the order of keys says nothing, timestamps are left out, and where the
  // recording has an object, the answer may have its text.
  bool Answer(const OrderedJson& recorded, const OrderedJson& found);
  // JSON as a workflow handles it: the order of keys and the spelling of numbers count.
  bool Data(const OrderedJson& recorded, const OrderedJson& found);

  // Texts of the recording name events by id ("entered at the event id #2"): what those ids are in
  // the history that was found. Ids that it lacks are the same there.
  std::map<int64_t, int64_t> event_ids;

  // What placeholders stand for so far; to go back to when an attempt fails.
  using Bindings = std::map<std::string, std::string>;
  const Bindings& bindings() const { return bound_; }
  void Restore(Bindings bindings) { bound_ = std::move(bindings); }

  // Where the last match failed, as a path.
  const std::string& where() const { return where_; }

 private:
  enum class Level { kAnswer, kData };
  enum class Part { kLiteral, kKnown, kHole };
  struct Token {
    Part part;
    std::string text;   // of a hole: the placeholder
    std::string value;  // kKnown: what it stands for
  };

  bool Match(const OrderedJson& recorded, const OrderedJson& found, Level level);
  bool MatchObjects(const OrderedJson& recorded, const OrderedJson& found, Level level);
  bool MatchMember(const OrderedJson& recorded, const OrderedJson& found, Level level);
  std::vector<std::string> KeysOf(const OrderedJson& object, Level level) const;
  bool MatchText(const std::string& recorded, const std::string& found);
  std::string Normalised(const std::string& found) const;
  std::vector<Token> TokensOf(const std::string& recorded) const;
  std::optional<std::pair<Token, size_t>> TokenAt(const std::string& text, size_t at) const;
  bool MatchTokens(const std::vector<Token>& tokens, size_t next, std::string_view rest);
  bool MatchHole(const std::vector<Token>& tokens, size_t next, std::string_view rest);
  bool Bind(const std::string& hole, std::string_view value);

  std::map<std::string, std::string, std::greater<>>
      known_;  // longer words before their beginnings
  std::set<std::string> any_;
  std::vector<std::pair<std::regex, std::string>> patterns_;
  std::set<std::string> ignored_;
  Bindings bound_;
  std::vector<std::string> path_;
  std::string where_;
};

}  // namespace conformance
