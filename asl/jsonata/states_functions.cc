// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What Step Functions adds (guide "Transforming data with JSONata in Step Functions"): $partition,
// $range, $hash, $random with a seed, $uuid, $parse. Arguments that must be integers are truncated.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

double DrawOnce(Evaluator& e) {
  const Draw& draw = e.environment().draw;
  return draw ? draw() : 0;
}

// java.util.Random seeded, its first nextDouble(): the language that AWS's evaluator is written in.
double FirstOfSeed(int64_t seed) {
  constexpr uint64_t kMultiplier = 0x5DEECE66D;
  constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;
  uint64_t state = (static_cast<uint64_t>(seed) ^ kMultiplier) & kMask;
  const auto next = [&](int bits) {
    state = (state * kMultiplier + 0xB) & kMask;
    return state >> (48 - bits);
  };
  const uint64_t high = next(26);
  return static_cast<double>((high << 27) + next(27)) / static_cast<double>(uint64_t{1} << 53);
}

}  // namespace

Value Partition(Evaluator& e, const Call& c) {
  if (c[0].undefined() || !c.has(1)) return {};
  const double size = std::trunc(c[1].number);
  if (!(size >= 1)) return e.Fail("D3150", c[1], 2);
  Array* parts = e.heap().NewArray();
  Array* part = nullptr;
  Items items(c[0]);
  for (Value item; items.Next(&item);) {
    if (part == nullptr || part->size >= size) {
      part = e.heap().NewArray();
      e.heap().Push(parts, Value::OfArray(part));
    }
    e.heap().Push(part, item);
    if (!e.Charge()) return Value::Failed();
  }
  return Value::OfArray(parts);
}

// A sequence: a range of one number is that number, as recorded.
Value NumberRange(Evaluator& e, const Call& c) {
  if (!c.has(0) || !c.has(1) || !c.has(2)) return {};
  const double first = std::trunc(c[0].number);
  const double last = std::trunc(c[1].number);
  const double step = std::trunc(c[2].number);
  if (step == 0 || std::isnan(step)) return e.Fail("D3150", c[2], 3);
  const double count = std::floor((last - first) / step) + 1;
  if (count > kRangeItemsMax) return e.Fail("D2014", Value::Number(count));
  Array* range = e.heap().NewSequence();
  for (double i = 0; i < count; ++i) {
    e.heap().Push(range, Value::Number(first + i * step));
    if (!e.Charge()) return Value::Failed();
  }
  return Value::OfArray(range);
}

Value Hash(Evaluator& e, const Call& c) {
  using Algorithm = const EVP_MD* (*)();
  constexpr std::array<std::pair<std::string_view, Algorithm>, 5> kAlgorithms = {
      {{"MD5", EVP_md5},
       {"SHA-1", EVP_sha1},
       {"SHA-256", EVP_sha256},
       {"SHA-384", EVP_sha384},
       {"SHA-512", EVP_sha512}}};
  if (c[0].undefined()) return {};
  const std::string_view name = c.has(1) ? c[1].text() : "SHA-256";
  Algorithm algorithm = nullptr;
  for (const auto& [known, function] : kAlgorithms) {
    if (known == name) algorithm = function;
  }
  if (algorithm == nullptr) return e.Fail("D3151", c[1], 2);
  if (!e.Charge(c[0].extent / 8)) return Value::Failed();
  const std::string text = ToValidUtf8(c[0].text());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm(), nullptr) != 1) {
    return e.Fail("D3151", c[1], 2);
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return e.Text(hex);
}

Value Random(Evaluator& e, const Call& c) {
  if (!c.has(0)) return Value::Number(DrawOnce(e));
  const double seed = std::trunc(c[0].number);
  if (!(std::abs(seed) < 9.2e18)) return e.Fail("D3150", c[0], 1);
  return Value::Number(FirstOfSeed(static_cast<int64_t>(seed)));
}

// Version 4 of RFC 9562.
Value Uuid(Evaluator& e, const Call&) {
  std::array<unsigned, 16> bytes;
  for (unsigned& byte : bytes) byte = static_cast<unsigned>(DrawOnce(e) * 256) & 0xFF;
  bytes[6] = (bytes[6] & 0x0F) | 0x40;
  bytes[8] = (bytes[8] & 0x3F) | 0x80;
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return e.Text(text);
}

Value ParseText(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  if (!e.Charge(c[0].extent / 8) || !e.heap().Fits(size_t{c[0].extent} * 4)) {
    return e.Exceeded("Expression evaluation memory limit exceeded");
  }
  JsonParse parsed = ParseJson(ToValidUtf8(c[0].text()));
  if (!parsed.ok()) {
    Error error{.code = "D3120", .value = parsed.error.message};
    return e.FailWith(std::move(error));
  }
  if (parsed.value->source() == "-0") return Value::Number(0);  // recorded
  return e.Adopt(*parsed.value);
}

}  // namespace asl::jsonata
