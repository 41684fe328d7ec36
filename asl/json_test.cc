// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is JSON, what is not and how that is said, and what a value keeps of its text.
#include "asl/json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/limits.h"

namespace asl {
namespace {

struct TextCase {
  std::string text;
  std::string expected;
};

std::string Repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// "1:4 message" or the value's compact form.
std::string Verdict(const std::string& text) {
  JsonParse parsed = ParseJson(text);
  std::optional<JsonError> checked = ValidateJson(text);
  EXPECT_EQ(checked.has_value(), !parsed.ok()) << text;
  if (parsed.ok()) return parsed.value->Compact();
  EXPECT_EQ(checked->message, parsed.error.message);
  EXPECT_EQ(checked->offset, parsed.error.offset);
  return fmt::format("{}:{} {}", parsed.error.line, parsed.error.column, parsed.error.message);
}

constexpr std::string_view kValues =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

TEST(Json, IsPrintedCompactWithItsNumbersAsWritten) {
  const TextCase cases[] = {
      {"{}", "{}"},
      {" [ ] ", "[]"},
      {"{\"a\" : 1 , \"b\":[ 1,\n2 ]}", R"({"a":1,"b":[1,2]})"},
      {"[-0,1e400,1.10,1E+2]", "[-0,1e400,1.10,1E+2]"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"-1e-400", "-1e-400"},
      {R"("a\/b\u0041\u00e9\u001f\u007f")", "\"a/bA\xC3\xA9\\u001F\x7F\""},
      {R"("\"\\\b\f\n\r\t")", R"("\"\\\b\f\n\r\t")"},
      {R"("\uD83D\uDE00")", "\"\xF0\x9F\x98\x80\""},
      {R"({"\u0061":1,"b\n":2})", R"({"a":1,"b\n":2})"},
      {"true", "true"},
      {"\tnull\r\n", "null"},
      {R"({"a":1,"b":2,"a":{"x":3}})", R"({"a":{"x":3},"b":2})"},
      {R"({"a":1,"\u0061":2})", R"({"a":2})"},
  };
  for (const TextCase& c : cases) EXPECT_EQ(Verdict(c.text), c.expected) << c.text;
}

TEST(Json, SaysWhyATextIsNotJsonAsJacksonDoes) {
  const std::string values(kValues);
  const TextCase cases[] = {
      {"", "1:1 No content to map due to end-of-input"},
      {" \n ", "2:2 No content to map due to end-of-input"},
      {"not json", "1:4 Unrecognized token 'not': was expecting " + values},
      {"nul", "1:4 Unrecognized token 'nul': was expecting " + values},
      {"[tru]", "1:5 Unrecognized token 'tru': was expecting " + values},
      {"[1]x", "1:5 Unrecognized token 'x': was expecting " + values},
      {"{a",
       "1:3 Unexpected character ('a' (code 97)): was expecting double-quote to start field name"},
      {"{\"a\":1,}",
       "1:9 Unexpected character ('}' (code 125)): was expecting double-quote to start field name"},
      {"{\"a\" 1}",
       "1:7 Unexpected character ('1' (code 49)): was expecting a colon to separate field name and "
       "value"},
      {"{\"a\":}", "1:7 Unexpected character ('}' (code 125)): expected a value"},
      {"[1,]", "1:5 Unexpected character (']' (code 93)): expected a valid value " + values},
  };
  for (const TextCase& c : cases) EXPECT_EQ(Verdict(c.text), c.expected) << c.text;
}

TEST(Json, SaysWhatIsLeftOpenOrClosedWrongAsJacksonDoes) {
  const std::string values(kValues);
  const TextCase cases[] = {
      {"{\"a\":1]",
       "1:8 Unexpected close marker ']': expected '}' (for Object starting at [Source: "
       "(String)\"{\"a\":1]\"; line: 1, column: 1])"},
      {"]",
       "1:2 Unexpected close marker ']': expected '}' (for root starting at [Source: "
       "(String)\"]\"; line: 1, column: 0])"},
      {"{\"a\"", "1:5 Unexpected end-of-input within/between Object entries"},
      {"{\"a\":1,", "1:8 Unexpected end-of-input within/between Object entries"},
      {"[1,", "1:4 Unexpected end-of-input within/between Array entries"},
      {"{\"a", "1:4 Unexpected end-of-input in field name"},
      {"[\"a\\", "1:5 Unexpected end-of-input in character escape sequence"},
      {"{ // x",
       "1:4 Unexpected character ('/' (code 47)): maybe a (non-standard) comment? (not recognized "
       "as one since Feature 'ALLOW_COMMENTS' not enabled for parser)"},
      {"[\x01]",
       "1:3 Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is "
       "allowed between tokens"},
      {"{\xE2\x80\x9C"
       "a",
       "1:3 Unexpected character ('\xE2\x80\x9C' (code 8220 / 0x201c)): was expecting "
       "double-quote to start field name"},
      {"[-", "1:3 Unexpected end-of-inputNo digit following minus sign"},
      {"[+1]",
       "1:4 Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow "
       "numbers "
       "to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow"},
      {"[NaN]",
       "1:5 Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"},
      {"[\xF0\x9F\x98\x80]",
       "1:3 Unexpected character ('?' (code 55357 / 0xd83d)): expected a valid value " + values},
      {"{\"a\":1 \"b\":2}",
       "1:9 Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries"},
      {"[1 2]",
       "1:5 Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"},
      {"[1,\n {",
       "2:3 Unexpected end-of-input: expected close marker for Object (start marker at [Source: "
       "(String)\"[1,\n {\"; line: 2, column: 2])"},
      {"\"abc", "1:5 Unexpected end-of-input: was expecting closing quote for a string value"},
      {"\"\xC3\xA9\\x\"", "1:5 Unrecognized character escape 'x' (code 120)"},
      {"\"\\u12\"",
       "1:7 Unexpected character ('\"' (code 34)): expected a hex-digit for character escape "
       "sequence"},
      {"\"a\nb\"",
       "1:4 Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash "
       "to be included in string value"},
      {"{\"a\t",
       "1:5 Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash "
       "to be included in name"},
      {"[01]", "1:3 Invalid numeric value: Leading zeroes not allowed"},
      {"[1.]",
       "1:4 Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a "
       "digit"},
      {"[0.]",
       "1:5 Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a "
       "digit"},
      {"[-2.5e+]",
       "1:5 Unexpected character (']' (code 93)) in numeric value: Exponent indicator not followed "
       "by a digit"},
      {"[-a]",
       "1:4 Unexpected character ('a' (code 97)) in numeric value: expected digit (0-9) to follow "
       "minus sign, for valid numeric value"},
      {"1x",
       "1:3 Unexpected character ('x' (code 120)): Expected space separating root-level values"},
      {"1e99999999999999999999", "1:12 Number with an exponent beyond any range"},
  };
  for (const TextCase& c : cases) EXPECT_EQ(Verdict(c.text), c.expected) << c.text;
}

TEST(Json, RefusesWhatUtf8CannotCarry) {
  const TextCase cases[] = {
      {R"("\ud800")", "1:8 Incomplete surrogate pair in a \\u escape"},
      {R"("\udc00")", "1:8 Incomplete surrogate pair in a \\u escape"},
      {R"("\ud800\u0041")", "1:14 Incomplete surrogate pair in a \\u escape"},
      {"\"\xFF\"", "1:2 Invalid UTF-8 in a string"},
      {"\"\xED\xA0\x80\"", "1:2 Invalid UTF-8 in a string"},
      {"\"\xC0\xAF\"", "1:2 Invalid UTF-8 in a string"},
  };
  for (const TextCase& c : cases) {
    std::string verdict = Verdict(c.text);
    EXPECT_EQ(verdict.substr(verdict.find(' ')), c.expected.substr(c.expected.find(' ')))
        << verdict;
  }
}

TEST(Json, BoundsTheDepthOfNesting) {
  const std::string at_limit = Repeat("[", kJsonDepthMax) + Repeat("]", kJsonDepthMax);
  const std::string deep = Repeat("[", 10'000) + Repeat("]", 10'000);
  const std::string objects = Repeat("{\"a\":", 10'000) + "1" + Repeat("}", 10'000);

  EXPECT_EQ(Verdict(at_limit), at_limit);
  EXPECT_EQ(Verdict(deep), "1:1001 Document nesting depth exceeds the maximum allowed (1000)");
  EXPECT_NE(Verdict(objects).find("Document nesting depth"), std::string::npos);
}

TEST(Json, ReportsEachRepetitionOfAKey) {
  JsonParse parsed = ParseJson(R"({"a":1,"b":{"c":1,"c":2},"a":3,"\u0061":4})");

  ASSERT_TRUE(parsed.ok());
  std::string repeated;
  for (JsonSpan span : parsed.duplicate_keys) {
    repeated +=
        parsed.value->text()->substr(span.begin, span.size()) + fmt::format("@{} ", span.begin);
  }
  EXPECT_EQ(repeated, R"("c"@18 "a"@25 "\u0061"@31 )");
  EXPECT_EQ(parsed.value->size(), 2U);
  EXPECT_EQ(parsed.value->Compact(), R"({"a":4,"b":{"c":2}})");
}

TEST(Json, FindsRepeatedKeysAmongMany) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += fmt::format("\"k{}\":{},", i, i);
  text += "\"k50\":\"last\"}";

  JsonParse parsed = ParseJson(text);

  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.duplicate_keys.size(), 1U);
  EXPECT_EQ(parsed.value->size(), 100U);
  EXPECT_EQ(parsed.value->Find("k50")->as_string(), "last");
  EXPECT_EQ(parsed.value->Find("k51")->number_text(), "51");
}

TEST(Json, KnowsWhereEachValueStandsInASharedText) {
  auto text = std::make_shared<const std::string>(R"(xx{"a" : [1, {"b":"c\n"}]}yy)");
  JsonParse parsed = ParseJson(text, 2, static_cast<uint32_t>(text->size()) - 4);

  ASSERT_TRUE(parsed.ok());
  Json array = *parsed.value->Find("a");
  EXPECT_EQ(array.source(), R"([1, {"b":"c\n"}])");
  EXPECT_EQ(array.At(1)->span(), (JsonSpan{13, 24}));
  EXPECT_EQ(array.At(1)->Find("b")->as_string(), "c\n");
  EXPECT_EQ(array.text(), text);
  EXPECT_FALSE(array.is_compact());
  EXPECT_TRUE(array.At(1)->is_compact());
}

TEST(Json, PartsOutliveTheWhole) {
  std::optional<Json> part;
  {
    JsonParse parsed = ParseJson(R"({"a":{"b":["\u0041"]}})");
    part = parsed.value->Find("a")->Find("b");
  }

  EXPECT_EQ(part->At(0)->as_string(), "A");
}

TEST(Json, IteratesInTheOrderOfTheText) {
  JsonParse parsed = ParseJson(R"({"z":[1,[2],{}],"a":null,"z":false})");

  std::string seen;
  for (const JsonMember& m : parsed.value->members())
    seen += fmt::format("{}={} ", m.key, m.value.Compact());
  EXPECT_EQ(seen, "z=false a=null ");
  EXPECT_EQ(parsed.value->items().begin(), parsed.value->items().end());
}

TEST(Json, ReadsNumbersExactlyOrNot) {
  struct Case {
    std::string text;
    std::optional<int64_t> integer;
    double real;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const Case cases[] = {
      {"0", 0, 0},
      {"-0", 0, 0},
      {"9223372036854775807", INT64_MAX, 9223372036854775807.0},
      {"9223372036854775808", std::nullopt, 9223372036854775808.0},
      {"1.0", std::nullopt, 1},
      {"1e2", std::nullopt, 100},
      {"1e400", std::nullopt, infinity},
      {"-1e400", std::nullopt, -infinity},
      {"1e-400", std::nullopt, 0},
  };
  for (const Case& c : cases) {
    Json json = *ParseJson(c.text).value;
    EXPECT_EQ(json.as_int64(), c.integer) << c.text;
    EXPECT_EQ(json.as_double(), c.real) << c.text;
  }
}

TEST(Json, EqualsByValueWhateverTheSpellingAndTheOrderOfKeys) {
  struct Case {
    std::string a, b;
    bool equal;
  };
  const Case cases[] = {
      {"1", "1.0", true},
      {"1e2", "100", true},
      {"-0", "0.00", true},
      {"12345678901234567890", "12345678901234567891", false},
      {"1", "\"1\"", false},
      {"null", "false", false},
      {R"({"a":1,"b":[2]})", R"({ "b":[2.0], "a":1 })", true},
      {R"({"a":1})", R"({"a":1,"b":2})", false},
      {R"({"a":1})", R"({"b":1})", false},
      {"[1,2]", "[2,1]", false},
      {R"("\u0041")", R"("A")", true},
      {R"({"a":1,"a":2})", R"({"a":2})", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(*ParseJson(c.a).value == *ParseJson(c.b).value, c.equal) << c.a << " " << c.b;
  }
}

TEST(Json, WriterPutsCommasAndEscapes) {
  JsonWriter writer;
  writer.BeginObject().Key("a\"b").String("\x01").Key("n").BeginArray().Int(-5).Bool(true).Null();
  writer.BeginArray()
      .EndArray()
      .Value(*ParseJson("[ 1.50 ]").value)
      .EndArray()
      .Key("r")
      .Raw("{ }")
      .EndObject();

  EXPECT_EQ(writer.Take(), R"({"a\"b":"\u0001","n":[-5,true,null,[],[1.50]],"r":{ }})");
}

}  // namespace
}  // namespace asl
