// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/template.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/dataflow.h"

namespace asl {
namespace {

// The answer, or "! " and the error's cause or the problems.
std::string Fill(std::string tmpl, std::string input) {
  Template::Compiled compiled = Template::Compile(*ParseJson(std::move(tmpl)).value);
  std::string problems = "!";
  for (const TemplateProblem& p : compiled.problems) {
    problems += fmt::format(" {}@{}", p.message, p.span.begin);
  }
  if (!compiled.value) return problems;
  ContextObject context([](bool) { return std::string(R"({"Execution":{"Name":"order-1"}})"); });
  OrError<Lazy> filled = ApplyTemplate(*compiled.value, Lazy::FromText(std::move(input)), context);
  return filled.ok() ? std::string(filled->view()) : "! " + *filled.error().cause;
}

struct Case {
  std::string tmpl;
  std::string input;
  std::string expected;
};

TEST(Template, PutsValuesInTheirPlaces) {
  const Case cases[] = {
      {R"({ "a" : 1.50 })", "{}", R"({"a":1.50})"},
      {R"({"a.$":"$.x"})", R"({"x":{ "y" : [ 1 ] }})", R"({"a":{"y":[1]}})"},
      {R"({"a.$":"$"})", R"([ 1 ])", R"({"a":[1]})"},
      {R"({"a":{"b":[{"c.$":"$.x"},"$.x"]}})", R"({"x":1})", R"({"a":{"b":[{"c":1},"$.x"]}})"},
      {R"({"n.$":"$$.Execution.Name"})", "{}", R"({"n":"order-1"})"},
      {R"({"all.$":"$[*].a","none.$":"$[*].b"})", R"([{"a":1},{"a":2}])",
       R"({"all":[1,2],"none":[]})"},
      {R"({"\".$":"$.x"})", R"({"x":"\n"})", R"({"\"":"\n"})"},
      {R"({"a$":"$.x","Comment":"$.x",".$":"$.x"})", R"({"x":0})",
       R"({"a$":"$.x","Comment":"$.x","":0})"},
      {R"(["$.x",null])", "{}", R"(["$.x",null])"},
  };
  for (const Case& c : cases) EXPECT_EQ(Fill(c.tmpl, c.input), c.expected) << c.tmpl;
}

TEST(Template, OrdersLiteralsFirstThenPathsAsAJavaHashMap) {
  const Case cases[] = {
      {R"({"b.$":"$","z":1,"a.$":"$","y":2})", "0", R"({"z":1,"y":2,"a":0,"b":0})"},
      {R"({"o":{"q.$":"$","b.$":"$"}})", "0", R"({"o":{"q":0,"b":0}})"},
      {R"({"a.$":"$","b":1,"a":2})", "0", R"({"b":1,"a":0})"},
  };
  for (const Case& c : cases) EXPECT_EQ(Fill(c.tmpl, c.input), c.expected) << c.tmpl;
}

TEST(Template, NamesThePathTheFieldAndTheInputWhenNothingIsFound) {
  const Case cases[] = {
      {R"({"v.$":"$.no"})", R"({"a": 1})",
       R"(! The JSONPath '$.no' specified for the field 'v.$' could not be found in the input '{"a": 1}')"},
      {R"({"v.$":"$$.Execution.Input.no"})", "{}",
       R"(! The JSONPath '$$.Execution.Input.no' specified for the field 'v.$' could not be found in the input '{}')"},
  };
  for (const Case& c : cases) EXPECT_EQ(Fill(c.tmpl, c.input), c.expected) << c.tmpl;
}

TEST(Template, PutsTheAnswersOfCallsInTheirPlaces) {
  const Case cases[] = {
      {R"-({"a.$":"States.Format('{}-{}', $.x, $$.Execution.Name)","b":1})-", R"({"x":"y"})",
       R"({"b":1,"a":"y-order-1"})"},
      {R"-([{"a.$":"States.Array($.x)"}])-", R"({"x":{ "y" : 1.0 }})", R"([{"a":[{"y":1.0}]}])"},
      {R"-({"a.$":"States.Array($.x)"})-", "{}",
       "! The function 'States.Array($.x)' had the following error: The JsonPath argument for the "
       "field '$.x' could not be found in the input '{}'"},
  };
  for (const Case& c : cases) EXPECT_EQ(Fill(c.tmpl, c.input), c.expected) << c.tmpl;
}

TEST(Template, BuildsOnlySoMuch) {
  const std::string input = "\"" + std::string(1'000'000, 'a') + "\"";
  std::string tmpl = "[";
  for (int i = 0; i < 9; ++i) tmpl += R"({"a.$":"$"},)";
  EXPECT_EQ(Fill(tmpl + "0]", input),
            "! The value built for the field 'a.$' has more than 8388608 bytes");
}

TEST(Template, ReportsEveryProblem) {
  const std::string invalid = "must be a valid JSONPath or a valid intrinsic function call";
  const Case cases[] = {
      {R"({"a.$":"x"})", "{}", "! The value for the field 'a.$' " + invalid + "@7"},
      {R"({"a.$":5,"b":[{"c.$":"$["}]})", "{}",
       "! The value for the field 'a.$' " + invalid + "@7 The value for the field 'c.$' " +
           invalid + "@21"},
      {R"-({"a.$":"States.Nope()"})-", "{}", "! The value for the field 'a.$' " + invalid + "@7"},
  };
  for (const Case& c : cases) EXPECT_EQ(Fill(c.tmpl, c.input), c.expected) << c.tmpl;
}

TEST(Template, AnswersTheSameTextWhenItIsConstant) {
  Template tmpl = *Template::Compile(*ParseJson(R"({ "a" : [ 1 ] })").value).value;
  ContextObject context([](bool) { return std::string("{}"); });
  Lazy absent(Payload{});

  OrError<Text> first = tmpl.Evaluate(absent, context);
  OrError<Text> second = tmpl.Evaluate(absent, context);

  EXPECT_FALSE(tmpl.needs_input());
  EXPECT_EQ(**first, R"({"a":[1]})");
  EXPECT_EQ(*first, *second);
}

}  // namespace
}  // namespace asl
