// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The runner around its adapters: what is a case of which corpus, what is skipped, when a run is as
// expected, and how differences look.
#include "tests/conformance/report.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/conformance/load.h"
#include "tests/conformance/side_by_side.h"

namespace conformance {
namespace {

namespace fs = std::filesystem;

class Runner : public testing::Test {
 protected:
  Runner() {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "any/where");
  }
  ~Runner() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
};

constexpr char kRecorded[] =
    R"({"name":"x/y","source_test":"t","area":"x","kind":"execution","provenance":"aws",)"
    R"("state_machines":[{"ref":"sm0","type":"STANDARD"}],"requires":[],"features":[]})";

TEST_F(Runner, RecognisesCasesByTheirFieldsWhereverTheyLie) {
  Write("any/where/a.json", kRecorded);
  Write("b.jsonl",
        "{\"id\":\"1\",\"selector\":\"$\"}\n{\"id\":\"2\",\"expr\":\"1\",\"group\":\"g\"}\n");
  Write("any/data.json", R"({"some":"data set"})");
  Write("any/notes.txt", "not a case");
  const Loaded loaded = LoadCases({folder_});
  EXPECT_TRUE(loaded.problems.empty());
  ASSERT_EQ(loaded.cases.size(), 3u);
  EXPECT_EQ(loaded.cases[0].corpus->name, "aws-recorded");
  EXPECT_EQ(loaded.cases[0].id, "x/y");
  EXPECT_EQ(loaded.cases[1].corpus->name, "jsonpath-rfc9535");
  EXPECT_EQ(loaded.cases[2].corpus->name, "jsonata");
  EXPECT_EQ(loaded.cases[2].line, 2);
}

TEST_F(Runner, TakesALineWithHalfASurrogatePairAndSaysWhichLineIsNoJson) {
  const Loaded loaded =
      LoadCases({Write("a.jsonl", "{\"id\":\"1\",\"selector\":\"\\ud800\"}\n{\"id\":\n")});
  EXPECT_EQ(loaded.cases.size(), 1u);
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_NE(loaded.problems[0].find("a.jsonl:2"), std::string::npos);
}

std::string SkipReasonWith(const std::string& from, const std::string& to) {
  std::string text = kRecorded;
  text.replace(text.find(from), from.size(), to);
  Case one{.corpus = &Corpora()[0], .text = text};
  one.json = OrderedJson::parse(text);
  one.corpus->describe(one);
  return SkipReason(one);
}

TEST_F(Runner, SkipsByWhatACaseSaysOfItself) {
  EXPECT_EQ(SkipReasonWith("", ""), "");
  EXPECT_EQ(SkipReasonWith(R"("requires":[])", R"("requires":["lambda","activity"])"), "");
  EXPECT_EQ(SkipReasonWith(R"("requires":[])", R"("requires":["lambda","sns"])"), "needs sns");
  EXPECT_EQ(SkipReasonWith("STANDARD", "EXPRESS"), "type EXPRESS");
  EXPECT_EQ(SkipReasonWith(R"("provenance":"aws")", R"("provenance":"localstack")"),
            "provenance localstack");
}

TEST_F(Runner, IsContentOnlyWhenExactlyTheListedCasesFail) {
  const absl::StatusOr<ExpectedFailures> listed = ReadExpectedFailures(
      Write("list", "# comment\naws-recorded\n  x/y\n    because\n    of that\n"));
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->at({"aws-recorded", "x/y"}), "because of that");
  const Case is_listed{.corpus = &Corpora()[0], .id = "x/y", .area = "x", .file = "f"};
  const Case not_listed{.corpus = &Corpora()[0], .id = "x/z", .area = "x", .file = "f"};
  const Verdict passed;
  const Verdict failed{.differences = {{"output", "1", "2"}}};
  const auto content = [&](const Case& one, const Verdict& verdict, bool complete = false) {
    Report report(*listed, folder_ / "differences");
    report.Judged(one, verdict);
    if (complete) report.Complete("aws-recorded");
    return report.Print();
  };
  EXPECT_TRUE(content(is_listed, failed));
  EXPECT_TRUE(content(not_listed, passed));
  EXPECT_FALSE(content(is_listed, passed));
  EXPECT_FALSE(content(not_listed, failed));
  EXPECT_TRUE(fs::exists(folder_ / "differences/aws-recorded/x_z.txt"));
  EXPECT_TRUE(content(is_listed, failed, true));
  EXPECT_FALSE(content(not_listed, passed, true));  // the listed one is gone
}

TEST_F(Runner, RefusesAListWithoutReasons) {
  EXPECT_FALSE(ReadExpectedFailures(Write("list", "aws-recorded\n  x/y\n  x/z\n    why\n")).ok());
  EXPECT_FALSE(ReadExpectedFailures(Write("list", "aws-recorded\n  x/y\n")).ok());
  EXPECT_FALSE(ReadExpectedFailures(Write("list", "  x/y\n    why\n")).ok());
}

TEST(SideBySideTest, AlignsWhatIsEqualAndMarksWhatIsNot) {
  const auto row = [&](std::string left, char mark, std::string_view right) {
    left.resize(76, ' ');
    return left + " " + mark + " " + std::string(right) + "\n";
  };
  EXPECT_EQ(SideBySide("a\nb\nc\nd", "a\nx\nc\ne\nd"), row("a", ' ', "a") + row("b", '|', "x") +
                                                           row("c", ' ', "c") + row("", '>', "e") +
                                                           row("d", ' ', "d"));
  EXPECT_EQ(SideBySide("a\nb", "a"), row("a", ' ', "a") + row("b", '<', ""));
}

}  // namespace
}  // namespace conformance
