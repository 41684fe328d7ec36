// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How text looks: colours only on terminals (or when asked), symbols that the locale can show,
// times as people or as programs read them, columns. Pure but for StyleOf, which looks at the
// stream and the environment.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aslctl {

enum class Tone { kPlain, kGood, kBad, kBusy, kDim, kStrong };
enum class ColorChoice { kAuto, kAlways, kNever };  // --color

struct Style {
  bool color = false;
  bool unicode = true;
  // Relative times ("3 min ago") count from here; absent: ISO 8601 times.
  std::optional<int64_t> now_ms;
  size_t width = 0;  // columns of the terminal; 0: do not cut lines

  std::string Paint(Tone tone, std::string_view text) const;
  std::string_view Good() const { return unicode ? "✓" : "+"; }
  std::string_view Bad() const { return unicode ? "✗" : "x"; }
  std::string_view Busy() const { return unicode ? "…" : "."; }
};

// Of stdout or stderr. `--color always|never` beats NO_COLOR, which beats the terminal.
Style StyleOf(std::FILE* stream);
void SetColorChoice(ColorChoice choice);

// "850 us" never: the engine counts in ms. "12 ms", "3.2 s", "4 min 5 s", "2 h 3 min", "3 d 4 h".
std::string Duration(int64_t ms);

// "2026-11-23T17:00:00.123Z".
std::string IsoTime(int64_t ms);

// "12 s ago" with style.now_ms, IsoTime without.
std::string Moment(int64_t ms, const Style& style);

// On one line and at most `columns` wide (UTF-8 characters counted as one); what is cut off ends in
// "…" or "...".
std::string OneLine(std::string_view text, size_t columns, const Style& style);

// Columns as wide as their widest cell, two blanks between, no blanks at line ends. Painted cells
// keep their place.
struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};
std::string Columns(const std::vector<std::vector<Cell>>& rows, const Style& style);

// Terminal columns of UTF-8 text, a character counted as one.
size_t Width(std::string_view text);

}  // namespace aslctl
