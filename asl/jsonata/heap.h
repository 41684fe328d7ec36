// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The memory of one evaluation: taken in blocks, given back as a whole, bounded. Small pieces are
// handed out beyond the bound too, so that most callers need not look; exhausted() then stops the
// evaluation at its next step. Arrays and texts, which grow with data, are cut short instead.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "asl/jsonata/value.h"

namespace asl::jsonata {

class Heap {
 public:
  explicit Heap(size_t bytes_max) : bytes_max_(bytes_max) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  bool exhausted() const { return exhausted_; }
  // Whether so much more can be had; if not, the heap is exhausted.
  bool Fits(size_t bytes);

  void* Allocate(size_t bytes) {
    bytes = (bytes + 15) & ~size_t{15};
    if (bytes > static_cast<size_t>(end_ - next_)) return AllocateSlow(bytes);
    char* piece = next_;
    next_ += bytes;
    return piece;
  }

  template <class T>
  T* New() {
    return new (Allocate(sizeof(T))) T();
  }

  Value Text(std::string_view text);  // a copy
  Array* NewArray(size_t capacity = 0);
  Array* NewSequence(size_t capacity = 0);
  void Push(Array* array, const Value& item);
  Object* NewObject() { return New<Object>(); }
  // The key must outlive the evaluation. A key that is there keeps its place.
  void Set(Object* object, std::string_view key, const Value& value);
  void Erase(Object* object, std::string_view key);

  Frame* NewFrame(Frame* outer, size_t slots);  // all unbound
  void Release(Frame* frame);                   // REQUIRES: nothing refers to it

 private:
  static constexpr size_t kFirstBlock = 4'096;
  static constexpr size_t kLargestBlock = 1'048'576;
  static constexpr size_t kFreeLists = 16;

  void* AllocateSlow(size_t bytes);
  void Index(Object* object);

  size_t bytes_max_;
  size_t bytes_ = 0;
  bool exhausted_ = false;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t next_block_ = kFirstBlock;
  std::vector<std::unique_ptr<char[]>> blocks_;
  Frame* free_frames_[kFreeLists] = {};  // by slots, linked by `outer`
};

}  // namespace asl::jsonata
