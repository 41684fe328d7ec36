// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Values as texts: what $string gives (JSON.stringify, with numbers of 15 digits), the copy that a
// transform works on, and what errors show.
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/number_text.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

constexpr size_t kExcerptBytes = 200;

void AppendQuoted(std::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
      case '\\':
        (*out += '\\') += c;
        break;
      case '\b':
        *out += "\\b";
        break;
      case '\f':
        *out += "\\f";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) {
          *out += c;
        } else {
          ((*out += "\\u00") += kHex[c >> 4]) += kHex[c & 15];
        }
    }
  }
  *out += '"';
}

class Printer {
 public:
  Printer(Evaluator* evaluator, bool pretty) : evaluator_(*evaluator), pretty_(pretty) {}

  void Print(const Value& value, int depth) {
    if (!Goes(depth)) return;
    switch (value.tag) {
      case Tag::kBool:
        text_ += value.truth ? "true" : "false";
        return;
      case Tag::kNumber:
        return PrintNumber(value);
      case Tag::kString:
        return AppendQuoted(value.text(), &text_);
      case Tag::kFunction:
        text_ += "\"\"";
        return;
      case Tag::kArray:
      case Tag::kDocumentArray:
        return PrintArray(value, depth);
      case Tag::kObject:
      case Tag::kDocumentObject:
        return PrintObject(value, depth);
      default:
        text_ += "null";
    }
  }

  const std::string& text() const { return text_; }

 private:
  bool Goes(int depth) {
    if (depth > kValueDepthMax) evaluator_.Exceeded("Stack overflow error");
    if (text_.size() > kResultBytesMax) {
      evaluator_.Exceeded("Expression evaluation memory limit exceeded");
    }
    return evaluator_.Charge();
  }

  void PrintNumber(const Value& value) {
    if (std::isinf(value.number)) {
      evaluator_.Fail("D1001", value);
    } else if (std::isnan(value.number)) {
      text_ += "null";
    } else {
      AppendNumber(RoundTo15Digits(value.number), &text_);
    }
  }

  void Line(int depth) {
    if (!pretty_) return;
    text_ += '\n';
    text_.append(static_cast<size_t>(depth) * 2, ' ');
  }

  void PrintArray(const Value& value, int depth) {
    text_ += '[';
    Items items(value);
    bool any = false;
    for (Value item; items.Next(&item) && !evaluator_.failed(); any = true) {
      if (any) text_ += ',';
      Line(depth + 1);
      Print(item, depth + 1);
    }
    if (any) Line(depth);
    text_ += ']';
  }

  void PrintObject(const Value& value, int depth) {
    text_ += '{';
    Members members(value);
    std::string_view key;
    bool any = false;
    for (Value member; members.Next(&key, &member) && !evaluator_.failed();) {
      if (member.undefined()) continue;
      if (any) text_ += ',';
      any = true;
      Line(depth + 1);
      AppendQuoted(key, &text_);
      text_ += pretty_ ? ": " : ":";
      Print(member, depth + 1);
    }
    if (any) Line(depth);
    text_ += '}';
  }

  Evaluator& evaluator_;
  bool pretty_;
  std::string text_;
};

Value Copy(Evaluator& e, const Value& value, int depth) {
  if (depth > kValueDepthMax) return e.Exceeded("Stack overflow error");
  if (!e.Charge()) return Value::Failed();
  if (value.is_number()) return Value::Number(RoundTo15Digits(value.number));
  if (value.is_function()) return Value::String("");
  if (value.is_array()) {
    Array* copy = e.heap().NewArray(SizeOf(value));
    Items items(value);
    for (Value item; items.Next(&item);) {
      const Value part = Copy(e, item, depth + 1);
      if (part.failed()) return part;
      e.heap().Push(copy, part.undefined() ? Value::Null() : part);
    }
    return Value::OfArray(copy);
  }
  if (!value.is_object()) return value;
  Object* copy = e.heap().NewObject();
  Members members(value);
  std::string_view key;
  for (Value member; members.Next(&key, &member);) {
    const Value part = Copy(e, member, depth + 1);
    if (part.failed()) return part;
    if (!part.undefined()) e.heap().Set(copy, key, part);
  }
  return Value::OfObject(copy);
}

}  // namespace

Value ToText(Evaluator& e, const Value& value, bool pretty) {
  if (value.undefined() || value.is_string()) return value;
  if (value.is_function()) return Value::String("");
  if (value.is_number() && !std::isfinite(value.number)) return e.Fail("D3001", value);
  if (value.is_number()) {
    std::string text;
    AppendNumber(RoundTo15Digits(value.number), &text);
    return e.Text(text);
  }
  Printer printer(&e, pretty);
  const bool wrapped = value.tag == Tag::kArray && value.array->outer;
  printer.Print(wrapped ? value.array->At(0) : value, 0);
  return e.failed() ? Value::Failed() : e.Built(printer.text());
}

Value Clone(Evaluator& e, const Call& c) { return Copy(e, c[0], 0); }

// Without the evaluator's help: it may be failing already, and a value may be of any size.
std::string Evaluator::Excerpt(const Value& value) {
  std::string text;
  if (value.is_string()) {
    std::string_view shown = value.text();
    const bool cut = shown.size() > kExcerptBytes;
    if (cut) shown = shown.substr(0, ByteOfCodePoint(shown, kExcerptBytes / 4));
    AppendQuoted(ToValidUtf8(shown), &text);
    return text;
  }
  if (value.is_number()) {
    AppendNumber(value.number, &text);
    return text;
  }
  if (value.is_array()) return SizeOf(value) == 0 ? "[]" : "[…]";
  if (value.is_object()) return SizeOf(value) == 0 ? "{}" : "{…}";
  if (value.is_bool()) return value.truth ? "true" : "false";
  return value.is_function() ? "a function" : "null";
}

}  // namespace asl::jsonata
