// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/builtin.h"

#include <algorithm>
#include <cassert>

namespace asl::jsonata {
namespace {

struct Row {
  std::string_view name;
  std::string_view signature;
  int arity;
  BuiltinCode code;
};

// Sorted by name. The arities are those that JSONata's own functions have.
constexpr Row kRows[] = {
    {"abs", "<n-:n>", 1, Abs},
    {"append", "<xx:a>", 2, Append},
    {"assert", "<bs?:x>", 2, Assert},
    {"average", "<a<n>:n>", 1, Average},
    {"base64decode", "<s-:s>", 1, Base64Decode},
    {"base64encode", "<s-:s>", 1, Base64Encode},
    {"boolean", "<x-:b>", 1, Boolean},
    {"ceil", "<n-:n>", 1, Ceil},
    {"clone", "<(oa)-:o>", 1, Clone},
    {"contains", "<s-(sf):b>", 2, Contains},
    {"count", "<a:n>", 1, Count},
    {"decodeUrl", "<s-:s>", 1, DecodeUrl},
    {"decodeUrlComponent", "<s-:s>", 1, DecodeUrlComponent},
    {"distinct", "<x:x>", 1, Distinct},
    {"each", "<o-f:a>", 2, Each},
    {"encodeUrl", "<s-:s>", 1, EncodeUrl},
    {"encodeUrlComponent", "<s-:s>", 1, EncodeUrlComponent},
    {"error", "<s?:x>", 1, RaiseError},
    {"exists", "<x:b>", 1, Exists},
    {"filter", "<af>", 2, FilterItems},
    {"floor", "<n-:n>", 1, Floor},
    {"formatBase", "<n-n?:s>", 2, FormatBase},
    {"formatInteger", "<n-s:s>", 2, FormatInteger},
    {"formatNumber", "<n-so?:s>", 3, FormatNumber},
    {"fromMillis", "<n-s?s?:s>", 3, FromMillis},
    {"hash", "<s-s?:s>", 2, Hash},
    {"join", "<a<s>s?:s>", 2, Join},
    {"keys", "<x-:a<s>>", 1, Keys},
    {"length", "<s-:n>", 1, Length},
    {"lookup", "<x-s:x>", 2, Lookup},
    {"lowercase", "<s-:s>", 1, Lowercase},
    {"map", "<af>", 2, Map},
    {"match", "<s-f<s:o>n?:a<o>>", 3, Match},
    {"max", "<a<n>:n>", 1, Max},
    {"merge", "<a<o>:o>", 1, Merge},
    {"millis", "<:n>", 0, Millis},
    {"min", "<a<n>:n>", 1, Min},
    {"not", "<x-:b>", 1, Not},
    {"now", "<s?s?:s>", 2, Now},
    {"number", "<(nsb)-:n>", 1, ToNumber},
    {"pad", "<s-ns?:s>", 3, Pad},
    {"parse", "<s-:x>", 1, ParseText},
    {"parseInteger", "<s-s:n>", 2, ParseInteger},
    {"partition", "<an:a>", 2, Partition},
    {"power", "<n-n:n>", 2, Power},
    {"random", "<n?:n>", 0, Random},
    {"range", "<nnn:a>", 3, NumberRange},
    {"reduce", "<afj?:j>", 3, Reduce},
    {"replace", "<s-(sf)(sf)n?:s>", 4, Replace},
    {"reverse", "<a:a>", 1, Reverse},
    {"round", "<n-n?:n>", 2, Round},
    {"shuffle", "<a:a>", 1, Shuffle},
    {"sift", "<o-f?:o>", 2, Sift},
    {"single", "<af?>", 2, Single},
    {"sort", "<af?:a>", 2, Sort},
    {"split", "<s-(sf)n?:a<s>>", 3, Split},
    {"spread", "<x-:a<o>>", 1, Spread},
    {"sqrt", "<n-:n>", 1, Sqrt},
    {"string", "<x-b?:s>", 1, String},
    {"substring", "<s-nn?:s>", 3, Substring},
    {"substringAfter", "<s-s:s>", 2, SubstringAfter},
    {"substringBefore", "<s-s:s>", 2, SubstringBefore},
    {"sum", "<a<n>:n>", 1, Sum},
    {"toMillis", "<s-s?:n>", 2, ToMillis},
    {"trim", "<s-:s>", 1, Trim},
    {"type", "<x:s>", 1, Type},
    {"uppercase", "<s-:s>", 1, Uppercase},
    {"uuid", "<:s>", 0, Uuid},
    {"zip", "<a+>", 0, Zip},
};

std::vector<Builtin> MakeTable() {
  std::vector<Builtin> table;
  for (const Row& row : kRows) {
    Error error;
    table.push_back({row.name, row.arity, row.code, Signature::Parse(row.signature, &error)});
    assert(error.ok());
  }
  return table;
}

}  // namespace

const Builtin* FindBuiltin(std::string_view name) {
  static const std::vector<Builtin> table = MakeTable();
  const auto found = std::lower_bound(
      table.begin(), table.end(), name,
      [](const Builtin& row, std::string_view wanted) { return row.name < wanted; });
  return found == table.end() || found->name != name ? nullptr : &*found;
}

}  // namespace asl::jsonata
