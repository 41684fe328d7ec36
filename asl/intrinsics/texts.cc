// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "asl/intrinsics/functions.h"
#include "asl/java_text.h"
#include "asl/json_document.h"

namespace asl::intrinsics {
namespace {

bool IsEscape(std::string_view text) {
  return text.size() > 1 && text[0] == '\\' &&
         std::string_view("'{}\\").find(text[1]) != std::string_view::npos;
}

// The bytes of the UTF-8 character at the text's begin.
size_t CharacterSize(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(size, text.size());
}

}  // namespace

// The template's escapes are resolved here, because an escaped brace is no placeholder.
Answer Format(const Arguments& arguments) {
  const absl::StatusOr<std::string_view> text = TextArgument(arguments, 0);
  if (!text.ok()) return text.status();
  std::string out;
  size_t next = 1;  // argument
  for (size_t i = 0; i < text->size(); ++i) {
    const std::string_view rest = text->substr(i);
    if (IsEscape(rest)) {
      out += rest[1];
      ++i;
    } else if (rest.starts_with("{}")) {
      ++i;
      if (next < arguments.values.size()) AppendJavaText(arguments.values[next], &out);
      ++next;
      if (out.size() > arguments.bytes_max) return TooLarge(arguments);
    } else if (rest[0] == '{') {
      return absl::InvalidArgumentError("matching '}' not found for '{'");
    } else if (rest[0] == '}') {
      return absl::InvalidArgumentError("matching '{' not found for '}'");
    } else {
      out += rest[0];
    }
  }
  if (next != arguments.values.size()) {
    return absl::InvalidArgumentError(fmt::format(
        "The number of arguments does not match the occurrences of '{{}}': the template "
        "has {}, the call {}",
        next - 1, arguments.values.size() - 1));
  }
  return TextValue(out);
}

// The second argument is a set of separators; empty pieces vanish.
Answer StringSplit(const Arguments& arguments) {
  absl::StatusOr<std::string_view> text = TextArgument(arguments, 0);
  if (!text.ok()) return text.status();
  const absl::StatusOr<std::string_view> separators = TextArgument(arguments, 1);
  if (!separators.ok()) return separators.status();
  std::vector<std::string_view> set;
  for (std::string_view rest = *separators; !rest.empty();) {
    set.push_back(rest.substr(0, CharacterSize(rest)));
    rest.remove_prefix(set.back().size());
  }
  std::sort(set.begin(), set.end());
  JsonWriter out;
  out.BeginArray();
  size_t begin = 0;  // of the open piece
  for (size_t i = 0; i < text->size();) {
    const size_t size = CharacterSize(text->substr(i));
    if (std::binary_search(set.begin(), set.end(), text->substr(i, size))) {
      if (i > begin) out.String(text->substr(begin, i - begin));
      begin = i + size;
    }
    i += size;
  }
  if (begin < text->size()) out.String(text->substr(begin));
  return ParseBuiltJson(out.EndArray().Take());
}

Answer StringToJson(const Arguments& arguments) {
  const absl::StatusOr<std::string_view> text = TextArgument(arguments, 0);
  if (!text.ok()) return text.status();
  // Recorded in test_string_to_json: nothing but white space is null, and -0 is Java's integer 0.
  if (text->find_first_not_of(" \t\r\n") == std::string_view::npos) return Json();
  JsonParse parsed = ParseJson(std::string(*text));
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("The string is not valid JSON: {} (line {}, column {})", parsed.error.message,
                    parsed.error.line, parsed.error.column));
  }
  if (parsed.value->source() == "-0") return IntegerValue(0);
  return *std::move(parsed.value);
}

Answer JsonToString(const Arguments& arguments) { return TextValue(arguments.values[0].Compact()); }

// The second object wins, key by key; AWS's answers have the keys in a HashMap's order.
Answer JsonMerge(const Arguments& arguments) {
  const Json& deep = arguments.values[2];
  if (!deep.is_bool()) {
    return absl::InvalidArgumentError(fmt::format(
        "Expected argument 3 to be of type boolean, but it is {}", JsonTypeName(deep.type())));
  }
  if (deep.as_bool()) {
    return absl::InvalidArgumentError(
        "Only shallow merging is supported: argument 3 must be false");
  }
  std::vector<std::string> keys;
  std::map<std::string_view, Json> values;
  for (size_t place = 0; place < 2; ++place) {
    const Json& object = arguments.values[place];
    if (!object.is_object()) {
      return absl::InvalidArgumentError(
          fmt::format("Expected argument {} to be of type object, but it is {}", place + 1,
                      JsonTypeName(object.type())));
    }
    for (const JsonMember member : object.members()) {
      if (values.insert_or_assign(member.key, member.value).second) keys.emplace_back(member.key);
    }
  }
  JsonWriter out;
  out.BeginObject();
  for (const size_t i : HashMapOrder(keys)) out.Key(keys[i]).Value(values.at(keys[i]));
  return ParseBuiltJson(out.EndObject().Take());
}

}  // namespace asl::intrinsics
