// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the conformance corpus does not say: the interface, limits, what Step Functions adds, and a
// few rows per part of the language so that a break shows here first.
#include "asl/jsonata/jsonata.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

namespace asl::jsonata {
namespace {

std::shared_ptr<const Expression> Compiled(std::string text) {
  auto compiled = Compile(std::move(text));
  if (Error* error = std::get_if<Error>(&compiled)) {
    ADD_FAILURE() << error->code << ": " << error->message;
    return nullptr;
  }
  return std::get<0>(compiled);
}

std::string Shown(const Evaluation& evaluation) {
  if (evaluation.error) {
    return fmt::format("{} at {} {}", evaluation.error->code, evaluation.error->position,
                       evaluation.error->token);
  }
  return evaluation.value ? evaluation.value->Compact() : "undefined";
}

Json Parsed(std::string text) { return *ParseJson(std::move(text)).value; }

// The value as compact JSON, "undefined", or "CODE at POSITION TOKEN".
std::string ValueOf(std::string text, std::string input = "", Environment environment = {}) {
  const auto expression = Compiled(std::move(text));
  if (expression == nullptr) return "";
  const std::optional<Json> json =
      input.empty() ? std::nullopt : std::optional<Json>(Parsed(std::move(input)));
  environment.input = json ? &*json : nullptr;
  return Shown(Evaluate(*expression, environment));
}

struct Row {
  std::string text;
  std::string value;
  std::string input = R"({"a": [{"b": 1}, {"b": 2, "c": [3]}], "s": "x", "n": 2})";
};

void ExpectValues(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(ValueOf(row.text, row.input), row.value) << row.text;
}

TEST(Jsonata, NavigatesAndFlattens) {
  ExpectValues({
      {"a.b", "[1,2]"},
      {"a.c", "[3]"},
      {"a[0].b", "1"},
      {"a[b=2].c[0]", "3"},
      {"a[-1].b[]", "[2]"},
      {"a.missing", "undefined"},
      {"*.b", "[1,2]"},
      {"**.b", "[1,2]"},
      {"$.n", "2"},
      {"a.[b]", "[[1],[2]]"},
      {"a^(>b).b", "[2,1]"},
      {"a{$string(b): b}", R"({"1":1,"2":2})"},
      {"a#$i.(b & '/' & $i)", R"(["1/0","2/1"])"},
      {"a.b.$keys(%)", R"(["b","b","c"])"},
      {R"(nothing.b.%{"x": %.b, "y": %.%.n})", "{}"},  // ends before it has a parent
      {"a@$x.n.($x.b * $)", "[2,4]"},
      {"$[0]", "1", "[1,2]"},
  });
}

TEST(Jsonata, ComputesAndCompares) {
  ExpectValues({
      {"1 + 2 * 3 - 4 / 8 % 3", "6.5"},
      {"0.1 + 0.2", "0.30000000000000004"},
      {"1e21", "1e+21"},
      {"123456789012345678", "123456789012345680"},
      {"-0", "0"},
      {"'a' < 'b' and not_there != 1", "false"},
      {"2 in [1, 2]", "true"},
      {"n = 2.0", "true"},
      {"'x' & 1 & null & [1] & nothing", R"("x1null[1]")"},
      {"1/0", R"("Infinity")"},
      {"[1..4]", "[1,2,3,4]"},
      {"[3..1]", "[]"},
      {"$string(22/7)", R"("3.14285714285714")"},
      {"'a' + 1", "T2001 at 5 +"},
      {"1 < 'a'", "T2009 at 3 <"},
      {"$sum('a')", "T0412 at 5 sum"},
      {"$nothing(1)", "T1006 at 9 nothing"},
      {"sum(n)", "T1005 at 4 sum"},
  });
}

TEST(Jsonata, CallsFunctions) {
  ExpectValues({
      {"($f := function($x){ $x * n }; $map([1, 2], $f))", "[2,4]"},
      {"($add := function($x, $y){ $x + $y }; $inc := $add(1, ?); $inc(2))", "3"},
      {"('abc' ~> $uppercase ~> $length)", "3"},
      {"($c := $trim ~> $uppercase; $c(' x '))", R"("X")"},
      {"$reduce([1..5], function($x, $y){ $x * $y })", "120"},
      {"$replace('a1b22', /\\d+/, function($m){ '<' & $m.match & '>' })", R"("a<1>b<22>")"},
      {"$ ~> |a|{'b': b * 10}, 'c'|", R"({"a":[{"b":10},{"b":20}],"s":"x","n":2})"},
      {"$fromMillis(0, '[FNn] [D1o] [MNn] [Y]')", R"("Thursday 1st January 1970")"},
      {"$uppercase('straße ß')", R"("STRASSE SS")"},
  });
}

TEST(Jsonata, WritesAndReadsPictures) {
  ExpectValues({
      {"$formatInteger(1234567, '#,###[,##0')", R"("1,234[,567")"},
      {"$formatInteger(23, 'Ww;o')", R"("Twenty-Third")"},
      {"$parseInteger('MMXXIV', 'I')", "2024"},
      {"$formatNumber(-1234.5, '#,##0.00;(#,##0.00)')", "\"(1,234.50)\""},
      {"$formatNumber(0.0123, '0.0e0')", R"("1.2e-2")"},
      {"$formatNumber(1, '0.0.0')", "D3081 at 14 formatNumber"},
      {"$fromMillis(1521801216617, '[Y0001]-[M01]-[D01]T[H]:[m]:[s][Z]', '-0530')",
       R"("2018-03-23T5:03:36-05:30")"},
      {"$fromMillis(1104537600000, '[X0001]-W[W01]-[F1]')", R"("2004-W53-6")"},
      {"$toMillis('2018-03-7', '[Y]-[M01]-[D01]')", "undefined"},
      {"$toMillis('7 March 2018 5 pm', '[D] [MNn] [Y] [h] [P]')", "1520442000000"},
      {"$toMillis('2018', '[H')", "D3135 at 10 toMillis"},
      {"$toMillis('1969-12-31T23:59:59.5-0100')", "3599500"},
      {"$toMillis('0050-02-01')", "-60586617600000"},
  });
}

TEST(Jsonata, RecursesThroughTailCallsWithoutDepth) {
  const std::string loop =
      "($f := function($n, $sum){ $n = 0 ? $sum : $f($n - 1, $sum + $n) }; $f(100000, 0))";
  EXPECT_EQ(ValueOf(loop), "5000050000");
}

TEST(Jsonata, HasWhatStepFunctionsAdds) {
  Environment environment;
  double next = 0;
  environment.draw = [&] { return next += 0.03; };
  environment.now_ms = 1'000;
  const auto run = [&](std::string text) { return ValueOf(std::move(text), "", environment); };

  EXPECT_EQ(run("$partition([1..5], 2.9)"), "[[1,2],[3,4],[5]]");
  EXPECT_EQ(run("$range(1, 9, 9)"), "1");
  EXPECT_EQ(run("$range(5, 1, -2)"), "[5,3,1]");
  EXPECT_EQ(run("$range(1, 2, 0)"), "D3150 at 7 range");
  EXPECT_EQ(run("$hash('abc', 'MD5')"), R"("900150983cd24fb0d6963f7d28e17f72")");
  EXPECT_EQ(run("$hash('abc', 'ROT13')"), "D3151 at 6 hash");
  EXPECT_EQ(run("$random(7) = $random(7)"), "true");
  EXPECT_EQ(run("$random()"), "0.03");
  EXPECT_EQ(run("$uuid()"), R"("0f171e26-2e35-4d45-8c54-5c636b737a82")");
  EXPECT_EQ(run(R"($parse('{"a": [1, 2.50]}'))"), R"({"a":[1,2.50]})");
  EXPECT_EQ(run("$parse('{')"), "D3120 at 7 parse");
  EXPECT_EQ(run("$eval('1')"), "T1006 at 6 eval");
  EXPECT_EQ(run("$now()"), R"("1970-01-01T00:00:01.000Z")");
  EXPECT_EQ(run("$millis()"), "1000");
}

TEST(Jsonata, ReadsVariablesOnceAndOnlyWhenNeeded) {
  int asked = 0;
  Environment environment;
  environment.variables = [&](std::string_view name) -> std::optional<Variable> {
    ++asked;
    if (name == "x") return Variable(Parsed("[1, 2]"));
    if (name == "states") return Variable({{"input", Parsed(R"({"k": 7})")}});
    return std::nullopt;
  };

  EXPECT_EQ(ValueOf("$x[0] + $x[1] + $states.input.k", "", environment), "10");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(ValueOf("($x := 5; $x)", "", environment), "5");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(ValueOf("$y", "", environment), "undefined");
  EXPECT_EQ(Compiled("$a.b + $sum($c) + ($d := 1; $d)")->free_variables(),
            (std::vector<std::string_view>{"a", "sum", "c", "d"}));
}

TEST(Jsonata, AnswersSlicesOfItsInput) {
  const Json input = Parsed(R"({"a": {"n": 1.50, "id": 12345678901234567890}})");
  Environment environment;
  environment.input = &input;

  const Evaluation whole = Evaluate(*Compiled("a"), environment);
  ASSERT_TRUE(whole.value);
  EXPECT_EQ(whole.value->text(), input.text());
  EXPECT_EQ(Shown(Evaluate(*Compiled("[a.id, a.n, a.n + 0]"), environment)),
            "[12345678901234567890,1.50,1.5]");
}

TEST(Jsonata, EndsHostileExpressions) {
  const std::vector<std::string> hostile = {
      "($f := function($x){ 1 + $f($x) }; $f(1))",
      "($f := function($x){ $f($x) }; $f(1))",
      "($f := function($x){ $map([1], $f) }; $f(1))",
      "($f := function($x, $i){ $append($x, $x) }; $reduce([1..60], $f))",
      "($f := function($x, $i){ $x & $x }; $reduce([1..60], $f, 'ab'))",
      "($f := function($x, $i){ [[$x]] }; $string($reduce([1..2000], $f, 1)))",
      "($f := function($g, $n){ $n = 0 ? $g : $f($g ~> $string, $n - 1) }; $f($string, 5000)(1))",
      "$pad('', 1e12)",
      "$match($pad('', 5000, 'a') & 'b', /(a|aa)+$/)",
      "$map([1..5000], function($x){ $map([1..5000], function($y){ $x }) })",
      "[1..9999999].[1..9999999]",
      "({'a': 1} ~> |$|{'self': $, 'too': $}|) ~> $string()",
      "$distinct([1..100000])",
  };
  for (const std::string& text : hostile) {
    EXPECT_TRUE(ValueOf(text).starts_with("U1001"))
        << text << " gives " << ValueOf(text).substr(0, 200);
  }
}

TEST(Jsonata, IsSharedByThreads) {
  const auto expression = Compiled("$sum(a.($x := b; $x * $x)) + $count($match('aab', /a/))");
  const Json input = Parsed(R"({"a": [{"b": 1}, {"b": 2}]})");
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (std::string& result : results) {
    threads.emplace_back([&] {
      Environment environment;
      environment.input = &input;
      for (int i = 0; i < 200; ++i) result = Shown(Evaluate(*expression, environment));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, "7");
}

}  // namespace
}  // namespace asl::jsonata
