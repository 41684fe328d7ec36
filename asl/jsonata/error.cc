// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The table of errors. Where AWS's text is recorded (T1006) or quoted in public reports (S0101, S0202,
// S0207, S0211, S0302; summer 2026) it is AWS's; all others are ours.
#include "asl/jsonata/error.h"

#include <algorithm>
#include <array>

namespace asl::jsonata {
namespace {

struct Entry {
  std::string_view code;
  std::string_view message;
};

constexpr Entry kTable[] = {
    {"D1001", "The number {v} is too large"},
    {"D1002", "The value {v} cannot be negated: it is not a number"},
    {"D1004", "A regular expression that is applied repeatedly matched an empty text"},
    {"D1009", "Two key expressions of one object give the same key {v}"},
    {"D2014", "A range may have ten million items at most, not {v}"},
    {"D3001", "A number that is not finite has no text"},
    {"D3010", "Argument 2 of ${t} must not be an empty text"},
    {"D3011", "Argument 4 of ${t} must not be negative"},
    {"D3012", "The replacement function must return a text, not {v}"},
    {"D3020", "Argument 3 of ${t} must not be negative"},
    {"D3030", "{v} cannot be read as a number"},
    {"D3040", "Argument 3 of ${t} must not be negative"},
    {"D3050", "The function given to ${t} must take two arguments or more"},
    {"D3060", "The number {v} has no square root"},
    {"D3061", "The power of {v} is too large a number"},
    {"D3070", "Without a comparing function ${t} sorts numbers or texts only"},
    {"D3080", "The picture has more than two sub-pictures"},
    {"D3081", "The picture has more than one decimal separator"},
    {"D3082", "The picture has more than one percent sign"},
    {"D3083", "The picture has more than one per-mille sign"},
    {"D3084", "The picture has a percent sign and a per-mille sign"},
    {"D3085", "The picture has no digit before its exponent"},
    {"D3086", "The picture has a passive character between active ones"},
    {"D3087", "The picture has a grouping separator beside its decimal separator"},
    {"D3088", "The picture has a grouping separator at the end of its integer part"},
    {"D3089", "The picture has two grouping separators side by side"},
    {"D3090", "The integer part of the picture has an optional digit behind a mandatory one"},
    {"D3091", "The fraction of the picture has a mandatory digit behind an optional one"},
    {"D3092", "The picture has an exponent and a percent or per-mille sign"},
    {"D3093", "The exponent of the picture must be digits and nothing else"},
    {"D3100", "The base must lie between 2 and 36, not {v}"},
    {"D3110", "{v} is not a timestamp of ISO 8601"},
    {"D3120", "The text to parse is not valid JSON: {v}"},
    {"D3130", "Numbers cannot be written with the numbering sequence {v}"},
    {"D3131", "The picture mixes digits of different scripts"},
    {"D3132", "The picture has the unknown component {v}"},
    {"D3133", "The component {v} of the picture has no names"},
    {"D3134", "The time zone in the picture has more than four digits: {v}"},
    {"D3135", "The picture has a '[' without its ']'"},
    {"D3136", "The picture leaves out components that the timestamp needs"},
    {"D3137", "$error() function evaluated"},
    {"D3138", "$single() found more than one matching value"},
    {"D3139", "$single() found no matching value"},
    {"D3140", "Malformed URL passed to ${t}(): {v}"},
    {"D3141", "$assert() statement failed"},
    {"D3150", "Argument {i} of ${t} is out of range: {v}"},
    {"D3151", "The algorithm {v} is not one of MD5, SHA-1, SHA-256, SHA-384, SHA-512"},
    {"S0101", "String literal must be terminated by a matching quote"},
    {"S0102", "The number {t} is out of range"},
    {"S0103", "The escape sequence \\{t} does not exist"},
    {"S0104", "\\u must be followed by four hexadecimal digits"},
    {"S0105", "A quoted name lacks its closing backtick"},
    {"S0106", "A comment lacks its end"},
    {"S0201", "Expected the end of the expression, found {t}"},
    {"S0202", "Expected \"{v}\", got \"{t}\""},
    {"S0203", "Expected \"{v}\", but the expression ends"},
    {"S0204", "The operator {t} does not exist"},
    {"S0207", "Unexpected end of expression"},
    {"S0208", "Parameter {v} of a function must be a variable name, not {t}"},
    {"S0209", "A predicate cannot follow a grouping expression in a step"},
    {"S0210", "A step can have one grouping expression only"},
    {"S0211", "The symbol \"{t}\" cannot be used as a unary operator"},
    {"S0212", "Only a variable can stand on the left of :=, not {t}"},
    {"S0213", "The value {v} cannot be a step of a path"},
    {"S0214", "What follows {t} must be a variable"},
    {"S0215", "A context variable must be bound before any predicate of its step"},
    {"S0216", "A context variable must be bound before the order-by of its step"},
    {"S0217", "The parent of this expression cannot be known"},
    {"S0301", "A regular expression must not be empty"},
    {"S0302", "No terminating / in regular expression"},
    {"S0303", "The regular expression cannot be compiled: {v}"},
    {"S0401", "Type parameters belong to arrays and functions only"},
    {"S0402", "A choice of types cannot contain type parameters"},
    {"T0410", "Argument {i} of function {t} does not match its signature"},
    {"T0411", "The context is no fitting argument {i} of function {t}"},
    {"T0412", "Argument {i} of function {t} must be an array of another type"},
    {"T1003", "The key of an object must be a text, not {v}"},
    {"T1005", "{t} is not a function; did you mean ${t}?"},
    {"T1006", "Attempted to invoke a non-function"},
    {"T1007", "{t} cannot be applied partially; did you mean ${t}?"},
    {"T1008", "Only a function can be applied partially"},
    {"T1010", "A matcher function must return an object with match, start, end, groups and next"},
    {"T2001", "The left side of {t} must be a number, not {v}"},
    {"T2002", "The right side of {t} must be a number, not {v}"},
    {"T2003", "The left side of .. must be an integer, not {v}"},
    {"T2004", "The right side of .. must be an integer, not {v}"},
    {"T2006", "The right side of ~> must be a function, not {v}"},
    {"T2007", "Order-by cannot compare values of different types: {v}"},
    {"T2008", "Order-by compares numbers and texts only, not {v}"},
    {"T2009", "{t} cannot compare values of different types: {v}"},
    {"T2010", "{t} compares numbers and texts only, not {v}"},
    {"T2011", "The update of a transform must be an object, not {v}"},
    {"T2012", "The deletion of a transform must be a text or an array of texts, not {v}"},
    {"U1001", "Expression evaluation timeout"},
    {"U1002", "Expression evaluation memory limit exceeded"},
    {"U1003", "Stack overflow error"},
};

void Replace(std::string_view hole, std::string_view with, std::string* text) {
  for (size_t at = text->find(hole); at != std::string::npos;
       at = text->find(hole, at + with.size())) {
    text->replace(at, hole.size(), with);
  }
}

}  // namespace

std::string MessageOf(std::string_view code, const Error& details) {
  const auto* found = std::find_if(std::begin(kTable), std::end(kTable),
                                   [&](const Entry& entry) { return entry.code == code; });
  if (found == std::end(kTable)) return std::string(code);
  std::string message(found->message);
  Replace("{t}", details.token, &message);
  Replace("{i}", std::to_string(details.index), &message);
  Replace("{v}", details.value, &message);
  return message;
}

}  // namespace asl::jsonata
