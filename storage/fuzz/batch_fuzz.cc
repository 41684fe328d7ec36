// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Any bytes given as a batch are read or refused; what is read, written again, reads the same. The
// same bytes as a key go through KeyReader.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/batch.h"
#include "storage/key.h"

namespace {

class Text : public storage::BatchVisitor {
 public:
  void Put(storage::TableTag table, std::string_view key, std::string_view value) override {
    Add('p', table, key, value);
  }
  void Delete(storage::TableTag table, std::string_view key) override { Add('d', table, key, ""); }
  void DeleteRange(storage::TableTag table, std::string_view begin, std::string_view end) override {
    Add('r', table, begin, end);
  }

  std::string text;

 private:
  void Add(char what, storage::TableTag table, std::string_view first, std::string_view second) {
    text.push_back(what);
    storage::AppendU8(table, &text);
    storage::AppendTerminated(first, &text);
    storage::AppendTerminated(second, &text);
  }
};

// Makes a batch of what it visits; leaves out what a batch may not hold.
class Copy : public storage::BatchVisitor {
 public:
  void Put(storage::TableTag table, std::string_view key, std::string_view value) override {
    if (table != 0) batch.Put(table, key, value);
  }
  void Delete(storage::TableTag table, std::string_view key) override {
    if (table != 0) batch.Delete(table, key);
  }
  void DeleteRange(storage::TableTag table, std::string_view begin, std::string_view end) override {
    if (table != 0 && begin <= end) batch.DeleteRange(table, begin, end);
  }

  storage::Batch batch{{.partition = 1, .number = 1}};
};

std::string Read(std::string_view bytes) {
  Text text;
  storage::BatchHeader header;
  return storage::Batch::Visit(bytes, &header, text).ok() ? text.text : "refused";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  storage::BatchHeader header;
  Copy first, second;
  if (storage::Batch::Visit(bytes, &header, first).ok()) {
    const absl::Status again = storage::Batch::Visit(first.batch.bytes(), &header, second);
    assert(again.ok());
    assert(second.batch.bytes() == first.batch.bytes());
    assert(Read(first.batch.bytes()) == Read(second.batch.bytes()));
  }

  storage::KeyReader key(bytes);
  const std::string value = key.Terminated();
  if (key.ok()) {
    std::string encoded;
    storage::AppendTerminated(value, &encoded);
    assert(bytes.starts_with(encoded));
  }
  return 0;
}
