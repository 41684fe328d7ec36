// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Inline Map: InputPath → ItemsPath, or Items → per item ItemSelector → iterations → ResultSelector →
// ResultPath (on the raw input) → OutputPath, or Output (AWS guide "Map workflow state"). Runs all iterations
// again when it is retried.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "asl/branches.h"
#include "asl/limits.h"
#include "asl/query.h"
#include "asl/states/states.h"

namespace asl {
namespace {

constexpr int64_t kCountMax = std::numeric_limits<int32_t>::max();

// How many iterations may run at once; nullopt when the step cannot go on.
std::optional<uint32_t> ReadConcurrency(Step& step, const MapState& map, const Lazy& input) {
  std::optional<int64_t> wanted = map.concurrency.literal;
  if (map.concurrency.query) {
    wanted = EvaluateInteger(step, map.concurrency.query, 0, kCountMax);
    if (!wanted) return std::nullopt;
  }
  if (map.concurrency.path) {
    const std::optional<OrError<Json>> found = step.Read(*map.concurrency.path, input);
    if (!found) return std::nullopt;
    if (!found->ok()) {
      step.FailState(found->error());
      return std::nullopt;
    }
    wanted = (**found).as_int64();
    if (wanted &&
        *wanted < 0) {  // the words are from a public implementation, not from a recording
      step.FailState(RuntimeError(fmt::format(
          "Expected non-negative integer for MaxConcurrency, got '{}' instead.", *wanted)));
      return std::nullopt;
    }
    if (!wanted) {
      const std::string shown =
          (**found).is_string() ? std::string((**found).as_string()) : (**found).Compact();
      step.FailState(RuntimeError(fmt::format(
          "The MaxConcurrencyPath field refers to value \"{}\" which is not a valid integer: {}",
          shown, map.concurrency.path->text())));
      return std::nullopt;
    }
  }
  if (!wanted || *wanted == 0) return kInlineMapConcurrencyMax;
  return static_cast<uint32_t>(std::min<int64_t>(*wanted, kInlineMapConcurrencyMax));
}

std::optional<Lazy> ItemsOf(Step& step, const MapState& map, const Lazy& input) {
  if (map.items) return EvaluateItems(step, map.items);
  std::optional<Lazy> items = step.ApplyItems(map.items_path, input);
  if (!items) return std::nullopt;
  const std::optional<Json> array = step.Parse(*items);
  if (!array) return std::nullopt;
  if (array->is_array()) return items;
  if (step.state().jsonata) {
    step.FailEvaluation(
        fmt::format("Map state input must be an array but was: {}", array->Compact()), "",
        Step::When::kBeforeWork);
  } else {
    step.FailState(
        RuntimeError(fmt::format("Reference path \"{}\" must point to array.",
                                 map.items_path.path ? map.items_path.path->text() : "$")));
  }
  return std::nullopt;
}

// Both must be what they would have to be of a Distributed Map.
bool CheckTolerance(Step& step, const MapState& map) {
  return (!map.tolerated_count || EvaluateInteger(step, map.tolerated_count, 0, kCountMax)) &&
         (!map.tolerated_percentage || EvaluateNumber(step, map.tolerated_percentage, 0, 100));
}

}  // namespace

void RunMap(Step& step, const MapState& map) {
  const std::optional<Lazy> input = step.Apply(map.input_path, step.input());
  if (!input) return;
  const std::optional<Lazy> items = ItemsOf(step, map, *input);
  if (!items || !step.Fits(items->payload().ref.length)) return;
  const std::optional<Json> array = step.Parse(*items);
  if (!array) return;
  const std::optional<uint32_t> limit = ReadConcurrency(step, map, *input);
  if (!limit || !CheckTolerance(step, map)) return;
  BeginIterations(step, map, *items, static_cast<uint32_t>(array->size()), *limit);
}

}  // namespace asl
