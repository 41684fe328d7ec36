// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Functions on texts that need no pattern. Lengths and places count code points.
#include <unicode/ucasemap.h>

#include <algorithm>
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

// A place as Array.slice takes it: towards zero, from the end when negative, within the text.
size_t PlaceWithin(double place, size_t size) {
  if (std::isnan(place)) return 0;
  place = std::trunc(place);
  if (place < 0) place += static_cast<double>(size);
  return static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(size)));
}

Value Slice(std::string_view text, size_t begin, size_t end) {
  if (begin >= end) return Value::String("");
  const size_t from = ByteOfCodePoint(text, begin);
  const size_t length = ByteOfCodePoint(text.substr(from), end - begin);
  return Value::String(text.substr(from, length));
}

struct CaseMapFree {
  void operator()(UCaseMap* map) const { ucasemap_close(map); }
};

using CaseMapping = int32_t (*)(const UCaseMap*, char*, int32_t, const char*, int32_t, UErrorCode*);

// Full mapping, without a locale: ß becomes SS.
Value MapCase(Evaluator& e, const Value& value, CaseMapping mapping, int (*ascii)(int)) {
  if (value.undefined()) return value;
  std::string text(value.text());
  if (!e.Charge(static_cast<int64_t>(text.size() / 16))) return Value::Failed();
  if (IsAscii(text)) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [&](unsigned char c) { return static_cast<char>(ascii(c)); });
    return e.Built(text);
  }
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCaseMap, CaseMapFree> map(ucasemap_open("", 0, &status));
  std::string mapped(text.size() * 3 + 8, '\0');
  const int32_t size = mapping(map.get(), mapped.data(), static_cast<int32_t>(mapped.size()),
                               text.data(), static_cast<int32_t>(text.size()), &status);
  if (U_FAILURE(status)) return value;
  mapped.resize(static_cast<size_t>(size));
  return e.Built(mapped);
}

}  // namespace

Value String(Evaluator& e, const Call& c) { return ToText(e, c[0], c.has(1) && c[1].truth); }

Value Substring(Evaluator&, const Call& c) {
  if (c[0].undefined()) return {};
  const std::string_view text = c[0].text();
  const size_t size = CountCodePoints(text);
  double start = c.has(1) ? c[1].number : std::nan("");
  if (static_cast<double>(size) + start < 0) start = 0;
  if (!c.has(2)) return Slice(text, PlaceWithin(start, size), size);
  const double length = c[2].number;
  if (length <= 0) return Value::String("");
  const double end = start >= 0 ? start + length : static_cast<double>(size) + start + length;
  return Slice(text, PlaceWithin(start, size), PlaceWithin(end, size));
}

Value SubstringBefore(Evaluator&, const Call& c) {
  if (c[0].undefined() || !c.has(1)) return c[0];
  const std::string_view text = c[0].text();
  return Value::String(text.substr(0, text.find(c[1].text())));
}

Value SubstringAfter(Evaluator&, const Call& c) {
  if (c[0].undefined() || !c.has(1)) return c[0];
  const std::string_view text = c[0].text();
  const size_t at = text.find(c[1].text());
  return at == std::string_view::npos ? c[0] : Value::String(text.substr(at + c[1].extent));
}

Value Lowercase(Evaluator& e, const Call& c) {
  return MapCase(e, c[0], ucasemap_utf8ToLower, std::tolower);
}

Value Uppercase(Evaluator& e, const Call& c) {
  return MapCase(e, c[0], ucasemap_utf8ToUpper, std::toupper);
}

Value Length(Evaluator&, const Call& c) {
  if (c[0].undefined()) return {};
  return Value::Number(static_cast<double>(CountCodePoints(c[0].text())));
}

// Runs of white space become one space, none at either end.
Value Trim(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  std::string out;
  for (char ch : c[0].text()) {
    const bool space = ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
    if (!space) {
      out += ch;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return e.Built(out);
}

Value Pad(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  const std::string_view text = c[0].text();
  const double width = c.has(1) ? c[1].number : 0;
  const double missing = std::floor(std::abs(width)) - static_cast<double>(CountCodePoints(text));
  if (!(missing > 0)) return c[0];
  const std::string_view fill = c.has(2) && c[2].extent > 0 ? c[2].text() : " ";
  if (missing > kResultBytesMax || missing * 4 > kResultBytesMax) {
    return e.Exceeded("Expression evaluation memory limit exceeded");
  }
  std::string padding;
  std::string_view rest;
  for (auto left = static_cast<int64_t>(missing); left > 0; --left) {
    if (rest.empty()) rest = fill;
    AppendCodePoint(TakeCodePoint(&rest), &padding);
  }
  if (!e.Charge(static_cast<int64_t>(padding.size() / 16))) return Value::Failed();
  return e.Built(width > 0 ? std::string(text) + padding : padding + std::string(text));
}

Value Join(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  const std::string_view separator = c.has(1) ? c[1].text() : "";
  std::string out;
  Items items(c[0]);
  bool any = false;
  for (Value item; items.Next(&item); any = true) {
    if (any) out += separator;
    if (item.is_string()) out += item.text();
    if (out.size() > kResultBytesMax || !e.Charge()) break;
  }
  return e.failed() ? Value::Failed() : e.Built(out);
}

}  // namespace asl::jsonata
