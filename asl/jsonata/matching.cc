// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Functions that look for a text or a pattern in a text. A pattern is a matcher: a regular
// expression, or any function that answers the same objects ({match, start, end, groups, next}).
#include <algorithm>
#include <cmath>
#include <optional>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

// One match, whoever found it. Places are bytes.
struct Found {
  std::string_view match;
  size_t begin = 0;
  size_t end = 0;
  std::vector<Value> groups;  // texts, or undefined
};

// All matches in a text, one after the other.
class Matches {
 public:
  Matches(Evaluator* e, const Value& text, const Value& matcher)
      : e_(*e), text_(text), matcher_(matcher) {}

  // False: no more, or the evaluator has failed.
  bool Next(Found* found) {
    const Function& function = *matcher_.function;
    return function.kind == FunctionKind::kRegex ? NextOfRegex(*function.node, found)
                                                 : NextOfFunction(found);
  }

 private:
  bool NextOfRegex(const Node& node, Found* found) {
    const std::string_view text = text_.text();
    if (from_ > text.size() || (started_ && from_ == text.size())) return false;
    if (!e_.MatchRegex(*node.regex, text, from_, &spans_)) return false;
    if (started_ && spans_[0].begin == spans_[0].end) {
      Error error{.code = "D1004", .position = static_cast<int>(node.position), .value = node.text};
      e_.FailWith(std::move(error));
      return false;
    }
    started_ = true;
    from_ = spans_[0].end;
    found->begin = spans_[0].begin;
    found->end = spans_[0].end;
    found->match = text.substr(found->begin, found->end - found->begin);
    found->groups.clear();
    for (size_t i = 1; i < spans_.size(); ++i) {
      const Span& span = spans_[i];
      found->groups.push_back(
          span.matched() ? Value::String(text.substr(span.begin, span.end - span.begin)) : Value());
    }
    return true;
  }

  bool NextOfFunction(Found* found) {
    const Value answer = started_ ? e_.Apply(next_, {}, Value::Null())
                                  : e_.Apply(matcher_, Arguments(&text_, 1), Value::Null());
    started_ = true;
    if (answer.failed() || answer.undefined()) return false;
    const Value start = MemberOf(answer, "start");
    const Value end = MemberOf(answer, "end");
    const Value groups = MemberOf(answer, "groups");
    const Value match = MemberOf(answer, "match");
    next_ = MemberOf(answer, "next");
    if (!start.is_number() || !end.is_number() || !groups.is_array() || !next_.is_function() ||
        !match.is_string()) {
      e_.Fail("T1010");
      return false;
    }
    found->begin = ByteOf(start.number);
    found->end = std::max(found->begin, ByteOf(end.number));
    found->match = match.text();
    found->groups.clear();
    Items items(groups);
    for (Value item; items.Next(&item);) found->groups.push_back(item);
    return e_.Charge();
  }

  // Of a place in UTF-16 units.
  size_t ByteOf(double place) const {
    std::string_view rest = text_.text();
    for (double at = 0; at < place && !rest.empty();) at += TakeCodePoint(&rest) >= 0x10000 ? 2 : 1;
    return text_.extent - rest.size();
  }

  Evaluator& e_;
  Value text_;
  Value matcher_;
  Value next_;
  bool started_ = false;
  size_t from_ = 0;
  std::vector<Span> spans_;
};

// Whether `count` results are below the limit, which may be absent or no integer.
bool Below(const Value& limit, double count) { return limit.undefined() || count < limit.number; }

// The text of $n in a replacement: as many digits as there can be groups, one fewer if that names
// none. Answers how many characters were used, 0: no group was meant.
size_t AppendGroup(std::string_view digits, const std::vector<Value>& groups, std::string* out) {
  size_t most = 1;
  for (size_t n = groups.size(); n >= 10; n /= 10) ++most;
  const auto read = [&](size_t count, size_t* number) {
    size_t used = 0;
    *number = 0;
    for (; used < count && used < digits.size() && digits[used] >= '0' && digits[used] <= '9';
         ++used) {
      *number = *number * 10 + static_cast<size_t>(digits[used] - '0');
    }
    return used;
  };
  size_t number = 0;
  size_t used = read(most, &number);
  if (most > 1 && number > groups.size()) used = read(most - 1, &number);
  if (used == 0) return 0;
  if (number >= 1 && number <= groups.size() && groups[number - 1].is_string()) {
    *out += groups[number - 1].text();
  }
  // Leading zeros are not used up, as parseInt and toString would have it.
  return std::to_string(number).size();
}

std::string Substitute(std::string_view replacement, const Found& found) {
  std::string out;
  while (!replacement.empty()) {
    const size_t at = replacement.find('$');
    out += replacement.substr(0, at);
    if (at == std::string_view::npos) break;
    replacement.remove_prefix(at + 1);
    const char next = replacement.empty() ? '\0' : replacement[0];
    if (next == '$' || next == '0') {
      out += next == '$' ? std::string_view("$") : found.match;
      replacement.remove_prefix(1);
      continue;
    }
    const size_t used = AppendGroup(replacement, found.groups, &out);
    if (used == 0) out += '$';
    replacement.remove_prefix(std::min(used, replacement.size()));
  }
  return out;
}

Value MakeMatch(Evaluator& e, std::string_view match, double start,
                const std::vector<Value>& groups, std::string_view start_name) {
  Object* object = e.heap().NewObject();
  e.heap().Set(object, "match", Value::String(match));
  e.heap().Set(object, start_name, Value::Number(start));
  Array* array = e.heap().NewArray(groups.size());
  for (const Value& group : groups) e.heap().Push(array, group);
  e.heap().Set(object, "groups", Value::OfArray(array));
  return Value::OfObject(object);
}

Value ReplaceText(Evaluator& e, const Call& c) {
  const std::string_view text = c[0].text();
  const std::string_view pattern = c[1].text();
  if (!c[2].is_string()) return e.Fail("D3012", c[2]);
  std::string out;
  size_t from = 0;
  for (double count = 0; Below(c[3], count); ++count) {
    const size_t at = text.find(pattern, from);
    if (at == std::string_view::npos) break;
    (out += text.substr(from, at - from)) += c[2].text();
    from = at + pattern.size();
    if (out.size() > kResultBytesMax || !e.Charge()) break;
  }
  out += text.substr(from);
  return e.failed() ? Value::Failed() : e.Built(out);
}

}  // namespace

bool Evaluator::MatchRegex(const Regex& regex, std::string_view text, size_t from,
                           std::vector<Span>* groups) {
  // What a match costs is not known before, so it gets more and more, and pays for what it got.
  for (uint32_t effort = 1'000;; effort *= 10) {
    if (!Charge(effort / 50 + static_cast<int64_t>((text.size() - from) / 64))) return false;
    const Matching matching = regex.Match(text, from, effort, groups);
    if (matching != Matching::kTooCostly) return matching == Matching::kMatch;
    if (effort >= kRegexMatchesMax) break;
  }
  Exceeded("Expression evaluation timeout");
  return false;
}

Value Evaluator::MatchObject(const Node& regex, const Value& text, size_t from) {
  std::vector<Span> spans;
  if (!MatchRegex(*regex.regex, text.text(), from, &spans)) {
    return failed() ? Value::Failed() : Value();
  }
  const auto at = [&](const Span& span) {
    return span.matched() ? Value::String(text.text().substr(span.begin, span.end - span.begin))
                          : Value();
  };
  std::vector<Value> groups;
  for (size_t i = 1; i < spans.size(); ++i) groups.push_back(at(spans[i]));
  const double start = static_cast<double>(CountUtf16(text.text().substr(0, spans[0].begin)));
  const std::string_view match = at(spans[0]).text();
  Object* object = heap_.NewObject();
  heap_.Set(object, "match", Value::String(match));
  heap_.Set(object, "start", Value::Number(start));
  heap_.Set(object, "end", Value::Number(start + static_cast<double>(CountUtf16(match))));
  Array* array = heap_.NewArray(groups.size());
  for (const Value& group : groups) heap_.Push(array, group);
  heap_.Set(object, "groups", Value::OfArray(array));
  Function* next = NewFunction(FunctionKind::kNextMatch);
  next->node = &regex;
  next->context = text;
  next->count = static_cast<uint32_t>(spans[0].end);
  heap_.Set(object, "next", Value::OfFunction(next));
  return Value::OfObject(object);
}

Value Evaluator::CallNextMatch(const Function& function) {
  if (function.count >= function.context.extent) return {};
  const Value next = MatchObject(*function.node, function.context, function.count);
  if (next.is_object() && MemberOf(next, "match").extent == 0) {
    return FailWith({.code = "D1004",
                     .position = static_cast<int>(function.node->position),
                     .value = function.node->text});
  }
  return next;
}

Value Match(Evaluator& e, const Call& c) {
  if (c[0].undefined() || !c.has(1)) return {};
  if (c.has(2) && c[2].number < 0) return e.Fail("D3040", c[2], 3);
  Array* result = e.heap().NewSequence(4);
  Matches matches(&e, c[0], c[1]);
  size_t counted = 0;  // bytes up to `start` in UTF-16 units
  double start = 0;
  Found found;
  for (double count = 0; Below(c[2], count) && matches.Next(&found); ++count) {
    const std::string_view text = c[0].text();
    if (found.begin < counted) counted = 0, start = 0;
    start += static_cast<double>(CountUtf16(text.substr(counted, found.begin - counted)));
    counted = found.begin;
    e.heap().Push(result, MakeMatch(e, found.match, start, found.groups, "index"));
  }
  return e.failed() ? Value::Failed() : Value::OfArray(result);
}

Value Contains(Evaluator& e, const Call& c) {
  if (c[0].undefined() || !c.has(1)) return {};
  if (c[1].is_string()) {
    return Value::Bool(c[0].text().find(c[1].text()) != std::string_view::npos);
  }
  Matches matches(&e, c[0], c[1]);
  Found found;
  const bool any = matches.Next(&found);
  return e.failed() ? Value::Failed() : Value::Bool(any);
}

Value Replace(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  if (c[1].is_string() && c[1].extent == 0) return e.Fail("D3010", c[1], 2);
  if (c.has(3) && c[3].number < 0) return e.Fail("D3011", c[3], 4);
  if (!c.has(1)) return {};
  if (c[1].is_string()) return ReplaceText(e, c);
  const std::string_view text = c[0].text();
  std::string out;
  size_t from = 0;
  Matches matches(&e, c[0], c[1]);
  Found found;
  for (double count = 0; Below(c[3], count) && matches.Next(&found); ++count) {
    if (found.begin < from) break;  // a matcher of the user's goes backwards
    out += text.substr(from, found.begin - from);
    from = std::min(found.begin + found.match.size(), text.size());
    if (c[2].is_string()) {
      out += Substitute(c[2].text(), found);
    } else {
      const double start = static_cast<double>(CountUtf16(text.substr(0, found.begin)));
      const Value match = MakeMatch(e, found.match, start, found.groups, "start");
      e.heap().Set(match.object, "end",
                   Value::Number(start + static_cast<double>(CountUtf16(found.match))));
      const Value with = e.Apply(c[2], Arguments(&match, 1), Value::Null());
      if (with.failed()) return with;
      if (!with.is_string()) return e.Fail("D3012", with);
      out += with.text();
    }
    if (out.size() > kResultBytesMax) break;
  }
  if (e.failed()) return Value::Failed();
  out += text.substr(from);
  return e.Built(out);
}

Value Split(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  const Value& limit = c[2];
  if (!limit.undefined() && limit.number < 0) return e.Fail("D3020", limit, 3);
  Array* parts = e.heap().NewArray(8);
  std::string_view rest = c[0].text();
  const auto push = [&](std::string_view part) {
    e.heap().Push(parts, Value::String(part));
    return e.Charge();
  };
  if (!c.has(1)) {
    push(rest);
  } else if (c[1].is_string()) {
    const Value most = limit.undefined() ? limit : Value::Number(std::floor(limit.number));
    const std::string_view separator = c[1].text();
    size_t at = 0;
    while (Below(most, parts->size) && at != std::string_view::npos) {
      if (separator.empty() && rest.empty()) break;
      at = separator.empty() ? ByteOfCodePoint(rest, 1) : rest.find(separator);
      if (!push(rest.substr(0, at))) break;
      if (at != std::string_view::npos) rest.remove_prefix(at + separator.size());
    }
  } else {
    const std::string_view text = c[0].text();
    size_t from = 0;
    Matches matches(&e, c[0], c[1]);
    Found found;
    double count = 0;
    for (; Below(limit, count) && matches.Next(&found) && found.begin >= from; ++count) {
      if (!push(text.substr(from, found.begin - from))) break;
      from = std::min(found.end, text.size());
    }
    if (Below(limit, count)) push(text.substr(from));
  }
  return e.failed() ? Value::Failed() : Value::OfArray(parts);
}

}  // namespace asl::jsonata
