// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/aslctl/arguments.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// Source: AWS CloudFormation user guide, "Intrinsic function reference".
std::string LongForm(const std::string& tag) {
  if (tag.size() < 2 || tag[0] != '!' || tag[1] == '!') return "";
  const std::string name = tag.substr(1);
  return name == "Ref" || name == "Condition" ? name : "Fn::" + name;
}

// A plain scalar of YAML's core types; what is quoted never comes here. A number with a leading
// zero is an account's, and stays a text.
Json PlainScalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  const bool digits = text.find_first_not_of("0123456789.-+eE") == std::string::npos &&
                      text.find_first_of("0123456789") != std::string::npos;
  const bool padded = text.size() > 1 && text[0] == '0' && text[1] != '.';
  if (!digits || padded || text.size() > 15) return text;
  Json number = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return number.is_number() ? number : Json(text);
}

class TreeMaker {
 public:
  // Throws YAML's exception when the tree is too large or too deep (an anchor may hold itself).
  Json Make(const YAML::Node& node) {
    if (++nodes_ > kTreeNodesMax || depth_ >= kTreeDepthMax) {
      throw YAML::ParserException(node.Mark(), "there is too much in it");
    }
    ++depth_;
    const std::string function = LongForm(node.Tag());
    Json value = Untagged(node, !function.empty());
    --depth_;
    if (function.empty()) return value;
    if (function == "Fn::GetAtt" && value.is_string()) value = SplitAttribute(value);
    return Json{{function, std::move(value)}};
  }

 private:
  Json Untagged(const YAML::Node& node, bool tagged) {
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return node.Tag() == "!" || tagged ? Json(node.Scalar()) : PlainScalar(node.Scalar());
      case YAML::NodeType::Sequence: {
        Json items = Json::array();
        for (const YAML::Node& item : node) items.push_back(Make(item));
        return items;
      }
      case YAML::NodeType::Map: {
        Json members = Json::object();
        for (const auto& member : node) {
          members[member.first.as<std::string>()] = Make(member.second);
        }
        return members;
      }
      default:
        return nullptr;
    }
  }

  static Json SplitAttribute(const std::string& text) {
    const size_t dot = text.find('.');
    if (dot == std::string::npos) return Json::array({text});
    return Json::array({text.substr(0, dot), text.substr(dot + 1)});
  }

  size_t nodes_ = 0;
  int depth_ = 0;
};

}  // namespace

absl::StatusOr<Json> ReadYamlTree(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return Json::object();
  // YAML that is JSON may be indented with tabs, which YAML forbids.
  if (text[first] == '{') {
    Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_discarded()) return json;
  }
  try {
    return TreeMaker().Make(YAML::Load(text));
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(
        fmt::format("line {}, column {}: {}", e.mark.line + 1, e.mark.column + 1, e.msg));
  }
}

absl::StatusOr<Json> ReadYamlFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<Json> tree = ReadYamlTree(*text);
  if (tree.ok()) return tree;
  return absl::InvalidArgumentError(
      fmt::format("{}: {}", path, std::string(tree.status().message())));
}

std::string ScalarText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() || value.is_boolean() ? value.dump() : "";
}

}  // namespace aslctl
