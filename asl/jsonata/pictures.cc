// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The functions that write and read by pictures.
#include <array>
#include <charconv>
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/datetime_picture.h"
#include "asl/jsonata/integer_picture.h"
#include "asl/jsonata/number_picture.h"
#include "asl/jsonata/number_text.h"

namespace asl::jsonata {
namespace {

constexpr size_t kPictureBytesMax = 10'000;

bool ReadPicture(Evaluator& e, const Value& picture, std::optional<IntegerPicture>* read) {
  std::string_view code;
  if (!e.Charge(picture.extent)) return false;
  *read = IntegerPicture::Read(picture.text().substr(0, kPictureBytesMax), &code);
  if (!*read) return !e.Fail(code).failed();
  if ((*read)->form == IntegerPicture::Form::kSequence) return !e.Fail("D3130", picture).failed();
  return true;
}

// "+0530" is 330 minutes; what is no number is no offset.
int OffsetMinutes(std::string_view zone) {
  if (zone.starts_with('+')) zone.remove_prefix(1);
  int offset = 0;
  std::from_chars(zone.data(), zone.data() + zone.size(), offset);
  offset %= 10'000;
  return offset / 100 * 60 + offset % 100;
}

Value Format(Evaluator& e, double millis, const Value& picture, const Value& zone) {
  constexpr std::string_view kIso = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";
  Error error;
  const std::string_view text = picture.undefined() ? kIso : picture.text();
  if (!e.Charge(static_cast<int64_t>(text.size()))) return Value::Failed();
  if (!(std::abs(millis) <= kMillisMax)) return e.Fail("D3150", Value::Number(millis), 1);
  const auto read = DateTimePicture::Read(text.substr(0, kPictureBytesMax), &error);
  if (!read) return e.FailWith(std::move(error));
  const int offset = zone.undefined() ? 0 : OffsetMinutes(zone.text());
  const std::string formatted = FormatDateTime(millis, *read, offset, &error);
  return error.ok() ? e.Built(formatted) : e.FailWith(std::move(error));
}

// Name and value of each property that formatNumber's third argument may set.
bool ReadProperties(const Value& options, NumberProperties* properties) {
  Members members(options);
  std::string_view key;
  for (Value value; members.Next(&key, &value);) {
    if (value.is_string() && value.extent > 0) properties->Set(key, value.text());
  }
  return true;
}

}  // namespace

Value FormatNumber(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  NumberProperties properties;
  ReadProperties(c[2], &properties);
  if (!std::isfinite(c[0].number)) return e.Fail("D1001", c[0]);
  if (!c.has(1)) return {};
  if (!e.Charge(c[1].extent)) return Value::Failed();
  Error error;
  const std::string text =
      FormatByPicture(c[0].number, c[1].text().substr(0, kPictureBytesMax), properties, &error);
  return error.ok() ? e.Built(text) : e.FailWith(std::move(error));
}

Value FormatInteger(Evaluator& e, const Call& c) {
  if (c[0].undefined() || !c.has(1)) return {};
  std::optional<IntegerPicture> picture;
  if (!ReadPicture(e, c[1], &picture)) return Value::Failed();
  return e.Built(FormatInteger(std::floor(c[0].number), *picture));
}

Value ParseInteger(Evaluator& e, const Call& c) {
  if (c[0].undefined() || !c.has(1)) return {};
  std::optional<IntegerPicture> picture;
  if (!ReadPicture(e, c[1], &picture) || !e.Charge(c[0].extent)) return Value::Failed();
  const double number = ParseInteger(c[0].text(), *picture);
  return std::isnan(number) ? Value() : Value::Number(number);
}

Value FromMillis(Evaluator& e, const Call& c) {
  return c[0].undefined() ? Value() : Format(e, c[0].number, c[1], c[2]);
}

Value ToMillis(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  if (!c.has(1)) {
    const std::optional<double> millis = ParseIsoDateTime(c[0].text());
    return millis ? Value::Number(*millis) : e.Fail("D3110", c[0]);
  }
  Error error;
  if (!e.Charge(c[1].extent * int64_t{10} + c[0].extent)) return Value::Failed();
  const auto picture = DateTimePicture::Read(c[1].text().substr(0, kPictureBytesMax), &error);
  if (!picture) return e.FailWith(std::move(error));
  const std::optional<double> millis =
      ParseDateTime(c[0].text(), *picture, e.environment().now_ms, &error);
  if (!error.ok()) return e.FailWith(std::move(error));
  return millis && !std::isnan(*millis) ? Value::Number(*millis) : Value();
}

Value Now(Evaluator& e, const Call& c) {
  return Format(e, static_cast<double>(e.environment().now_ms), c[0], c[1]);
}

Value Millis(Evaluator& e, const Call&) {
  return Value::Number(static_cast<double>(e.environment().now_ms));
}

}  // namespace asl::jsonata
