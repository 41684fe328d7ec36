// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Codes and texts: public reports that quote AWS's answers (summer 2026); AWS shows a parser's
// message without its code. Those about half a mark and about names of variables are ours.
#include "asl/jsonata_rules.h"

#include <fmt/format.h>

#include "asl/jsonata/references.h"
#include "asl/jsonata_text.h"
#include "asl/limits.h"

namespace asl {
namespace {

// Where byte `offset` of a text stands in its JSON source, which has quotes and escapes.
uint32_t OffsetInSource(const Json& text, size_t offset) {
  const std::string_view source = text.source();
  size_t at = 1;
  for (size_t decoded = 0; decoded < offset && at + 1 < source.size();) {
    if (source[at] != '\\') {
      ++at;
      ++decoded;
    } else if (source[at + 1] != 'u') {
      at += 2;
      ++decoded;
    } else {
      // A pair of surrogates is four bytes of UTF-8: two for each.
      const std::string_view code = source.substr(at + 2, 4);
      const bool ascii = code.starts_with("00") && code[2] < '8';
      const bool surrogate = (code[0] == 'd' || code[0] == 'D') && code[1] >= '8';
      const bool two = code[0] == '0' && code[1] < '8';
      at += 6;
      decoded += ascii ? 1 : (surrogate || two ? 2 : 3);
    }
  }
  return text.span().begin + static_cast<uint32_t>(at);
}

// Bytes of a text that are so many UTF-16 units.
size_t BytesOf(std::string_view text, int units) {
  size_t bytes = 0;
  for (; bytes < text.size() && units > 0; ++bytes) {
    const auto c = static_cast<unsigned char>(text[bytes]);
    if ((c & 0xC0) != 0x80) units -= c >= 0xF0 ? 2 : 1;
  }
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

// One expression of a field.
class ExpressionCheck {
 public:
  ExpressionCheck(const Spot& spot, std::string_view text, Problems* problems)
      : spot_(spot), text_(text), problems_(problems) {}

  void Check() {
    const auto compiled = jsonata::Compile(std::string(text_));
    if (const auto* error = std::get_if<jsonata::Error>(&compiled)) return Invalid(*error);
    const jsonata::References references = jsonata::ReferencesOf(*std::get<0>(compiled));
    for (const jsonata::Reference& reference : references.top_level) {
      Unsupported(reference,
                  reference.name == "$$"
                      ? "Reference to '$$' is not supported."
                      : fmt::format("Reference to '{}' at the top level is not supported.",
                                    reference.name));
    }
    for (const jsonata::Reference& reference : references.states) {
      if (HasMember(reference.name)) continue;
      Unsupported(reference, fmt::format("Field '$states.{}' does not exist.", reference.name));
    }
  }

 private:
  bool HasMember(std::string_view name) const {
    if (name == "input" || name == "context") return true;
    return name == "result" ? spot_.states == StatesHas::kResult
                            : name == "errorOutput" && spot_.states == StatesHas::kErrorOutput;
  }

  void Invalid(const jsonata::Error& error) {
    const size_t end = error.position < 0 ? 0 : BytesOf(text_, error.position);
    problems_->Add(kInvalidJsonata, error.message, spot_.location, At(end, error.token));
  }

  void Unsupported(const jsonata::Reference& reference, std::string message) {
    problems_->Add(kUnsupportedJsonata, std::move(message), spot_.location,
                   At(reference.position, reference.name));
  }

  // The place of the token that ends there.
  JsonSpan At(size_t end, std::string_view token) const {
    size_t begin = end > 0 ? end - 1 : 0;
    if (text_.substr(0, end).ends_with(token) && !token.empty()) begin = end - token.size();
    while (begin > 0 && (static_cast<unsigned char>(text_[begin]) & 0xC0) == 0x80) --begin;
    const auto before = static_cast<size_t>(text_.data() - spot_.value.as_string().data());
    const uint32_t at = OffsetInSource(spot_.value, before + begin);
    return {at, at};
  }

  const Spot& spot_;
  const std::string_view text_;
  Problems* const problems_;
};

}  // namespace

// Recursion is bounded by the parser's depth limit.
void CheckExpressions(const Spot& spot, Problems* problems) {
  size_t i = 0;
  for (const Json item : spot.value.items()) {
    CheckExpressions({spot.field, item, fmt::format("{}[{}]", spot.location, i++), spot.states},
                     problems);
  }
  for (const JsonMember member : spot.value.members()) {
    CheckExpressions(
        {member.key, member.value, fmt::format("{}/{}", spot.location, member.key), spot.states},
        problems);
  }
  if (const std::optional<std::string_view> text = JsonataIn(spot.value)) {
    ExpressionCheck(spot, *text, problems).Check();
  } else if (IsHalfMarked(spot.value)) {
    problems->Add(kInvalidJsonata, "An expression begins with '{%' and ends with '%}'",
                  spot.location, spot.value.span());
  }
}

void CheckVariableNames(Language language, const Spot& spot, Problems* problems) {
  for (const JsonMember member : spot.value.members()) {
    std::string_view name = member.key;
    const bool computed = name.ends_with(".$");
    std::string wrong;
    if (computed && language != Language::kJsonata) name.remove_suffix(2);
    if (name.empty()) {
      wrong = " cannot be empty";
    } else if (name == "states") {
      wrong = " is reserved";
    } else if (CharactersOf(name) > kVariableNameMax) {
      wrong =
          fmt::format(" exceeds the {}-character limit allowed by the service", kVariableNameMax);
    } else if (computed && language == Language::kJsonata) {
      wrong = " cannot end in .$ when the QueryLanguage is set to 'JSONata'";
    }
    if (wrong.empty()) continue;
    problems->Add(kSchema, fmt::format("Invalid variable name: {}{}", name, wrong), spot.location,
                  member.key_span);
  }
}

}  // namespace asl
