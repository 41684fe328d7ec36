// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/recorded_match.h"

#include <fmt/format.h>

#include <algorithm>

namespace conformance {
namespace {

// <uuid:1>, <ArnPart_0idx>, <request_id>, <<task_token>:1>
size_t PlaceholderLength(const std::string& text, size_t at) {
  static const std::regex kPlaceholder(
      R"(<([A-Za-z][A-Za-z0-9_-]{0,60}|<[A-Za-z][A-Za-z0-9_-]{0,60}>)(:[0-9]{1,6})?>)");
  std::smatch found;
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), at + 80));
  return std::regex_search(begin, end, found, kPlaceholder, std::regex_constants::match_continuous)
             ? static_cast<size_t>(found.length())
             : 0;
}

bool IsUuid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (kShape[i] == '-' ? text[i] != '-'
                         : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
  }
  return true;
}

// The sort of a numbered placeholder, "<uuid:" of "<uuid:1>"; empty when it has no number: then each
// occurrence may stand for something else.
std::string_view SortOf(std::string_view hole) {
  const size_t colon = hole.find(':');
  if (colon != std::string_view::npos) return hole.substr(0, colon + 1);
  const size_t digits = hole.find_first_of("0123456789");
  const bool numbered = hole.ends_with("idx>") && digits != std::string_view::npos;
  return numbered ? hole.substr(0, digits) : std::string_view();
}

bool Suits(std::string_view hole, std::string_view value) {
  if (hole.starts_with("<uuid:")) return IsUuid(value);
  if (hole.ends_with("request_id>")) return value.find_first_of(" ,;()") == std::string_view::npos;
  if (hole.starts_with("<json-input:")) {
    return OrderedJson::accept(value.begin(), value.end());
  }
  return true;
}

// Rules 2 and 6: what the recorder put in place of the values of certain members.
bool IsConstantOf(const std::string& member, const std::string& text) {
  static const std::set<std::string> kOwnNames = {"/RequestId", "/X-Amzn-Trace-Id", "/x-amz-crc32",
                                                  "/x-amzn-RequestId", "/x-amzn-requestid"};
  if (kOwnNames.count(member) != 0) return "/" + text == member;
  if (text == "date") return member == "/Date";
  if (text == "timestamp") {
    return member == "/creationTime" || member == "/ingestionTime" ||
           member.find("imestamp") != std::string::npos;
  }
  return text == "datetime";
}

std::string WithoutDates(const std::string& text) {
  // Of the thirteenth month or the 25th hour it is no date, and the recorder left it.
  static const std::regex kIsoDate(
      R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:?\d\d))");
  return std::regex_replace(text, kIsoDate, "date");
}

}  // namespace

void Matcher::Know(const std::string& word, const std::string& value) {
  known_[word] = WithoutDates(value);
}

void Matcher::KnowPattern(const std::string& pattern, const std::string& replacement) {
  patterns_.emplace_back(std::regex(pattern), replacement);
}

bool Matcher::Answer(const OrderedJson& recorded, const OrderedJson& found) {
  path_.clear();
  return Match(recorded, found, Level::kAnswer);
}

bool Matcher::Data(const OrderedJson& recorded, const OrderedJson& found) {
  path_.clear();
  return Match(recorded, found, Level::kData);
}

// --- Trees

bool Matcher::Match(const OrderedJson& recorded, const OrderedJson& found, Level level) {
  bool fits = false;
  if (recorded.is_string()) {
    const auto text = recorded.get<std::string>();
    fits = any_.count(text) != 0 || IsConstantOf(path_.empty() ? "" : path_.back(), text) ||
           MatchText(text, found.is_string() ? found.get<std::string>() : found.dump());
    // A number, say, is what a placeholder may stand for, but never what another text says.
    if (fits && !found.is_string()) fits = text != found.dump();
  } else if (recorded.is_object() && found.is_object()) {
    return MatchObjects(recorded, found, level);
  } else if (recorded.is_array() && found.is_array()) {
    fits = recorded.size() == found.size();
    for (size_t i = 0; fits && i < recorded.size(); ++i) {
      path_.push_back(fmt::format("[{}]", i));
      if (!Match(recorded[i], found[i], level)) return false;
      path_.pop_back();
    }
  } else {
    fits = recorded.type_name() == std::string_view(found.type_name()) &&
           recorded.dump() == found.dump();
  }
  if (!fits) where_ = fmt::format("{}", fmt::join(path_, ""));
  return fits;
}

std::vector<std::string> Matcher::KeysOf(const OrderedJson& object, Level level) const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    const bool constant = level == Level::kAnswer && key == "timestamp";
    if (!constant && ignored_.count(key) == 0) keys.push_back(key);
  }
  if (level == Level::kAnswer) std::sort(keys.begin(), keys.end());
  return keys;
}

bool Matcher::MatchObjects(const OrderedJson& recorded, const OrderedJson& found, Level level) {
  const std::vector<std::string> keys = KeysOf(recorded, level);
  if (keys != KeysOf(found, level)) {
    where_ = fmt::format("{} (its keys)", fmt::join(path_, ""));
    return false;
  }
  return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
    path_.push_back("/" + key);
    const bool fits = MatchMember(recorded[key], found[key], level);
    if (fits) path_.pop_back();
    return fits;
  });
}

// Rule 1: where a member's text is that of an object, the recorder put the object, and its members
// are data. At times it did so with an array.
bool Matcher::MatchMember(const OrderedJson& recorded, const OrderedJson& found, Level level) {
  if (level == Level::kAnswer && recorded.is_structured() && found.is_string()) {
    const OrderedJson parsed = OrderedJson::parse(found.get<std::string>(), nullptr, false);
    return Match(recorded, parsed.is_discarded() ? found : parsed, Level::kData);
  }
  return Match(recorded, found, level);
}

// --- Texts

bool Matcher::MatchText(const std::string& recorded, const std::string& found) {
  return MatchTokens(TokensOf(recorded), 0, Normalised(found));
}

std::string Matcher::Normalised(const std::string& found) const {
  std::string text = WithoutDates(found);
  for (const auto& [pattern, replacement] : patterns_) {
    text = std::regex_replace(text, pattern, replacement);
  }
  return text;
}

std::vector<Matcher::Token> Matcher::TokensOf(const std::string& recorded) const {
  std::vector<Token> tokens;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) tokens.push_back({Part::kLiteral, std::exchange(literal, ""), ""});
  };
  for (size_t at = 0; at < recorded.size();) {
    const auto token = TokenAt(recorded, at);
    if (!token) {
      literal += recorded[at++];
      continue;
    }
    flush();
    tokens.push_back(token->first);
    at += token->second;
  }
  flush();
  return tokens;
}

// With its length; nullopt: an ordinary character.
std::optional<std::pair<Matcher::Token, size_t>> Matcher::TokenAt(const std::string& text,
                                                                  size_t at) const {
  for (const auto& [word, value] : known_) {
    if (text.compare(at, word.size(), word) == 0) {
      return std::pair(Token{Part::kKnown, word, value}, word.size());
    }
  }
  if (text[at] == '<') {
    const size_t length = PlaceholderLength(text, at);
    if (length == 0) return std::nullopt;
    return std::pair(Token{Part::kHole, text.substr(at, length), ""}, length);
  }
  constexpr std::string_view kEventId = "entered at the event id #";
  if (text[at] >= '0' && text[at] <= '9' && at >= kEventId.size() &&
      text.compare(at - kEventId.size(), kEventId.size(), kEventId) == 0) {
    const size_t length = text.find_first_not_of("0123456789", at) - at;
    const std::string digits = text.substr(at, length);
    const auto there = event_ids.find(std::stoll(digits));
    const std::string id = there == event_ids.end() ? digits : std::to_string(there->second);
    return std::pair(Token{Part::kLiteral, id, ""}, digits.size());
  }
  return std::nullopt;
}

bool Matcher::MatchTokens(const std::vector<Token>& tokens, size_t next, std::string_view rest) {
  if (next == tokens.size()) return rest.empty();
  const Token& token = tokens[next];
  const auto follows = [&](std::string_view text) {
    return rest.starts_with(text) && MatchTokens(tokens, next + 1, rest.substr(text.size()));
  };
  switch (token.part) {
    case Part::kLiteral:
      return follows(token.text);
    case Part::kKnown:
      return follows(token.value) || follows(token.text);
    case Part::kHole:
      break;
  }
  const auto bound = bound_.find(token.text);
  if (bound == bound_.end()) return MatchHole(tokens, next, rest);
  const std::string value = bound->second;  // what follows may go back on its own bindings
  return follows(value);
}

// Tries every length; where a literal follows, only those that lead to one.
bool Matcher::MatchHole(const std::vector<Token>& tokens, size_t next, std::string_view rest) {
  const bool last = next + 1 == tokens.size();
  std::string_view after;
  if (!last && tokens[next + 1].part == Part::kLiteral) after = tokens[next + 1].text;
  for (size_t end = last ? rest.size() : rest.find(after); end <= rest.size();
       end = rest.find(after, end + 1)) {
    const Bindings before = bound_;
    if (Bind(tokens[next].text, rest.substr(0, end)) &&
        MatchTokens(tokens, next + 1, rest.substr(end))) {
      return true;
    }
    bound_ = before;
    if (last) return false;
  }
  return false;
}

// Rule 3: a number stands for one value, and another number for another one.
bool Matcher::Bind(const std::string& hole, std::string_view value) {
  if (!Suits(hole, value)) return false;
  const std::string_view sort = SortOf(hole);
  if (sort.empty()) return true;
  for (const auto& [other, taken] : bound_) {
    if (SortOf(other) == sort && taken == value) return false;
  }
  bound_.emplace(hole, value);
  return true;
}

}  // namespace conformance
