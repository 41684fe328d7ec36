// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/durable_file.h"

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <fstream>

namespace storage {
namespace {

class DurableFileTest : public testing::Test {
 protected:
  DurableFileTest() {
    std::string pattern = testing::TempDir() + "/asld-durable-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~DurableFileTest() override { std::filesystem::remove_all(directory_); }

  std::optional<uint64_t> Read() {
    auto seq = ReadDurableFile(*files_, directory_);
    EXPECT_TRUE(seq.ok()) << seq.status();
    return seq.ok() ? *seq : std::nullopt;
  }
  void Overwrite(int offset, char octet) {
    std::fstream file(directory_ + "/DURABLE", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file.put(octet);
  }

  const std::shared_ptr<rocksdb::FileSystem> files_ = rocksdb::FileSystem::Default();
  std::string directory_;
};

TEST_F(DurableFileTest, SaysWhatWasRecordedLast) {
  auto file = DurableFile::Open(*files_, directory_, 7);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Read(), 7u);

  ASSERT_TRUE((*file)->Record(uint64_t{1} << 40).ok());
  EXPECT_EQ(Read(), uint64_t{1} << 40);
  EXPECT_EQ(std::filesystem::file_size(directory_ + "/DURABLE"), 4096u);
}

TEST_F(DurableFileTest, OpeningItAgainStartsFromTheGivenCommit) {
  ASSERT_TRUE(DurableFile::Open(*files_, directory_, 7).ok());
  ASSERT_TRUE(DurableFile::Open(*files_, directory_, 5).ok());

  EXPECT_EQ(Read(), 5u);
}

TEST_F(DurableFileTest, MissingShortOrDamagedItSaysNothing) {
  EXPECT_EQ(Read(), std::nullopt);

  ASSERT_TRUE(DurableFile::Open(*files_, directory_, 7).ok());
  Overwrite(15, 8);
  EXPECT_EQ(Read(), std::nullopt) << "the number does not fit its checksum";

  Overwrite(15, 7);
  EXPECT_EQ(Read(), 7u);
  Overwrite(0, 'A');
  EXPECT_EQ(Read(), std::nullopt);

  std::filesystem::resize_file(directory_ + "/DURABLE", 100);
  EXPECT_EQ(Read(), std::nullopt);
}

}  // namespace
}  // namespace storage
