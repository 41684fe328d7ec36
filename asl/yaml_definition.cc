// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// yaml-cpp tells what it reads event by event, each with its place; the writer below makes JSON of
// that as it goes. yaml-cpp answers wrong texts by exceptions, which end here, and bounds its own
// depth.
#include "asl/yaml_definition.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "asl/limits.h"
#include "asl/problems.h"

namespace asl {
namespace {

constexpr std::string_view kInvalidYaml = "INVALID_YAML";

bool AllDigits(std::string_view text, std::string_view digits = "0123456789") {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

std::string_view WithoutSign(std::string_view text) {
  return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

// 0x1F and 0o17; nullopt when it is neither, or beyond 64 bits.
std::optional<std::string> BasedInteger(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (!hex && !text.starts_with("0o")) return std::nullopt;
  const std::string_view digits = text.substr(2);
  if (!AllDigits(digits, hex ? "0123456789abcdefABCDEF" : "01234567")) return std::nullopt;
  if (digits.size() > (hex ? 16U : 21U)) return std::nullopt;
  return fmt::format("{}", std::stoull(std::string(digits), nullptr, hex ? 16 : 8));
}

// A number of the core types, as JSON spells it: what is JSON already stays as it is.
std::optional<std::string> Number(std::string_view text) {
  if (std::optional<std::string> based = BasedInteger(text)) return based;
  const std::string_view unsigned_text = WithoutSign(text);
  const size_t exponent = unsigned_text.find_first_of("eE");
  const std::string_view mantissa = unsigned_text.substr(0, exponent);
  const size_t point = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : mantissa.substr(point + 1);
  const bool digits = (whole.empty() || AllDigits(whole)) &&
                      (fraction.empty() || AllDigits(fraction)) &&
                      !(whole.empty() && fraction.empty());
  if (!digits) return std::nullopt;
  std::string power;
  if (exponent != std::string_view::npos) {
    power = unsigned_text.substr(exponent);
    if (!AllDigits(WithoutSign(std::string_view(power).substr(1)))) return std::nullopt;
  }
  const size_t zeros = whole.find_first_not_of('0');
  const std::string_view significant = zeros == std::string_view::npos ? "0" : whole.substr(zeros);
  return fmt::format("{}{}{}{}", text.starts_with('-') ? "-" : "", significant,
                     fraction.empty() ? "" : fmt::format(".{}", fraction), power);
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

class JsonOfEvents : public YAML::EventHandler {
 public:
  explicit JsonOfEvents(std::string_view yaml) : yaml_(yaml) {}

  const std::optional<Problem>& error() const { return error_; }
  YamlDefinition Take() { return std::move(made_); }
  void Refuse(const YAML::Mark& mark, std::string message) {
    if (error_) return;
    const uint32_t offset = OffsetOf(mark);
    const JsonPosition at = PositionAt(yaml_, offset);
    error_ = Problem{.code = std::string(kInvalidYaml),
                     .message = std::move(message),
                     .line = at.line,
                     .column = at.column,
                     .offset = offset};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) Refuse(mark, "A file holds one definition, and a second begins here");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Scalar(mark, anchor, "null", false);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    const bool plain = tag == "?" || tag.empty();
    const bool core = tag.starts_with(kCore);
    const std::string type = core ? tag.substr(kCore.size()) : "";
    if (plain || IsOneOf(type, {"int", "float", "bool", "null"})) {
      return Scalar(mark, anchor, value, false);
    }
    if (tag == "!" || type == "str") return Scalar(mark, anchor, value, true);
    RefuseTag(mark, tag);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, '[');
  }
  void OnSequenceEnd() override { Close(']'); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, '{');
  }
  void OnMapEnd() override { Close('}'); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return Refuse(mark, "The anchor stands around its own alias");
    if (!Begin(mark)) return;
    Append(mark,
           std::string(made_.json, found->second.begin, found->second.end - found->second.begin));
  }

 private:
  struct Span {
    size_t begin, end;  // in the JSON
  };
  struct Container {
    bool map;
    bool after_key = false;
    size_t begin;
    YAML::anchor_t anchor;
    bool empty = true;
    std::set<std::string, std::less<>> keys = {};
  };

  uint32_t OffsetOf(const YAML::Mark& mark) const {
    const size_t at = mark.pos < 0 ? 0 : static_cast<size_t>(mark.pos);
    return static_cast<uint32_t>(std::min(at, yaml_.size()));
  }

  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    Refuse(mark, fmt::format("The tag '{}' belongs to another tool; write the value itself", tag));
  }

  // Puts the comma, marks the place. False when nothing more is made.
  bool Begin(const YAML::Mark& mark) {
    if (error_) return false;
    if (!open_.empty()) {
      Container& in = open_.back();
      if (in.map && !in.after_key) {
        Refuse(mark, "A key must be a text");
        return false;
      }
      if (!in.map && !in.empty) made_.json += ',';
      in.empty = false;
      in.after_key = false;
    }
    made_.marks.push_back({static_cast<uint32_t>(made_.json.size()), OffsetOf(mark)});
    return true;
  }

  void Append(const YAML::Mark& mark, std::string_view json) {
    if (made_.json.size() + json.size() > kDefinitionBytesMax) {
      return Refuse(
          mark, fmt::format("As JSON the definition has more than {} bytes", kDefinitionBytesMax));
    }
    made_.json += json;
  }

  void Remember(YAML::anchor_t anchor, size_t begin) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {begin, made_.json.size()};
  }

  void Key(const YAML::Mark& mark, const std::string& key) {
    Container& in = open_.back();
    if (!in.keys.insert(key).second) return Refuse(mark, fmt::format("Duplicate key '{}'", key));
    if (!in.empty) made_.json += ',';
    in.empty = false;
    in.after_key = true;
    made_.marks.push_back({static_cast<uint32_t>(made_.json.size()), OffsetOf(mark)});
    std::string text;
    AppendJsonString(key, &text);
    Append(mark, text + ':');
  }

  void Scalar(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& value,
              bool quoted) {
    if (error_) return;
    if (!open_.empty() && open_.back().map && !open_.back().after_key) return Key(mark, value);
    if (!Begin(mark)) return;
    const size_t begin = made_.json.size();
    if (!quoted && IsOneOf(WithoutSign(value), {".inf", ".Inf", ".INF"})) {
      return Refuse(mark, "JSON has no infinite numbers");
    }
    if (!quoted && IsOneOf(value, {".nan", ".NaN", ".NAN"})) {
      return Refuse(mark, "JSON has no numbers that are none");
    }
    Append(mark, quoted ? Quoted(value) : Plain(value));
    Remember(anchor, begin);
  }

  static std::string Quoted(std::string_view value) {
    std::string text;
    AppendJsonString(value, &text);
    return text;
  }

  static std::string Plain(const std::string& value) {
    if (IsOneOf(value, {"", "~", "null", "Null", "NULL"})) return "null";
    if (IsOneOf(value, {"true", "True", "TRUE"})) return "true";
    if (IsOneOf(value, {"false", "False", "FALSE"})) return "false";
    return Number(value).value_or(Quoted(value));
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, char bracket) {
    if (error_) return;
    if (tag != "?" && tag != "!" && !tag.empty() && !tag.starts_with("tag:yaml.org,2002:")) {
      return RefuseTag(mark, tag);
    }
    if (!Begin(mark)) return;
    open_.push_back({.map = bracket == '{', .begin = made_.json.size(), .anchor = anchor});
    Append(mark, std::string_view(&bracket, 1));
  }

  void Close(char bracket) {
    if (error_) return;
    const Container closed = std::move(open_.back());
    open_.pop_back();
    made_.json += bracket;
    Remember(closed.anchor, closed.begin);
  }

  std::string_view yaml_;
  YamlDefinition made_;
  std::optional<Problem> error_;
  std::vector<Container> open_;
  std::map<YAML::anchor_t, Span> anchors_;
  int documents_ = 0;
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// How many bytes an escape takes that begins there, and whether it stands for a blank.
struct Escape {
  size_t size;
  bool blank;
};

Escape EscapeAt(std::string_view text, size_t at) {
  const char c = at + 1 < text.size() ? text[at + 1] : 'n';
  if (c == 'x') return {4, false};
  if (c == 'u') return {6, false};
  if (c == 'U') return {10, false};
  return {2, c == 'n' || c == 'r' || c == 't' || IsBlank(c)};
}

// How much of a JSON string that is no blank stands before `end`.
size_t CountSolid(std::string_view json, size_t begin, size_t end) {
  size_t count = 0;
  for (size_t at = begin + 1; at < end && at < json.size();) {
    const Escape here = json[at] == '\\' ? EscapeAt(json, at) : Escape{1, IsBlank(json[at])};
    if (!here.blank) ++count;
    at += here.size;
  }
  return count;
}

// Where so much has passed of a YAML scalar of any style. Lines may be folded and indented, which
// are blanks.
size_t SkipSolid(std::string_view yaml, size_t at, size_t count) {
  if (at >= yaml.size()) return at;
  const char style = yaml[at];
  const bool block = style == '|' || style == '>';
  if (block) at = std::min(yaml.find('\n', at), yaml.size());
  if (style == '"' || style == '\'') ++at;
  while (at < yaml.size()) {
    Escape here{1, IsBlank(yaml[at])};
    if (style == '"' && yaml[at] == '\\') here = EscapeAt(yaml, at);
    if (style == '\'' && yaml.substr(at).starts_with("\'\'")) here.size = 2;
    if (!here.blank && count-- == 0) break;
    at += here.size;
  }
  return std::min(at, yaml.size());
}

}  // namespace

void YamlDefinition::Relocate(std::string_view yaml, std::vector<Problem>* problems) const {
  for (Problem& problem : *problems) {
    if (problem.line == 0) continue;
    const auto after =
        std::upper_bound(marks.begin(), marks.end(), problem.offset,
                         [](uint32_t offset, const Mark& mark) { return offset < mark.json; });
    const Mark mark = after == marks.begin() ? Mark{} : *std::prev(after);
    const bool within = problem.offset > mark.json && json[mark.json] == '"';
    problem.offset = within ? static_cast<uint32_t>(SkipSolid(
                                  yaml, mark.yaml, CountSolid(json, mark.json, problem.offset)))
                            : mark.yaml;
    const JsonPosition at = PositionAt(yaml, problem.offset);
    problem.line = at.line;
    problem.column = at.column;
  }
}

YamlParse ParseYaml(std::string_view yaml) {
  if (yaml.size() > kDefinitionBytesMax) {
    return {.error = {.code = std::string(kInvalidYaml),
                      .message = fmt::format("A definition has at most {} bytes, but this has {}",
                                             kDefinitionBytesMax, yaml.size())}};
  }
  JsonOfEvents handler(yaml);
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    while (!handler.error() && parser.HandleNextDocument(handler)) {
    }
  } catch (const YAML::Exception& e) {
    handler.Refuse(e.mark, e.msg);
  } catch (const std::exception& e) {
    handler.Refuse(YAML::Mark::null_mark(), e.what());
  }
  if (handler.error()) return {.error = *handler.error()};
  YamlDefinition made = handler.Take();
  const std::optional<JsonError> error = made.json.empty() ? std::nullopt : ValidateJson(made.json);
  if (!error) return {.value = std::move(made)};
  // yaml-cpp lets bytes through that are no UTF-8.
  std::vector<Problem> problem = {{.code = std::string(kInvalidYaml),
                                   .message = error->message,
                                   .line = 1,
                                   .offset = error->offset}};
  made.Relocate(yaml, &problem);
  return {.error = problem[0]};
}

}  // namespace asl
