// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Calls of intrinsic functions, one row each: the call, the input, and the answer as compact JSON;
// "! " and the error after "The function '…' had the following error: "; or "? " for a text that is
// no call.
#include "asl/expression.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <span>

#include "asl/dataflow.h"

namespace asl {
namespace {

struct Case {
  std::string call;
  std::string input;
  std::string expected;
};

std::string Evaluate(const std::string& call, std::string input, const Draw& draw) {
  absl::StatusOr<Expression> expression = Expression::Compile(call);
  if (!expression.ok()) return "? " + std::string(expression.status().message());
  ContextObject context([](bool) { return std::string(R"({"State":{"Name":"S"}})"); }, &draw);
  OrError<Json> found = expression->Evaluate(Lazy::FromText(std::move(input)), context);
  if (found.ok()) return (*found).Compact();
  const std::string prefix = fmt::format("The function '{}' had the following error: ", call);
  EXPECT_TRUE(found.error().cause->starts_with(prefix)) << *found.error().cause;
  return fmt::format("! {}: {}", *found.error().name, found.error().cause->substr(prefix.size()));
}

void Check(std::span<const Case> cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(Evaluate(c.call, c.input, [] { return 0.5; }), c.expected) << c.call;
  }
}

std::string Fails(std::string_view why) {
  return fmt::format("! States.IntrinsicFailure: {}", why);
}

TEST(Call, TakesLiteralsPathsAndCalls) {
  Check(std::to_array<Case>({
      {"States.Array()", "{}", "[]"},
      {"States.Array( 1 ,-5, 3.30,1e2 ,true,false,null,'a') ", "{}",
       R"([1,-5,3.30,1e2,true,false,null,"a"])"},
      {"States.Array($, $.a,$.l[*],$$.State.Name)", R"({"a":{"b":[ 1 ]},"l":[1,2]})",
       R"([{"a":{"b":[1]},"l":[1,2]},{"b":[1]},[1,2],"S"])"},
      {"States.Array($['a,b)'], $.l[?(@.x == ')')].x, $.l.length())",
       R"-({"a,b)":1,"l":[{"x":")"},{"x":"("}]})-", R"-([1,[")"],2])-"},
      {R"(States.Array('\'\{\}\\', 'it"s', ''))", "{}", R"(["'{}\\","it\"s",""])"},
      {"States.Array('a\nb', '\xE2\x82\xAC')", "{}", "[\"a\\nb\",\"\xE2\x82\xAC\"]"},
      {"States.Array(States.Array(States.Array()),States.UUID())", "{}",
       R"([[[]],"80008000-8000-4000-8000-800080008000"])"},
  }));
}

TEST(Call, IsRefusedWithAReason) {
  Check(std::to_array<Case>({
      {"States.Nope()", "{}", "? There is no function 'States.Nope'"},
      {"States.array()", "{}", "? There is no function 'States.array'"},
      {"States.UUID", "{}", "? Expected '(' at character 12"},
      {"States.UUID ()", "{}", "? Expected '(' at character 12"},
      {"States.Array(1,)", "{}",
       "? Expected a path, a call, '…', a number, true, false or null at character 16"},
      {"States.Array(1,2", "{}", "? Expected ',' or ')' at character 17"},
      {"States.Array(1 2)", "{}", "? Expected ',' or ')' at character 16"},
      {"States.Array(\"a\")", "{}",
       "? Expected a path, a call, '…', a number, true, false or null at character 14"},
      {"States.Array(01)", "{}",
       "? Expected a path, a call, '…', a number, true, false or null at character 14"},
      {"States.Array([])", "{}",
       "? Expected a path, a call, '…', a number, true, false or null at character 14"},
      {"States.Array('a)", "{}", "? Expected a closing quote at character 17"},
      {R"(States.Format('He said, \"Hello\"'))", "{}",
       "? Expected one of ' { } \\ after a backslash at character 26"},
      {R"(States.Format('a\))", "{}",
       "? Expected one of ' { } \\ after a backslash at character 18"},
      {"States.Array() x", "{}", "? Expected the end at character 16"},
      {"States.UUID(1)", "{}", "? 'States.UUID' does not take 1 arguments"},
      {"States.Format()", "{}", "? 'States.Format' does not take 0 arguments"},
      {"States.MathRandom(1,2,3,4)", "{}", "? 'States.MathRandom' does not take 4 arguments"},
      {"States.JsonMerge($.a,$.b)", "{}", "? 'States.JsonMerge' does not take 2 arguments"},
      {"x", "{}", "? Path must start with '$'"},
  }));
}

TEST(Call, NestsTenDeep) {
  const auto nested = [](int calls) {
    std::string text;
    for (int i = 0; i < calls; ++i) text += "States.Array(";
    return text + std::string(static_cast<size_t>(calls), ')');
  };
  EXPECT_TRUE(Expression::Compile(nested(11)).ok());
  EXPECT_EQ(Expression::Compile(nested(12)).status().message(),
            "Calls are nested more than 10 deep");
}

TEST(Call, NamesTheArgumentThatFindsNothing) {
  const std::string text =
      "! States.Runtime: The JsonPath argument for the field '{}' could not be "
      "found in the input '{{\"other\": 1}}'";
  const std::string input = R"({"other": 1})";
  Check(std::to_array<Case>({
      {"States.Format('{}',$.nope)", input, fmt::format(fmt::runtime(text), "$.nope")},
      {"States.Array(1, States.Array($.a.b))", input, fmt::format(fmt::runtime(text), "$.a.b")},
      {"States.Array($$.Nope.Deep)", input, fmt::format(fmt::runtime(text), "$.Nope.Deep")},
      {"States.Array($.other[0])", input,
       "! States.Runtime: Filter: [0] can only be applied to arrays. Current context is: 1"},
      {"States.Array($.nope[*])", input, "[[]]"},
  }));
}

TEST(Call, WorksOnArrays) {
  Check(std::to_array<Case>({
      {"States.ArrayPartition($, 2)", "[1,[2],3]", "[[1,[2]],[3]]"},
      {"States.ArrayPartition($, 1.5)", "[1,2,3]", "[[1,2],[3]]"},
      {"States.ArrayPartition($, 2)", "[]", "[]"},
      {"States.ArrayPartition($, 0.4)", "[]", Fails("The chunk size must be greater than zero")},
      {"States.ArrayContains($, 1)", "[\"1\",1.0]", "true"},
      {"States.ArrayContains($[0], $[1])", R"([[{"b":1,"a":[1e0]}],{"a":[1],"b":1}])", "true"},
      {"States.ArrayContains($, null)", "[[],[null]]", "false"},
      {"States.ArrayContains($, '5')", "{}",
       Fails("Expected argument 1 to be of type array, but it is object")},
      {"States.ArrayRange(1, 9, 3)", "0", "[1,4,7]"},
      {"States.ArrayRange(9, -1, -5)", "0", "[9,4,-1]"},
      {"States.ArrayRange(1, 9, -1)", "0", "[]"},
      {"States.ArrayRange(4, 4, -1)", "0", "[4]"},
      {"States.ArrayRange(0.5, 2.4, 0.6)", "0", "[1,2]"},
      {"States.ArrayLength(States.ArrayRange(1, 1000, 1))", "0", "1000"},
      {"States.ArrayRange(0, 1000, 1)", "0",
       Fails("The array would have 1001 items, more than 1000")},
      {"States.ArrayRange(0, 1, 0.4)", "0", Fails("The step must not be zero")},
      {"States.ArrayGetItem($, 1)", "[1,2.50]", "2.50"},
      {"States.ArrayGetItem($, 2)", "[1,2]",
       Fails("The index 2 is out of bounds for an array of 2 items")},
      {"States.ArrayGetItem($, -1)", "[1,2]",
       Fails("The index -1 is out of bounds for an array of 2 items")},
      {"States.ArrayGetItem($, 0.5)", "[1,2]",
       Fails("The index must be an integer, but it is 0.5")},
      {"States.ArrayLength($)", "[[1,2],3]", "2"},
      {"States.ArrayLength($)", "\"ab\"",
       Fails("Expected argument 1 to be of type array, but it is string")},
      {"States.ArrayUnique($)",
       R"([1,"1",1.0,-0,0,{"a":1,"b":2},{"b":2.0,"a":1},[1],[1],null,null])",
       R"([1,"1",-0,{"a":1,"b":2},[1],null])"},
  }));
}

TEST(Call, WorksOnTexts) {
  Check(std::to_array<Case>({
      {"States.Format('{} and {}', 'a', $)", R"({"o":{"x":"y","l":[1.50,null,true]}})",
       R"("a and {o={x=y, l=[1.50, null, true]}}")"},
      {R"(States.Format('\{"k":"{}"\} \'\\\'', $))", "1e2", R"("{\"k\":\"1e2\"} '\\'")"},
      {"States.Format($, 1)", R"("\\{{}\\} \\n")", R"("{1} \\n")"},
      {"States.Format('{}', '{}')", "0", R"("{}")"},
      {"States.Format('{')", "0", Fails("matching '}' not found for '{'")},
      {"States.Format('a}')", "0", Fails("matching '{' not found for '}'")},
      {"States.Format('{}{}', 1)", "0",
       Fails("The number of arguments does not match the occurrences of '{}': the template has 2, "
             "the call 1")},
      {"States.Format(5)", "0",
       Fails("Expected argument 1 to be of type string, but it is number")},
      {"States.StringSplit('a,b;,;c,', ',;')", "0", R"(["a","b","c"])"},
      {"States.StringSplit('a€b😀c', '😀€')", "0", R"(["a","b","c"])"},
      {"States.StringSplit('a', '')", "0", R"(["a"])"},
      {"States.StringSplit('', ',')", "0", "[]"},
      {"States.StringToJson('{\"a\" : [1.0]}')", "0", R"({"a":[1.0]})"},
      {"States.StringToJson(' ')", "0", "null"},
      {"States.StringToJson('-0')", "0", "0"},
      {"States.StringToJson('nope')", "0",
       Fails("The string is not valid JSON: Unrecognized token 'nope': was expecting (JSON String, "
             "Number, Array, Object or token 'null', 'true' or 'false') (line 1, column 5)")},
      {"States.JsonToString($)", R"({"a": [ 1.0, "x\n" ] })", R"("{\"a\":[1.0,\"x\\n\"]}")"},
      {"States.JsonMerge($[0], $[1], false)", R"([{"q":1,"b":{"x":1}},{"b":{"y":2},"a":0}])",
       R"({"q":1,"a":0,"b":{"y":2}})"},
      {"States.JsonMerge($, $, true)", "{}",
       Fails("Only shallow merging is supported: argument 3 must be false")},
      {"States.JsonMerge($, 1, false)", "{}",
       Fails("Expected argument 2 to be of type object, but it is number")},
      {"States.JsonMerge($, $, 'false')", "{}",
       Fails("Expected argument 3 to be of type boolean, but it is string")},
  }));
}

TEST(Call, EncodesAndHashes) {
  Check(std::to_array<Case>({
      {"States.Base64Encode('Data to encode')", "0", R"("RGF0YSB0byBlbmNvZGU=")"},
      {"States.Base64Encode('ÿ')", "0", R"("w78=")"},
      {"States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "0", R"("Data to encode")"},
      {"States.Base64Decode('w78')", "0", R"("ÿ")"},
      {"States.Base64Decode('w7 8=')", "0", Fails("The string is not valid Base64")},
      {"States.Base64Decode('w78==')", "0", Fails("The string is not valid Base64")},
      {"States.Base64Decode('w')", "0", Fails("The string is not valid Base64")},
      {"States.Base64Decode('=')", "0", Fails("The string is not valid Base64")},
      {"States.Base64Decode('AAAA====')", "0", Fails("The string is not valid Base64")},
      {"States.Base64Decode('/w==')", "0", Fails("The decoded bytes are not UTF-8 text")},
      {"States.Base64Encode(1)", "0",
       Fails("Expected argument 1 to be of type string, but it is number")},
      {"States.Hash('input data', 'SHA-1')", "0", R"("aaff4a450a104cd177d28d18d74485e8cae074b7")"},
      {"States.Hash('', 'MD5')", "0", R"("d41d8cd98f00b204e9800998ecf8427e")"},
      {"States.Hash('abc', 'SHA-512')", "0",
       R"("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")"},
      {"States.Hash($, 'SHA-1')", "[1, 2, 3]", R"("9ef50cc82ae474279fb8e82896142702bccbb33a")"},
      {"States.Hash($, 'SHA-1')", "null", Fails("The data to hash must not be null")},
      {"States.Hash('', 'sha-1')", "0",
       Fails("The algorithm 'sha-1' is not one of MD5, SHA-1, SHA-256, SHA-384, SHA-512")},
  }));
}

TEST(Call, TakesTextsOfTenThousandCharacters) {
  const std::string most = "\"" + std::string(10'000, 'a') + "\"";
  const std::string more = "\"" + std::string(10'001, 'a') + "\"";
  const std::string error = Fails("The first argument has more than 10000 characters");
  const Draw draw = [] { return 0.5; };
  for (const std::string call :
       {"States.Hash($, 'MD5')", "States.Base64Encode($)", "States.Base64Decode($)"}) {
    EXPECT_NE(Evaluate(call, most, draw), error) << call;
    EXPECT_EQ(Evaluate(call, more, draw), error) << call;
  }
}

TEST(Call, Calculates) {
  Check(std::to_array<Case>({
      {"States.MathAdd(111, -1)", "0", "110"},
      {"States.MathAdd(1.49, 1.5)", "0", "3"},
      {"States.MathAdd(-1.5, -1.51)", "0", "-3"},
      {"States.MathAdd(0.49999999999999994, 0)", "0", "0"},
      {"States.MathAdd(2147483647, 0)", "0", "2147483647"},
      {"States.MathAdd(2147483647, 1)", "0",
       Fails("The sum must be between -2147483648 and 2147483647, but it is 2147483648")},
      {"States.MathAdd(2147483648, 0)", "0",
       Fails("Argument 1 must be between -2147483648 and 2147483647, but it is 2147483648")},
      {"States.MathAdd(0, 1e400)", "0",
       Fails("Argument 2 must be between -2147483648 and 2147483647, but it is 1e400")},
      {"States.MathAdd('1', 2)", "0",
       Fails("Expected argument 1 to be of type number, but it is string")},
      {"States.MathRandom(-10, 10)", "0", "0"},
      {"States.MathRandom(1, 1)", "0",
       Fails("The start number 1 must be less than the end number 1")},
  }));
}

TEST(Call, DrawsWhatIsRandom) {
  const Draw lowest = [] { return 0.0; };
  const Draw highest = [] { return 0.9999999999999999; };
  EXPECT_EQ(Evaluate("States.MathRandom(-3, 3)", "0", lowest), "-3");
  EXPECT_EQ(Evaluate("States.MathRandom(-3, 3)", "0", highest), "2");
  EXPECT_EQ(Evaluate("States.UUID()", "0", lowest), R"("00000000-0000-4000-8000-000000000000")");
  EXPECT_EQ(Evaluate("States.UUID()", "0", highest), R"("ffffffff-ffff-4fff-bfff-ffffffffffff")");
}

// java.util.Random(3).nextDouble() is 0.731057369148862.
TEST(Call, AnswersTheSameNumberForTheSameSeed) {
  const Draw never = [] { return 2.0; };
  EXPECT_EQ(Evaluate("States.MathRandom(0, 1000, 3)", "0", never), "731");
  EXPECT_EQ(Evaluate("States.MathRandom(0, 1000, 3)", "0", never), "731");
}

TEST(Call, BuildsOnlySoMuch) {
  const std::string input = "\"" + std::string(1'000'000, 'a') + "\"";
  const std::string twice = "States.Array($,$,$,$)";
  const Draw draw = [] { return 0.5; };
  EXPECT_EQ(Evaluate("States.ArrayLength(" + twice + ")", input, draw), "4");
  EXPECT_EQ(Evaluate("States.Array(" + twice + "," + twice + "," + twice + ")", input, draw)
                .substr(0, 54),
            "! States.DataLimitExceeded: The result has more than 3");
  EXPECT_EQ(Evaluate("States.Format('{}{}{}{}{}{}{}{}{}',$,$,$,$,$,$,$,$,$)", input, draw),
            "! States.DataLimitExceeded: The result has more than 8388608 bytes");
}

TEST(Call, SaysWhatItNeeds) {
  const auto compiled = [](std::string_view text) { return *Expression::Compile(text); };
  EXPECT_FALSE(compiled("States.UUID()").needs_input());
  EXPECT_TRUE(compiled("States.Array(States.Array($.a))").needs_input());
  EXPECT_TRUE(compiled("States.Array(1, States.Array($v.x))").needs_input());
  EXPECT_FALSE(compiled("States.StringToJson('1')").may_answer_text());
  EXPECT_TRUE(compiled("States.ArrayGetItem($, 0)").may_answer_text());
  EXPECT_EQ(compiled("States.UUID()").path(), nullptr);
  EXPECT_EQ(compiled("$.a").path()->text(), "$.a");
}

}  // namespace
}  // namespace asl
