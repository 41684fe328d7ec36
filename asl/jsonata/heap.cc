// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/heap.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>

namespace asl::jsonata {
namespace {

constexpr uint32_t kIndexFrom = 12;  // members; fewer are searched one by one

}  // namespace

bool Heap::Fits(size_t bytes) {
  if (bytes > bytes_max_ || bytes_ > bytes_max_ - bytes) exhausted_ = true;
  return !exhausted_;
}

void* Heap::AllocateSlow(size_t bytes) {
  Fits(bytes);
  const size_t size = std::max(bytes, next_block_);
  next_block_ = std::min(next_block_ * 2, kLargestBlock);
  blocks_.push_back(std::unique_ptr<char[]>(new char[size]));
  bytes_ += size;
  char* block = blocks_.back().get();
  if (size - bytes < static_cast<size_t>(end_ - next_))
    return block;  // the rest is the smaller one
  next_ = block + bytes;
  end_ = block + size;
  return block;
}

Value Heap::Text(std::string_view text) {
  if (text.empty()) return Value::String("");
  if (!Fits(text.size())) return Value::String("");
  char* copy = static_cast<char*>(Allocate(text.size()));
  std::memcpy(copy, text.data(), text.size());
  return Value::String({copy, text.size()});
}

Array* Heap::NewArray(size_t capacity) {
  Array* array = New<Array>();
  if (capacity == 0 || !Fits(capacity * sizeof(Value))) return array;
  array->items = static_cast<Value*>(Allocate(capacity * sizeof(Value)));
  array->capacity = static_cast<uint32_t>(capacity);
  return array;
}

Array* Heap::NewSequence(size_t capacity) {
  Array* array = NewArray(capacity);
  array->sequence = true;
  return array;
}

// A range that is added to becomes an ordinary array: its capacity is 0.
void Heap::Push(Array* array, const Value& item) {
  if (array->size == array->capacity || array->items == nullptr) {
    const size_t capacity = std::max<size_t>(4, size_t{array->size} * 2);
    if (!Fits(capacity * sizeof(Value))) return;
    Value* items = static_cast<Value*>(Allocate(capacity * sizeof(Value)));
    for (uint32_t i = 0; i < array->size; ++i) items[i] = array->At(i);
    array->items = items;
    array->capacity = static_cast<uint32_t>(capacity);
  }
  array->items[array->size++] = item;
}

void Heap::Index(Object* object) {
  uint32_t size = 64;
  while (size < object->capacity * 2) size *= 2;
  if (!Fits(size * sizeof(uint32_t))) return;
  object->index = static_cast<uint32_t*>(Allocate(size * sizeof(uint32_t)));
  object->index_size = size;
  std::fill_n(object->index, size, 0);
  for (uint32_t i = 0; i < object->size; ++i) {
    size_t slot = std::hash<std::string_view>()(object->members[i].key) & (size - 1);
    while (object->index[slot] != 0) slot = (slot + 1) & (size - 1);
    object->index[slot] = i + 1;
  }
}

void Heap::Set(Object* object, std::string_view key, const Value& value) {
  if (Value* found = object->Find(key); found != nullptr) {
    *found = value;
    return;
  }
  if (object->size == object->capacity) {
    const size_t capacity = std::max<size_t>(4, size_t{object->capacity} * 2);
    if (!Fits(capacity * sizeof(Member))) return;
    Member* members = static_cast<Member*>(Allocate(capacity * sizeof(Member)));
    std::copy_n(object->members, object->size, members);
    object->members = members;
    object->capacity = static_cast<uint32_t>(capacity);
    object->index = nullptr;
  }
  object->members[object->size++] = Member{key, value};
  if (object->index != nullptr) {
    const uint32_t mask = object->index_size - 1;
    size_t slot = std::hash<std::string_view>()(key) & mask;
    while (object->index[slot] != 0) slot = (slot + 1) & mask;
    object->index[slot] = object->size;
  } else if (object->size >= kIndexFrom) {
    Index(object);
  }
}

void Heap::Erase(Object* object, std::string_view key) {
  Member* const end = object->members + object->size;
  Member* const found =
      std::find_if(object->members, end, [&](const Member& member) { return member.key == key; });
  if (found == end) return;
  std::copy(found + 1, end, found);
  --object->size;
  object->index = nullptr;
  if (object->size >= kIndexFrom) Index(object);
}

Frame* Heap::NewFrame(Frame* outer, size_t slots) {
  Frame* frame = slots < kFreeLists ? free_frames_[slots] : nullptr;
  if (frame != nullptr) {
    free_frames_[slots] = frame->outer;
  } else {
    const size_t bytes = sizeof(Frame) + slots * sizeof(Value);
    Fits(bytes);
    frame = static_cast<Frame*>(Allocate(bytes));
    frame->size = static_cast<uint32_t>(slots);
  }
  frame->outer = outer;
  frame->captured = false;
  std::fill_n(frame->slots, slots, Value::Unbound());
  return frame;
}

void Heap::Release(Frame* frame) {
  if (frame->size >= kFreeLists) return;
  frame->outer = free_frames_[frame->size];
  free_frames_[frame->size] = frame;
}

}  // namespace asl::jsonata
