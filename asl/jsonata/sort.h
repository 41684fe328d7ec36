// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A stable merge sort that calls back for each comparison: the callback may be an expression of a
// user, so it may fail, and it may contradict itself (then the order is any, but nothing breaks).
// Pure, any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace asl::jsonata {

enum class Verdict : uint8_t { kKeep, kSwap, kFailed };

// `swap(a, b)` is asked of an a before a b: kSwap puts b first. False: it failed.
template <class T, class Swap>
bool MergeSort(std::span<T> items, Swap& swap) {
  if (items.size() <= 1) return true;
  const std::span<T> left = items.first(items.size() / 2);
  const std::span<T> right = items.subspan(left.size());
  if (!MergeSort(left, swap) || !MergeSort(right, swap)) return false;
  std::vector<T> merged;
  merged.reserve(items.size());
  size_t i = 0;
  size_t j = 0;
  while (i < left.size() && j < right.size()) {
    const Verdict verdict = swap(left[i], right[j]);
    if (verdict == Verdict::kFailed) return false;
    merged.push_back(verdict == Verdict::kSwap ? right[j++] : left[i++]);
  }
  merged.insert(merged.end(), left.begin() + static_cast<std::ptrdiff_t>(i), left.end());
  merged.insert(merged.end(), right.begin() + static_cast<std::ptrdiff_t>(j), right.end());
  std::copy(merged.begin(), merged.end(), items.begin());
  return true;
}

}  // namespace asl::jsonata
