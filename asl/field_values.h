// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the value of one field may be, and AWS's words for one that is not. The fields themselves
// are the table of rules.cc. Private to validation; one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "asl/json.h"
#include "asl/problems.h"

namespace asl {

// kDowngraded: JSONPath in a JSONata machine. AWS refuses it and then says nothing of fields that belong
// to the other language.
enum class Language : uint8_t { kJsonPath, kJsonata, kDowngraded };

// What $states has beside input and context.
enum class StatesHas : uint8_t { kNothingMore, kResult, kErrorOutput };

enum class Shape : uint8_t {
  kAnything,
  kText,
  kStaticText,  // text that is no path, though it may look like one
  kTexts,       // a list of texts
  kTrueOrFalse,
  kInteger,     // min … max
  kNumber,      // min … max
  kOneOf,       // `allowed`
  kErrorNames,  // a list of texts that is not empty
  kTimestamp,
  kObject,  // of the rules `nested`
  kList,    // of objects of the rules `nested`
  kFilledList,
  kStates,  // an object that is not empty
  kResult,  // anything; warns of what looks like a path
  kPath,    // or null
  kReferencePath,
  kItemsPath,   // a reference path, of the Context Object too
  kResultPath,  // a reference path into the input, or null
  kPathOrCall,  // a path, or an intrinsic function that answers a string
  kTemplate,    // a payload template
  kTemplateObject,
  kCredentials,
  kVariables,  // Assign: an object
  kCondition,  // true, false
  kItems,      // an array or an object
  kLabel,
};

struct Value {
  Shape shape;
  double min = 0;
  double max = std::numeric_limits<double>::infinity();
  std::span<const std::string_view> allowed = {};
  uint32_t nested = 0;      // a Scope of rules.h
  bool expression = false;  // of a JSONata state: its texts, at any depth, may be "{% … %}"

  constexpr Value OrExpression() const {
    Value value = *this;
    value.expression = true;
    return value;
  }
};

// A value of a definition, and where it stands.
struct Spot {
  std::string_view field;  // the key
  Json value;
  std::string location;
  StatesHas states = StatesHas::kNothingMore;  // for the expressions in it
};

// Reports what is wrong with a value; objects and lists are looked at no deeper than that they are
// some.
void CheckValue(const Value& rule, Language language, const Spot& spot, Problems* problems);

// A payload template: paths and calls compile, no key is made twice. Warns of values that look like
// paths under keys without ".$".
void CheckTemplate(const Spot& spot, Problems* problems);

std::string ExpectedType(std::string_view type);  // "Expected value of type [STRING]"
size_t CharactersOf(std::string_view utf8);
// What no label may have: white space, brackets, wildcards, control characters, …
bool HasForbiddenCharacter(std::string_view utf8);

}  // namespace asl
