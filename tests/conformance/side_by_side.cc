// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Lines are aligned along a longest common subsequence, after the common head and tail are taken
// off.
#include "tests/conformance/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace conformance {
namespace {

constexpr size_t kColumn = 76;

using Lines = std::vector<std::string>;

// Cut to the width of a column.
Lines LinesOf(std::string_view text) {
  Lines lines;
  while (true) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    while (line.size() > kColumn) {
      lines.emplace_back(line.substr(0, kColumn));
      line.remove_prefix(kColumn);
    }
    lines.emplace_back(line);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

class Columns {
 public:
  void Both(const std::string& line) { Row(line, ' ', line); }
  // Lines with no equal on the other side.
  void Differ(const Lines& left, size_t i, size_t i_end, const Lines& right, size_t j,
              size_t j_end) {
    while (i < i_end || j < j_end) {
      const bool has_left = i < i_end, has_right = j < j_end;
      Row(has_left ? left[i++] : "",
          has_left && has_right ? '|'
          : has_left            ? '<'
                                : '>',
          has_right ? right[j++] : "");
    }
  }
  std::string Take() { return std::move(text_); }

 private:
  void Row(const std::string& left, char mark, const std::string& right) {
    text_ += fmt::format("{:<{}} {} {}\n", left, kColumn, mark, right);
  }

  std::string text_;
};

// length[i][j]: of the longest common subsequence of left[i…] and right[j…].
class CommonLength {
 public:
  CommonLength(const Lines& left, const Lines& right, size_t begin, size_t left_end,
               size_t right_end)
      : begin_(begin), width_(right_end - begin + 1), lengths_((left_end - begin + 1) * width_, 0) {
    for (size_t i = left_end; i-- > begin;) {
      for (size_t j = right_end; j-- > begin;) {
        lengths_[Place(i, j)] =
            left[i] == right[j] ? At(i + 1, j + 1) + 1 : std::max(At(i + 1, j), At(i, j + 1));
      }
    }
  }
  uint16_t At(size_t i, size_t j) const { return lengths_[Place(i, j)]; }

 private:
  size_t Place(size_t i, size_t j) const { return (i - begin_) * width_ + (j - begin_); }

  const size_t begin_;
  const size_t width_;
  std::vector<uint16_t> lengths_;
};

}  // namespace

std::string SideBySide(std::string_view expected, std::string_view found) {
  const Lines left = LinesOf(expected);
  const Lines right = LinesOf(found);
  size_t begin = 0, left_end = left.size(), right_end = right.size();
  while (begin < left_end && begin < right_end && left[begin] == right[begin]) ++begin;
  while (left_end > begin && right_end > begin && left[left_end - 1] == right[right_end - 1]) {
    --left_end;
    --right_end;
  }
  Columns columns;
  for (size_t i = 0; i < begin; ++i) columns.Both(left[i]);
  if (std::max(left_end, right_end) - begin > kAlignedLinesMax) {
    columns.Differ(left, begin, left_end, right, begin, right_end);
  } else {
    const CommonLength common(left, right, begin, left_end, right_end);
    size_t i = begin, j = begin, i_done = begin, j_done = begin;
    while (i < left_end && j < right_end) {
      if (left[i] == right[j]) {
        columns.Differ(left, i_done, i, right, j_done, j);
        columns.Both(left[i]);
        i_done = ++i;
        j_done = ++j;
      } else if (common.At(i + 1, j) >= common.At(i, j + 1)) {
        ++i;
      } else {
        ++j;
      }
    }
    columns.Differ(left, i_done, left_end, right, j_done, right_end);
  }
  for (size_t i = left_end; i < left.size(); ++i) columns.Both(left[i]);
  return columns.Take();
}

}  // namespace conformance
