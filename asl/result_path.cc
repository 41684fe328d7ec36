// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// ResultPath: the result goes into the raw input by splicing its text: everything before the place,
// the result, everything after. AWS prints the merged document without white space, so an input
// that has some is made compact first; numbers and the order of keys stay as they are.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <variant>

#include "asl/dataflow.h"
#include "asl/member_index.h"

namespace asl {
namespace {

// The bytes [begin, end) of the input give way to before + result + after.
struct Splice {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string before;
  std::string after;
};

bool AllNames(const std::vector<ReferenceStep>& steps, size_t from) {
  return std::all_of(
      steps.begin() + static_cast<std::ptrdiff_t>(from), steps.end(),
      [](const ReferenceStep& step) { return std::holds_alternative<std::string>(step); });
}

// What is known of a payload; null: it has to be parsed. `scanned` holds what its text does not keep.
const MemberIndex* LookOver(const Payload& payload, MemberIndex* scanned) {
  constexpr size_t kSoonScanned = 32;  // sooner than the text has been asked
  const bool may_keep =
      payload.ref.length > kSoonScanned && payload.ref.length == payload.text->size();
  const MemberIndex* kept = may_keep ? IndexOf(payload.text) : nullptr;
  if (kept != nullptr) return kept;
  return ScanCompact(payload.view(), scanned) ? scanned : nullptr;
}

// Where the value that names lead to stands, or would be appended.
struct Place {
  uint32_t member = 0;  // of the outermost object: the one that has the place, or a new one
  uint32_t begin = 0;   // of the value; both: before the brace of the object that is to have it
  uint32_t end = 0;
  size_t found = 0;    // how many of the names are there
  bool empty = false;  // the object to append to has no members
};

// nullopt: a name leads to what is no object. Recursion is bounded by the depth that an index has.
std::optional<Place> FindPlace(std::string_view text, const MemberIndex& index,
                               std::span<const std::string> names) {
  if (!index.object) return std::nullopt;
  const uint32_t member = index.Find(text, names[0]);
  if (member == index.count) {
    const auto brace = static_cast<uint32_t>(text.size() - 1);
    return Place{.member = member, .begin = brace, .end = brace, .empty = index.count == 0};
  }
  const auto [begin, end] = index.members[member];
  if (names.size() == 1) return Place{.member = member, .begin = begin, .end = end, .found = 1};
  const std::string_view inner = text.substr(begin, end - begin);
  MemberIndex inner_index;
  if (!ScanCompact(inner, &inner_index)) return std::nullopt;
  const std::optional<Place> place = FindPlace(inner, inner_index, names.subspan(1));
  if (!place) return std::nullopt;
  return Place{member, begin + place->begin, begin + place->end, place->found + 1, place->empty};
}

// `joined` with its index: the input's, where the place's member has `grown`, or is a new one.
Lazy KeepIndex(std::string joined, MemberIndex* index, const Place& place, uint32_t grown,
               MemberIndex::Member added) {
  const bool is_new = place.member == index->count;
  if (index->depth > MemberIndex::kDepthMax ||
      (is_new && index->count == MemberIndex::kMembersMax)) {
    return Lazy::FromText(std::move(joined));
  }
  if (is_new) {
    index->members[index->count++] = added;
  } else {
    index->Grow(place.member, grown);
  }
  return Lazy::FromText(MakeText(std::move(joined), *index));
}

// What most definitions have, without parsing: nullopt when it is not that.
std::optional<Lazy> JoinTexts(std::span<const std::string> names, const Payload& input,
                              const Payload& result) {
  if (names.empty()) return std::nullopt;
  MemberIndex scanned_result, scanned_input;
  const MemberIndex* of_result = LookOver(result, &scanned_result);
  const MemberIndex* of_input = of_result != nullptr ? LookOver(input, &scanned_input) : nullptr;
  if (of_input == nullptr) return std::nullopt;
  const std::string_view text = input.view();
  const std::optional<Place> place = FindPlace(text, *of_input, names);
  if (!place) return std::nullopt;

  std::string out;
  out.reserve(text.size() + result.ref.length + 32 * names.size());
  out += text.substr(0, place->begin);
  if (place->found < names.size() && !place->empty) out += ',';
  MemberIndex::Member added{};  // to the outermost object
  size_t escapes = 0;
  for (size_t i = place->found; i < names.size(); ++i) {
    if (i > place->found) out += '{';
    const size_t before = out.size();
    AppendJsonString(names[i], &out);
    escapes += out.size() - before - names[i].size() - 2;
    out += ':';
    if (i == 0) added.begin = static_cast<uint32_t>(out.size());
  }
  out += result.view();
  if (place->found + 1 < names.size()) out.append(names.size() - place->found - 1, '}');
  added.end = static_cast<uint32_t>(out.size());
  out += text.substr(place->end);

  if (escapes > 0) return Lazy::FromText(std::move(out));
  MemberIndex index = *of_input;
  index.depth = std::max(index.depth, static_cast<uint32_t>(names.size()) + of_result->depth);
  const auto grown = static_cast<uint32_t>(out.size() - text.size());
  return KeepIndex(std::move(out), &index, *place, grown, added);
}

// The object lacks the member that step `at` names: it is appended, and objects are made for the
// steps after it.
Splice AppendMember(const Json& object, const std::vector<ReferenceStep>& steps, size_t at) {
  uint32_t brace = object.span().end - 1;
  Splice splice{.begin = brace, .end = brace};
  if (object.size() > 0) splice.before += ',';
  for (size_t i = at; i < steps.size(); ++i) {
    if (i > at) splice.before += '{';
    AppendJsonString(std::get<std::string>(steps[i]), &splice.before);
    splice.before += ':';
    if (i > at) splice.after += '}';
  }
  return splice;
}

// Or the number of the step that meets something that is no object, or no array long enough.
std::variant<Splice, size_t> FindSplice(const Json& input,
                                        const std::vector<ReferenceStep>& steps) {
  Json here = input;
  for (size_t i = 0; i < steps.size(); ++i) {
    std::optional<Json> next;
    if (const auto* name = std::get_if<std::string>(&steps[i])) {
      if (!here.is_object()) return i;
      next = here.Find(*name);
      if (!next && AllNames(steps, i)) return AppendMember(here, steps, i);
    } else {
      next = here.At(static_cast<size_t>(std::get<int64_t>(steps[i])));
    }
    if (!next) return i;
    here = *next;
  }
  return Splice{.begin = here.span().begin, .end = here.span().end};
}

bool HasNegativeIndex(const std::vector<ReferenceStep>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const ReferenceStep& step) {
    const auto* index = std::get_if<int64_t>(&step);
    return index != nullptr && *index < 0;
  });
}

}  // namespace

absl::StatusOr<ResultPathField> CompileResultPath(const Json& value) {
  using Kind = ResultPathField::Kind;
  if (value.is_null())
    return ResultPathField{.kind = Kind::kDiscard, .path = std::nullopt, .names = {}};
  if (!value.is_string()) return absl::InvalidArgumentError("Expected a reference path or null");
  absl::StatusOr<Path> path = Path::Compile(value.as_string());
  if (!path.ok()) return path.status();
  if (path->root() != PathRoot::kInput || !path->is_reference() ||
      HasNegativeIndex(path->reference_steps())) {
    return absl::InvalidArgumentError("Expected a reference path that starts with '$'");
  }
  if (path->is_root()) return ResultPathField{};
  std::vector<std::string> names;
  if (AllNames(path->reference_steps(), 0)) {
    for (const ReferenceStep& step : path->reference_steps()) {
      names.push_back(std::get<std::string>(step));
    }
  }
  return ResultPathField{.kind = Kind::kMerge, .path = *std::move(path), .names = std::move(names)};
}

OrError<Lazy> ApplyResultPath(const ResultPathField& field, const Lazy& raw_input,
                              const Lazy& result) {
  if (field.kind == ResultPathField::Kind::kReplace) return result;
  if (field.kind == ResultPathField::Kind::kDiscard) return raw_input;
  if (std::optional<Lazy> joined = JoinTexts(field.names, raw_input.payload(), result.payload())) {
    return *std::move(joined);
  }
  OrError<const Json*> input = raw_input.Parsed();
  if (!input.ok()) return input.error();
  OrError<const Json*> value = result.Parsed();
  if (!value.ok()) return value.error();
  Json whole = **input;
  if (!whole.is_compact()) whole = *ParseJson(whole.Compact()).value;
  const auto found = FindSplice(whole, field.path->reference_steps());
  const auto* splice = std::get_if<Splice>(&found);
  if (splice == nullptr) {
    return ReferencePathConflict(*field.path, std::get<size_t>(found), raw_input);
  }
  std::string_view text = *whole.text();
  std::string out;
  out.reserve(whole.span().size() + splice->before.size() + result.view().size() +
              splice->after.size());
  out += text.substr(whole.span().begin, splice->begin - whole.span().begin);
  out += splice->before;
  (*value)->AppendCompact(&out);
  out += splice->after;
  out += text.substr(splice->end, whole.span().end - splice->end);
  return Lazy::FromText(std::move(out));
}

}  // namespace asl
