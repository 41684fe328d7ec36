// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The steps of the data flow: what stays the same text, what becomes a slice, what is written anew.
#include "asl/dataflow.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "asl/limits.h"

namespace asl {
namespace {

ContextObject Context() {
  return ContextObject([](bool) { return std::string(R"({"Execution":{"Input":{"n" : 1}}})"); });
}

// As if event 7 had introduced the text as its input.
Lazy Stored(std::string text) {
  Lazy lazy = Lazy::FromText(std::move(text));
  lazy.Introduce(EventId{7}, PayloadField::kInput);
  return lazy;
}

// "7[0,5] text" for a reference, "new text" for a fresh one, "! cause" for an error.
std::string Show(const OrError<Lazy>& lazy) {
  if (!lazy.ok()) return fmt::format("! {}: {}", *lazy.error().name, *lazy.error().cause);
  const Payload& payload = (*lazy).payload();
  if ((*lazy).fresh()) return fmt::format("new {}", (*lazy).view());
  return fmt::format("{}[{},{}] {}", ToInt(payload.ref.event), payload.ref.offset,
                     payload.ref.length, (*lazy).view());
}

struct Case {
  std::string field;
  std::string input;
  std::string expected;
};

TEST(PathFieldStep, PassesTheTextOrASliceOfIt) {
  const Case cases[] = {
      {R"("$")", R"({"a" : 1})", R"(7[0,9] {"a" : 1})"},
      {"null", R"({"a" : 1})", "new {}"},
      {R"("$.a")", R"({"x":0, "a":{"b":1.0}})", R"(7[12,9] {"b":1.0})"},
      {R"("$.a[1]")", R"({"a":[1,"two"]})", R"(7[8,5] "two")"},
      {R"("$.a")", R"({"a":{ "b" : 1.0 }})", R"(new {"b":1.0})"},
      {R"("$.a[*]")", R"({"a":[1,2]})", "new [1,2]"},
      {R"("$['a','b']")", R"({"b":2,"a":1})", R"(new {"a":1,"b":2})"},
      {R"("$$.Execution.Input")", "{}", R"(new {"n":1})"},
      {R"("$.x")", "{}", "! States.Runtime: Invalid path '$.x' : No results for path: $['x']"},
      {R"("$.no.x")", "{}",
       "! States.Runtime: Invalid path '$.no.x' : Missing property in path $['no']"},
  };
  for (const Case& c : cases) {
    absl::StatusOr<PathField> field = CompilePathField(*ParseJson(c.field).value);
    ASSERT_TRUE(field.ok()) << c.field;
    ContextObject context = Context();
    EXPECT_EQ(Show(ApplyPathField(*field, Stored(c.input), context)), c.expected) << c.field;
  }
}

TEST(PathFieldStep, SlicesASliceWithinTheSameText) {
  ContextObject context = Context();
  PathField a = *CompilePathField(*ParseJson(R"("$.a")").value);
  PathField b = *CompilePathField(*ParseJson(R"("$.b")").value);

  OrError<Lazy> outer = ApplyPathField(a, Stored(R"({"a":{"b":[5]}})"), context);
  OrError<Lazy> inner = ApplyPathField(b, *outer, context);
  OrError<Lazy> unparsed = ApplyPathField(b, Lazy((*outer).payload()), context);

  EXPECT_EQ(Show(inner), "7[10,3] [5]");
  EXPECT_EQ(Show(unparsed), "7[10,3] [5]");
}

TEST(PathFieldStep, CopiesAPartOfATextThatIsStoredNowhere) {
  ContextObject context = Context();
  PathField field = *CompilePathField(*ParseJson(R"("$.a")").value);

  OrError<Lazy> part = ApplyPathField(field, Lazy::FromText(R"({"a":[1]})"), context);

  EXPECT_EQ(Show(part), "new [1]");
  (*part).Introduce(EventId{8}, PayloadField::kOutput);
  EXPECT_EQ(Show(part), "8[0,3] [1]");
}

TEST(ResultPathStep, MergesIntoTheRawInput) {
  const Case cases[] = {
      {R"("$.r")", R"({"a":1})", R"(new {"a":1,"r":{"x":2.50}})"},
      {R"("$.r")", "{}", R"(new {"r":{"x":2.50}})"},
      {R"("$.a")", R"({"a":[1,2],"b":3})", R"(new {"a":{"x":2.50},"b":3})"},
      {R"("$.r")", R"({ "b" : 1e400 , "a":[ -0 ] })", R"(new {"b":1e400,"a":[-0],"r":{"x":2.50}})"},
      {R"("$.p.q.r")", R"({"a":1})", R"(new {"a":1,"p":{"q":{"r":{"x":2.50}}}})"},
      {R"("$.p.q")", R"({"p":{"z":0},"a":1})", R"(new {"p":{"z":0,"q":{"x":2.50}},"a":1})"},
      {R"("$.p[1]")", R"({"p":[0,1,2]})", R"(new {"p":[0,{"x":2.50},2]})"},
      {R"("$['r \"']")", R"({"a":1})", R"(new {"a":1,"r \"":{"x":2.50}})"},
      {R"("$.a")", R"({"a":1,"b":0,"a":2})", R"(new {"a":{"x":2.50},"b":0})"},
      {R"("$.a.b")", R"({"a":{"b":[{"b":1}],"c":{"b":2}},"b":3})",
       R"(new {"a":{"b":{"x":2.50},"c":{"b":2}},"b":3})"},
      {R"("$.a.n.m")", R"({"z":{"a":0},"a":{"b":1}})",
       R"(new {"z":{"a":0},"a":{"b":1,"n":{"m":{"x":2.50}}}})"},
      {R"("$.a.n")", R"({"a":{}})", R"(new {"a":{"n":{"x":2.50}}})"},
      {R"("$.r")", R"({"s":"a\u0041\/","t":{"d":1,"d":2}})",
       R"(new {"s":"aA/","t":{"d":2},"r":{"x":2.50}})"},
      {R"("$")", R"({"a":1})", R"(new { "x" : 2.50 })"},
      {"null", R"({ "a":1})", R"(7[0,8] { "a":1})"},
      {R"("$.r")", "[1]",
       R"(! States.ReferencePathConflict: Unable to apply step "r" to input [1])"},
      {R"("$.r")", R"("text")",
       R"(! States.ReferencePathConflict: Unable to apply ReferencePath $.r to input "text")"},
      {R"("$.a.r")", R"({"a":1})",
       R"(! States.ReferencePathConflict: Unable to apply step "r" to input {"a":1})"},
      {R"("$.p[3]")", R"({"p":[0]})",
       R"(! States.ReferencePathConflict: Unable to apply step "3" to input {"p":[0]})"},
  };
  for (const Case& c : cases) {
    absl::StatusOr<ResultPathField> field = CompileResultPath(*ParseJson(c.field).value);
    ASSERT_TRUE(field.ok()) << c.field;
    Lazy result = Lazy::FromText(R"({ "x" : 2.50 })");
    EXPECT_EQ(Show(ApplyResultPath(*field, Stored(c.input), result)), c.expected) << c.field;
    // A result without blanks may be joined without being parsed.
    std::string expected(c.expected);
    const std::string_view spaced = R"({ "x" : 2.50 })";
    if (const size_t at = expected.find(spaced); at != std::string::npos) {
      expected.replace(at, spaced.size(), R"({"x":2.50})");
    }
    result = Lazy::FromText(R"({"x":2.50})");
    EXPECT_EQ(Show(ApplyResultPath(*field, Stored(c.input), result)), expected) << c.field;
  }
}

// Whether a text is parsed or not, the same comes out of it.
TEST(ResultPathStep, AgreesWithTheParserOnEveryText) {
  const std::string_view texts[] = {
      "{}",
      "[]",
      R"({"a":{"b":{"c":1}}})",
      R"({"a":{"b":[{"c":1}]},"c":{"a":{"b":{"c":2}}}})",
      R"({"b":"a","a":"{\"b\":1}"})",
      R"({"a":{"b":1,"b":2}})",
      R"({"a":[{"c":1,"c":2}]})",
      R"({"a":{},"a":{"b":1}})",
      R"({"a" :{"b":1}})",
      R"({"a":{"b":1} })",
      R"({"a":-1.5e3,"b":null,"c":true})",
  };
  for (const std::string_view path : {"$.a", "$.a.b", "$.a.b.c", "$.n", "$.n.m", "$.c.a.b.c"}) {
    const ResultPathField fast = *CompileResultPath(*ParseJson(fmt::format("\"{}\"", path)).value);
    ResultPathField slow = fast;
    slow.names.clear();
    for (const std::string_view text : texts) {
      const auto merge = [&](const ResultPathField& field) {
        return Show(
            ApplyResultPath(field, Stored(std::string(text)), Lazy::FromText(R"([{"r":1}])")));
      };
      EXPECT_EQ(merge(fast), merge(slow)) << path << " " << text;
    }
  }
}

// A text that was joined knows where its members are; what is joined to it next must come out as if it
// did not.
TEST(ResultPathStep, GoesOnWithWhatItJoinedAsTheParserWould) {
  const std::vector<std::string> paths = {"$.a",     "$.b",     "$.a.b",       "$.c.d",
                                          "$.c.d.e", "$.c.d.f", "$['r \\\"']", "$['x y']"};
  const std::vector<std::string> results = {
      "1",        R"("text, {with} [all]: \\")",   R"({"b":{}})", "[]", R"({"b":1,"b":2})", "{ }",
      R"(["\"])", R"("a longer text without any")"};
  std::mt19937 random(1);
  const auto below = [&random](size_t n) { return random() % n; };
  for (int round = 0; round < 400; ++round) {
    const bool deep = round % 10 == 0;  // joined into itself again and again
    Lazy joined = Lazy::FromText(round % 2 == 0 ? "{}" : R"({"z":[{"a":1}],"c":{}})");
    for (int i = 0; i < 60; ++i) {
      const bool whole = deep && below(60) > 0;
      const std::string path = deep            ? "$.a"
                               : below(3) == 0 ? fmt::format("$.n{}", below(30))
                                               : paths[below(paths.size())];
      ResultPathField field = *CompileResultPath(*ParseJson(fmt::format("\"{}\"", path)).value);
      const std::string& other = results[below(round % 3 == 0 ? results.size() : 4)];
      const Lazy result = whole ? joined : Lazy::FromText(other);
      OrError<Lazy> fast = ApplyResultPath(field, joined, result);
      field.names.clear();
      OrError<Lazy> slow = ApplyResultPath(field, Lazy::FromText(std::string(joined.view())),
                                           Lazy::FromText(std::string(result.view())));
      ASSERT_EQ(Show(fast), Show(slow)) << path << " of " << joined.view();
      if (fast.ok()) joined = *fast;
    }
  }
}

// Nobody looks a joined text over again, but it must not grow deeper than what is parsed.
TEST(ResultPathStep, GoesOnUntilTheTextIsTooDeep) {
  const ResultPathField field = *CompileResultPath(*ParseJson(R"("$.a")").value);
  Lazy joined = Lazy::FromText("{}");
  int joins = 0;
  OrError<Lazy> next = joined;
  for (; next.ok() && joins <= kJsonDepthMax; ++joins) {
    joined = *next;
    next = ApplyResultPath(field, joined, joined);
  }
  EXPECT_FALSE(next.ok());
  EXPECT_EQ(joins, kJsonDepthMax + 1);
}

TEST(ResultPathStep, MergesIntoASlice) {
  ContextObject context = Context();
  PathField a = *CompilePathField(*ParseJson(R"("$.a")").value);
  ResultPathField field = *CompileResultPath(*ParseJson(R"("$.r")").value);

  OrError<Lazy> slice = ApplyPathField(a, Stored(R"({"z":[1],"a":{"b":2}})"), context);

  EXPECT_EQ(Show(ApplyResultPath(field, *slice, Lazy::FromText("0"))), R"(new {"b":2,"r":0})");
}

TEST(ResultPathStep, RefusesWhatCannotBeWrittenTo) {
  for (std::string field :
       {R"("$$.a")", R"("$v")", R"("$.a[*]")", R"("$..a")", R"("$.a[-1]")", R"("x")", "5", "{}"}) {
    EXPECT_FALSE(CompileResultPath(*ParseJson(field).value).ok()) << field;
  }
}

TEST(LazyValue, IsParsedOnceAndSharedByItsCopies) {
  Lazy lazy = Stored("[1]");
  const Json* parsed = *lazy.Parsed();
  Lazy copy = lazy;

  EXPECT_EQ(*lazy.Parsed(), parsed);
  EXPECT_EQ((*copy.Parsed())->text(), parsed->text());
}

TEST(LazyValue, SaysWhenItsTextIsNotJson) {
  OrError<const Json*> parsed = Lazy::FromText("{").Parsed();

  EXPECT_EQ(*parsed.error().cause,
            "The data is not valid JSON: Unexpected end-of-input: expected close marker for Object "
            "(start marker at [Source: (String)\"{\"; line: 1, column: 1]) (line 1, column 2)");
}

TEST(ContextObjectStep, IsMadeOnceAndOnlyWhenAskedForAndWithTheInputWhenAPathMayReachThat) {
  std::vector<bool> made;
  ContextObject context([&made](bool with_input) {
    made.push_back(with_input);
    return std::string("{}");
  });
  const auto ask = [&](std::string_view path) { context.ValueFor(*Path::Compile(path)); };
  EXPECT_EQ(made, std::vector<bool>{});

  ask("$$.Map.Item.Value");
  ask("$$.Execution.Name");
  ask("$$.State['Execution']");
  EXPECT_EQ(made, (std::vector<bool>{false}));

  ask("$$.Execution.Input.id");
  for (const char* path : {"$$", "$$.Execution", "$$['Execution']['Input']", "$$..Input", "$$.*",
                           "$$.Execution[*]", "$$.Map.Item[?(@.a==$.Execution.Input)]"}) {
    ask(path);
  }
  EXPECT_EQ(made, (std::vector<bool>{false, true}));
}

}  // namespace
}  // namespace asl
