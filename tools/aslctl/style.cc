// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/style.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/time/time.h"
#include "tools/aslctl/clock.h"

namespace aslctl {
namespace {

ColorChoice color_choice = ColorChoice::kAuto;

constexpr std::string_view kReset = "\x1b[0m";

std::string_view Code(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kBusy:
      return "\x1b[33m";
    case Tone::kDim:
      return "\x1b[2m";
    case Tone::kStrong:
      return "\x1b[1m";
  }
  return "";
}

bool Set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool LocaleIsUtf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!Set(variable)) continue;
    const std::string_view value = std::getenv(variable);
    return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

bool WantsColor(bool terminal) {
  if (color_choice != ColorChoice::kAuto) return color_choice == ColorChoice::kAlways;
  if (Set("NO_COLOR")) return false;
  return terminal && std::string_view(Set("TERM") ? std::getenv("TERM") : "dumb") != "dumb";
}

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string Style::Paint(Tone tone, std::string_view text) const {
  if (!color || tone == Tone::kPlain || text.empty()) return std::string(text);
  return fmt::format("{}{}{}", Code(tone), text, kReset);
}

void SetColorChoice(ColorChoice choice) { color_choice = choice; }

Style StyleOf(std::FILE* stream) {
  const int file = fileno(stream);
  const bool terminal = isatty(file) == 1;
  Style style{.color = WantsColor(terminal), .unicode = LocaleIsUtf8()};
  if (!terminal) return style;
  style.now_ms = WallMs();
  winsize size = {};
  if (ioctl(file, TIOCGWINSZ, &size) == 0) style.width = size.ws_col;
  return style;
}

std::string Duration(int64_t ms) {
  ms = std::max<int64_t>(ms, 0);
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 60'000) return fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
  const int64_t s = ms / 1000;
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  if (s < 86'400) return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
  return fmt::format("{} d {} h", s / 86'400, s % 86'400 / 3600);
}

std::string IsoTime(int64_t ms) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::FromUnixMillis(ms), absl::UTCTimeZone());
}

std::string Moment(int64_t ms, const Style& style) {
  if (!style.now_ms) return IsoTime(ms);
  return Duration(*style.now_ms - ms) + " ago";
}

size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !Continues(c); }));
}

std::string OneLine(std::string_view text, size_t columns, const Style& style) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (Width(line) <= columns) return line;
  const std::string_view ellipsis = style.unicode ? "…" : "...";
  size_t keep = columns > Width(ellipsis) ? columns - Width(ellipsis) : 0;
  size_t end = 0;
  while (end < line.size() && (keep > 0 || Continues(line[end]))) {
    if (!Continues(line[end])) --keep;
    ++end;
    while (end < line.size() && Continues(line[end])) ++end;
  }
  return line.substr(0, end).append(ellipsis);
}

std::string Columns(const std::vector<std::vector<Cell>>& rows, const Style& style) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i].text));
  }
  std::string out;
  for (const auto& row : rows) {
    size_t blanks = 0;
    for (size_t i = 0; i < row.size(); ++i) {
      if (!row[i].text.empty()) {
        out.append(blanks, ' ').append(style.Paint(row[i].tone, row[i].text));
        blanks = 0;
      }
      if (widths[i] > 0) blanks += widths[i] - Width(row[i].text) + 2;
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace aslctl
