// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Each answer is written as compact text and read back once: parts of different documents cannot
// share one.
#include <fmt/format.h>

#include <set>

#include "asl/intrinsics/functions.h"
#include "asl/json_document.h"
#include "asl/limits.h"

namespace asl::intrinsics {
Answer Array(const Arguments& arguments) {
  JsonWriter out;
  out.BeginArray();
  for (const Json& value : arguments.values) {
    if (out.text().size() + value.span().size() > arguments.bytes_max) return TooLarge(arguments);
    out.Value(value);
  }
  return ParseBuiltJson(out.EndArray().Take());
}

Answer ArrayPartition(const Arguments& arguments) {
  const absl::StatusOr<Json> array = ArrayArgument(arguments, 0);
  if (!array.ok()) return array.status();
  const absl::StatusOr<int64_t> size = IntegerArgument(arguments, 1);
  if (!size.ok()) return size.status();
  if (*size <= 0) return absl::InvalidArgumentError("The chunk size must be greater than zero");
  JsonWriter out;
  out.BeginArray();
  int64_t count = 0;  // in the open chunk
  for (const Json item : array->items()) {
    if (count == 0) out.BeginArray();
    out.Value(item);
    if (++count < *size) continue;
    out.EndArray();
    count = 0;
  }
  if (count > 0) out.EndArray();
  return ParseBuiltJson(out.EndArray().Take());
}

Answer ArrayContains(const Arguments& arguments) {
  const absl::StatusOr<Json> array = ArrayArgument(arguments, 0);
  if (!array.ok()) return array.status();
  const std::string wanted = CanonicalText(arguments.values[1]);
  for (const Json item : array->items()) {
    if (item.type() == arguments.values[1].type() && CanonicalText(item) == wanted) {
      return BoolValue(true);
    }
  }
  return BoolValue(false);
}

Answer ArrayRange(const Arguments& arguments) {
  const absl::StatusOr<int64_t> first = IntegerArgument(arguments, 0);
  if (!first.ok()) return first.status();
  const absl::StatusOr<int64_t> last = IntegerArgument(arguments, 1);
  if (!last.ok()) return last.status();
  const absl::StatusOr<int64_t> step = IntegerArgument(arguments, 2);
  if (!step.ok()) return step.status();
  if (*step == 0) return absl::InvalidArgumentError("The step must not be zero");
  const int64_t distance = *last - *first;
  const bool away = distance != 0 && (distance < 0) != (*step < 0);
  const int64_t count = away ? 0 : distance / *step + 1;
  if (count > kArrayRangeMax) {
    return absl::InvalidArgumentError(
        fmt::format("The array would have {} items, more than {}", count, kArrayRangeMax));
  }
  JsonWriter out;
  out.BeginArray();
  for (int64_t i = 0; i < count; ++i) out.Int(*first + i * *step);
  return ParseBuiltJson(out.EndArray().Take());
}

Answer ArrayGetItem(const Arguments& arguments) {
  const absl::StatusOr<Json> array = ArrayArgument(arguments, 0);
  if (!array.ok()) return array.status();
  const absl::StatusOr<int64_t> index = IntegerArgument(arguments, 1);
  if (!index.ok()) return index.status();
  std::optional<Json> item;
  const Json& written = arguments.values[1];
  if (static_cast<double>(*index) != written.as_double()) {
    return absl::InvalidArgumentError(
        fmt::format("The index must be an integer, but it is {}", written.number_text()));
  }
  if (*index >= 0) item = array->At(static_cast<size_t>(*index));
  if (item) return *item;
  return absl::InvalidArgumentError(
      fmt::format("The index {} is out of bounds for an array of {} items", *index, array->size()));
}

Answer ArrayLength(const Arguments& arguments) {
  const absl::StatusOr<Json> array = ArrayArgument(arguments, 0);
  if (!array.ok()) return array.status();
  return IntegerValue(static_cast<int64_t>(array->size()));
}

Answer ArrayUnique(const Arguments& arguments) {
  const absl::StatusOr<Json> array = ArrayArgument(arguments, 0);
  if (!array.ok()) return array.status();
  std::set<std::string> seen;
  JsonWriter out;
  out.BeginArray();
  for (const Json item : array->items()) {
    if (seen.insert(CanonicalText(item)).second) out.Value(item);
  }
  return ParseBuiltJson(out.EndArray().Take());
}

}  // namespace asl::intrinsics
