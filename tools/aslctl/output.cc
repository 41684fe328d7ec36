// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/output.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// What comes from outside may not be UTF-8: shown as replacement characters, not thrown about.
std::string Dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// False for a string that a YAML reader would take for something else: a number, a time, true. The
// library itself quotes only for syntax.
bool ReadsAsText(const std::string& text) {
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no",
                                                "on",   "off",   "y",    "n"};
  std::string lower = text;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower.empty() || lower[0] < 'a' || lower[0] > 'z') return false;
  return std::find(std::begin(kWords), std::end(kWords), lower) == std::end(kWords);
}

void EmitString(YAML::Emitter& out, const std::string& text) {
  if (ReadsAsText(text)) {
    out << text;
  } else {
    out << YAML::DoubleQuoted << text;
  }
}

void Emit(YAML::Emitter& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      out << YAML::BeginMap;
      for (const auto& [key, member] : value.items()) {
        out << YAML::Key;
        EmitString(out, key);
        out << YAML::Value;
        Emit(out, member);
      }
      out << YAML::EndMap;
      return;
    case Json::value_t::array:
      out << YAML::BeginSeq;
      for (const Json& item : value) Emit(out, item);
      out << YAML::EndSeq;
      return;
    case Json::value_t::string:
      return EmitString(out, value.get_ref<const std::string&>());
    case Json::value_t::null:
      out << YAML::Null;
      return;
    default:
      out << Dump(value, -1);  // numbers and booleans are written alike
  }
}

std::string NameOf(const Json& item, const std::string& name) {
  const auto it = item.find(name);
  return it != item.end() && it->is_string() ? it->get<std::string>() + "\n" : "";
}

}  // namespace

std::string JsonLine(const Json& value) { return Dump(value, -1) + "\n"; }

std::string ToYaml(const Json& value) {
  YAML::Emitter out;
  Emit(out, value);
  return std::string(out.c_str()) + "\n";
}

void Print(Form form, const Json& answer, const Names& names, const std::string& text) {
  const Json& items = names.list.empty() ? answer : answer.at(names.list);
  std::string out;
  switch (form) {
    case Form::kText:
    case Form::kTable:
    case Form::kTree:
      out = text;
      break;
    case Form::kJson:
    case Form::kSarif:
      out = Dump(answer, 2) + "\n";
      break;
    case Form::kYaml:
      out = ToYaml(answer);
      break;
    case Form::kJsonl:
      if (!items.is_array()) out = JsonLine(items);
      if (items.is_array()) {
        for (const Json& item : items) out += JsonLine(item);
      }
      break;
    case Form::kName:
      if (!items.is_array()) out = NameOf(items, names.name);
      if (items.is_array()) {
        for (const Json& item : items) out += NameOf(item, names.name);
      }
      break;
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
}

}  // namespace aslctl
