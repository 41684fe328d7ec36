// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/signature.h"

#include "asl/jsonata/limits.h"

namespace asl::jsonata {
namespace {

constexpr TypeSet kAny = 0xFF;

// The place of the bracket that closes the one at `open`; the text's size when none does.
size_t ClosingBracket(std::string_view text, size_t open, char opening, char closing) {
  int depth = 1;
  size_t at = open + 1;
  for (; at < text.size(); ++at) {
    if (text[at] == opening) ++depth;
    if (text[at] == closing && --depth == 0) break;
  }
  return at;
}

TypeSet TypesOf(char letter) {
  switch (letter) {
    case 's':
    case 'n':
    case 'b':
    case 'l':
    case 'o':
      return TypeOfLetter(letter) | kMissing;
    case 'a':
    case 'x':
      return kAny;
    case 'j':
      return static_cast<TypeSet>(kAny & ~kFunctionType);
    case 'f':
      return kFunctionType;
    default:
      return 0;
  }
}

std::shared_ptr<const Signature> Refuse(std::string_view code, size_t at, std::string_view value,
                                        Error* error) {
  error->code = code;
  error->position = static_cast<int>(at);
  error->value = value;
  return nullptr;
}

}  // namespace

TypeSet TypeOfLetter(char letter) {
  switch (letter) {
    case 's':
      return kStringType;
    case 'n':
      return kNumberType;
    case 'b':
      return kBoolType;
    case 'l':
      return kNullType;
    case 'o':
      return kObjectType;
    case 'a':
      return kArrayType;
    case 'f':
      return kFunctionType;
    case 'm':
      return kMissing;
    default:
      return 0;
  }
}

std::shared_ptr<const Signature> Signature::Parse(std::string_view text, Error* error) {
  auto made = std::make_shared<Signature>();
  std::vector<Parameter>& parameters = made->parameters_;
  char last = 0;
  for (size_t at = 1; at < text.size() && text[at] != ':'; ++at) {
    const char letter = text[at];
    if (TypesOf(letter) != 0 && parameters.size() < kParametersMax) {
      parameters.push_back({.types = TypesOf(letter), .array = letter == 'a'});
      last = letter;
    } else if (letter == '(') {
      const size_t end = ClosingBracket(text, at, '(', ')');
      const std::string_view choice = text.substr(at + 1, end - at - 1);
      if (choice.find('<') != std::string_view::npos) return Refuse("S0402", at, choice, error);
      TypeSet types = kMissing;
      for (char c : choice) types |= TypeOfLetter(c);
      parameters.push_back({.types = types});
      last = letter;
      at = end;
    } else if (letter == '<') {
      if (last != 'a' && last != 'f') {
        return Refuse("S0401", at, std::string_view(&last, 1), error);
      }
      const size_t end = ClosingBracket(text, at, '<', '>');
      parameters.back().subtype = text.substr(at + 1, end - at - 1);
      at = end;
    } else if (!parameters.empty()) {
      parameters.back().context |= letter == '-';
      parameters.back().optional |= letter == '-' || letter == '?';
      parameters.back().many |= letter == '+';
    }
  }
  return made;
}

// fits[p] (after the loop over parameter p): from which argument on the parameters p.. can take
// all that is left. Worked out from the last parameter to the first, so that each can then take
// the most that leaves the others a fit.
bool Signature::Distribute(const std::vector<TypeSet>& arguments, std::vector<int>* taken) const {
  const size_t n = arguments.size();
  std::vector<std::vector<bool>> fits(parameters_.size() + 1, std::vector<bool>(n + 1, false));
  fits.back()[n] = true;
  for (size_t p = parameters_.size(); p-- > 0;) {
    const Parameter& parameter = parameters_[p];
    for (size_t a = 0; a <= n; ++a) {
      bool fit = parameter.optional && fits[p + 1][a];
      for (size_t end = a; !fit && end < n && (arguments[end] & parameter.types) != 0;) {
        fit = fits[p + 1][++end];
        if (!parameter.many) break;
      }
      fits[p][a] = fit;
    }
  }
  if (!fits[0][0]) return false;
  taken->clear();
  size_t at = 0;
  for (size_t p = 0; p < parameters_.size(); ++p) {
    int best = 0;
    const size_t most = parameters_[p].many ? n : at + 1;
    for (size_t end = at; end < n && end < most && (arguments[end] & parameters_[p].types) != 0;) {
      if (fits[p + 1][++end]) best = static_cast<int>(end - at);
    }
    taken->push_back(best);
    at += static_cast<size_t>(best);
  }
  return true;
}

int Signature::FirstMismatch(const std::vector<TypeSet>& arguments) const {
  size_t at = 0;
  for (const Parameter& parameter : parameters_) {
    size_t end = at;
    while (end < arguments.size() && (end == at || parameter.many) &&
           (arguments[end] & parameter.types) != 0) {
      ++end;
    }
    if (end == at && !parameter.optional) break;
    at = end;
  }
  return static_cast<int>(at);
}

}  // namespace asl::jsonata
