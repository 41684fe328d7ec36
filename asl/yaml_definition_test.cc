// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/yaml_definition.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "asl/limits.h"

namespace asl {
namespace {

// The JSON, or "LINE:COLUMN message".
std::string Read(std::string_view yaml) {
  const YamlParse parsed = ParseYaml(yaml);
  if (parsed.value) return parsed.value->json;
  return fmt::format("{}:{} {}", parsed.error.line, parsed.error.column, parsed.error.message);
}

struct Row {
  std::string_view yaml;
  std::string_view read;
};

TEST(YamlDefinition, ValuesHaveTheCoreTypesAndNumbersTheirSpelling) {
  const Row rows[] = {
      {"a: 1", R"({"a":1})"},
      {"a: 1.50", R"({"a":1.50})"},
      {"a: -1e3", R"({"a":-1e3})"},
      {"a: +007", R"({"a":7})"},
      {"a: .5", R"({"a":0.5})"},
      {"a: 2.", R"({"a":2})"},
      {"a: 0x1F", R"({"a":31})"},
      {"a: 0o17", R"({"a":15})"},
      {"a: 1_000", R"({"a":"1_000"})"},
      {"a: 1:30", R"({"a":"1:30"})"},
      {"a: 2016-03-14T01:59:00Z", R"({"a":"2016-03-14T01:59:00Z"})"},
      {"a: '1'", R"({"a":"1"})"},
      {"a: \"true\"", R"({"a":"true"})"},
      {"a: !!str 1", R"({"a":"1"})"},
      {"a: !!int \"1\"", R"({"a":1})"},
      {"a: [true, False, yes, no, on]", R"({"a":[true,false,"yes","no","on"]})"},
      {"a: [~, null, NULL, '']", R"({"a":[null,null,null,""]})"},
      {"a:\nb:\n", R"({"a":null,"b":null})"},
      {"1: x\ntrue: y\nnull: z\n", R"({"1":"x","true":"y","null":"z"})"},
      {"a: e5\nb: 1e\nc: '-'\nd: .", R"({"a":"e5","b":"1e","c":"-","d":"."})"},
      {"a: |\n  x\n  y\n", R"({"a":"x\ny\n"})"},
      {"a: \"\\u00e9\\n\"", R"({"a":"é\n"})"},
      {R"({"a": [1, {"b": "c"}]})", R"({"a":[1,{"b":"c"}]})"},
      {"", ""},
      {"a: .inf", "1:4 JSON has no infinite numbers"},
      {"a: .nan", "1:4 JSON has no numbers that are none"},
      {"a: 0xFFFFFFFFFFFFFFFFF", R"({"a":"0xFFFFFFFFFFFFFFFFF"})"},
  };
  for (const Row& row : rows) EXPECT_EQ(Read(row.yaml), row.read) << row.yaml;
}

TEST(YamlDefinition, AnchorsAreCopied) {
  const Row rows[] = {
      {"a: &x [1, {b: &y 2}]\nc: *x\nd: *y\n", R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":2})"},
      {"a: &x 1\nb: [*x, *x]\n", R"({"a":1,"b":[1,1]})"},
      {"a: &x [*x]\n", "1:8 The anchor stands around its own alias"},
  };
  for (const Row& row : rows) EXPECT_EQ(Read(row.yaml), row.read) << row.yaml;
}

TEST(YamlDefinition, WhatIsNotUnderstoodIsRefusedWhereItStands) {
  const Row rows[] = {
      {"a: 1\na: 2\n", "2:1 Duplicate key 'a'"},
      {"a: !Sub '${x}'\n", "1:4 The tag '!Sub' belongs to another tool; write the value itself"},
      {"? [1]\n: 2\n", "1:3 A key must be a text"},
      {"a: 1\n---\nb: 2\n", "2:1 A file holds one definition, and a second begins here"},
      {"a: 1\nb: n\xF5ll\n", "2:5 Invalid UTF-8 in a string"},
      {"a: [1\nb: 2\n", "2:2 end of sequence flow not found"},
      {"ü: \"\\q\"\n", "1:7 unknown escape character: q"},
  };
  for (const Row& row : rows) {
    const std::string read = Read(row.yaml);
    EXPECT_EQ(read.substr(0, read.find(' ')), row.read.substr(0, row.read.find(' '))) << read;
    EXPECT_NE(read.find(row.read.substr(row.read.find(' ') + 1, 20)), std::string::npos) << read;
  }
}

TEST(YamlDefinition, HostileTextsAreRefusedInTime) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    laughs += fmt::format("a{}: &a{} [*a{}, *a{}, *a{}, *a{}]\n", i, i, i - 1, i - 1, i - 1, i - 1);
  }
  EXPECT_NE(Read(laughs).find("As JSON the definition has more than 1048576 bytes"),
            std::string::npos);
  EXPECT_EQ(Read(std::string(100'000, '[')).find(std::string(10, '[')), std::string::npos);
  EXPECT_NE(Read(std::string(kDefinitionBytesMax + 1, ' ')).find("at most"), std::string::npos);
}

TEST(YamlDefinition, ProblemsKeepTheirPlaces) {
  const std::string yaml =
      "# Ü\n"
      "StartAt: A\n"
      "States:\n"
      "  A: &a\n"
      "    Type: Pass\n"
      "    Resultat: 1\n"
      "    Next: 'B'\n"
      "  B: {Type: Wait, Seconds: -1,\n"
      "      End: true}\n";
  const YamlParse parsed = ParseYaml(yaml);
  ASSERT_TRUE(parsed.value) << parsed.error.message;
  std::vector<Problem> problems = Compile(parsed.value->json).problems;
  parsed.value->Relocate(yaml, &problems);
  std::string places;
  for (const Problem& p : problems) {
    places += fmt::format("{}:{} {}\n", p.line, p.column, p.location);
    EXPECT_EQ(PositionAt(yaml, p.offset).line, p.line);
  }
  EXPECT_EQ(places,
            "6:5 /States/A\n"
            "8:28 /States/B/Seconds\n");
}

// Into texts, whatever their style.
TEST(YamlDefinition, ProblemsOfExpressionsPointIntoThem) {
  const std::string_view styles[] = {
      "'{% ''a'' & phone %}'",
      "\"{% \\\"a\\\" &\\n phone %}\"",
      "|-\n        {%\n          'a' &\n          phone\n        %}",
      ">-\n        {% 'a' &\n        phone %}",
      "'{% \"\u00e9\" &\n        phone %}'",
  };
  for (const std::string_view style : styles) {
    const std::string yaml = fmt::format(
        "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n"
        "    Output:\n      v: {}\n",
        style);
    const YamlParse parsed = ParseYaml(yaml);
    ASSERT_TRUE(parsed.value) << parsed.error.message;
    std::vector<Problem> problems = Compile(parsed.value->json).problems;
    parsed.value->Relocate(yaml, &problems);
    ASSERT_EQ(problems.size(), 1u) << yaml;
    EXPECT_EQ(problems[0].offset, yaml.find("phone")) << yaml;
  }
}

}  // namespace
}  // namespace asl
