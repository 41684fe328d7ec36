// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/batch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace storage {
namespace {

using std::string_literals::operator""s;

// Writes what it visits as "put 1 a=v; delete 2 b; range 3 [c,d); ".
class Transcript : public BatchVisitor {
 public:
  void Put(TableTag table, std::string_view key, std::string_view value) override {
    text += fmt::format("put {} {}={}; ", table, key, value);
  }
  void Delete(TableTag table, std::string_view key) override {
    text += fmt::format("delete {} {}; ", table, key);
  }
  void DeleteRange(TableTag table, std::string_view begin, std::string_view end) override {
    text += fmt::format("range {} [{},{}); ", table, begin, end);
  }

  std::string text;
};

std::string Read(std::string_view bytes) {
  Transcript transcript;
  BatchHeader header;
  const absl::Status status = Batch::Visit(bytes, &header, transcript);
  return status.ok() ? transcript.text : transcript.text + std::string(status.message());
}

TEST(Batch, BytesFollowTheGrammar) {
  Batch batch({.partition = 2, .epoch = 3, .number = 4});
  batch.Put(1, "k", "vv");
  batch.Delete(2, "d");
  batch.DeleteRange(3, "a", "b");

  EXPECT_EQ(batch.bytes(),
            "\x01\x02\x03\x04"
            "\x01\x01k\x02vv"
            "\x42\x01"
            "d"
            "\x83\x01"
            "a\x01"
            "b"s);
}

TEST(Batch, IsReadBackInOrderWithItsHeader) {
  Batch batch({.partition = 7, .epoch = 1, .number = 1ULL << 40});
  batch.Put(1, "k", std::string(300, 'v'));
  batch.Delete(2, "");
  batch.DeleteRange(63, "a", "b");

  Transcript transcript;
  BatchHeader header;
  ASSERT_TRUE(Batch::Visit(batch.bytes(), &header, transcript).ok());

  EXPECT_EQ(transcript.text, "put 1 k=" + std::string(300, 'v') + "; delete 2 ; range 63 [a,b); ");
  EXPECT_EQ(header.partition, 7u);
  EXPECT_EQ(header.epoch, 1u);
  EXPECT_EQ(header.number, 1ULL << 40);
  EXPECT_EQ(batch.operations(), 3u);
}

TEST(Batch, RewindForgetsWhatCameAfterTheMark) {
  Batch batch({.number = 1});
  batch.Put(1, "kept", "1");
  const Batch::Mark mark = batch.mark();
  batch.Put(1, "dropped", "2");
  batch.Delete(1, "kept");

  batch.Rewind(mark);

  EXPECT_EQ(Read(batch.bytes()), "put 1 kept=1; ");
  EXPECT_EQ(batch.operations(), 1u);
}

TEST(Batch, EveryProperPrefixIsAnErrorOrEndsBetweenOperations) {
  Batch batch({.number = 1});
  batch.Put(1, "key", std::string(200, 'v'));
  const size_t between = batch.bytes().size();
  batch.DeleteRange(2, "a", "b");

  for (size_t size = 0; size < batch.bytes().size(); ++size) {
    Transcript transcript;
    BatchHeader header;
    const bool ok =
        Batch::Visit(std::string_view(batch.bytes()).substr(0, size), &header, transcript).ok();
    EXPECT_EQ(ok, size == 4 || size == between) << size;
  }
}

TEST(Batch, AMalformedOperationIsNamedByItsOffsetAndWhatCameBeforeWasVisited) {
  Batch batch({.number = 1});
  batch.Delete(1, "k");

  EXPECT_EQ(Read(batch.bytes() + "\xc9\x01"),
            "delete 1 k; batch: malformed at offset 7: unknown operation 0xc9");
  EXPECT_EQ(Read(batch.bytes() + "\x01\xff\xff\xff\xff\xff\x01"),
            "delete 1 k; batch: malformed at offset 7: key cut short");
}

TEST(Batch, AnotherVersionIsRefusedWithBothNumbers) {
  Batch batch({.number = 1});
  std::string bytes = batch.bytes();
  bytes[0] = 2;

  EXPECT_EQ(Read(bytes), "batch: malformed at offset 0: version 2, this program reads 1");
}

}  // namespace
}  // namespace storage
