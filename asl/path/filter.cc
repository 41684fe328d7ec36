// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A filter's tree against one item. Where Jayway throws InvalidPathException in the middle of a
// test (a list expected, a path that does not apply), the item is not accepted; so errors are
// absorbed in Accepts.
#include "asl/path/filter_side.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

using Kind = FilterValue::Kind;

// What a reference path finds; filters consist of such paths mostly, and ask nothing about failure.
JsonRef Follow(const PathProgram& path, JsonRef here, PathVisit* visit) {
  for (const PathToken& token : path.tokens) {
    visit->Spend(1 + LookCost(here.size()));
    if (token.kind == PathToken::Kind::kNames) {
      here = here.Find(token.names[0]);
    } else {
      int64_t index = token.indexes[0];
      if (index < 0) index += static_cast<int64_t>(here.size());
      here = index < 0 ? JsonRef() : here.At(static_cast<size_t>(index));
    }
    if (!here) break;
  }
  return here;
}

// A side's value for this item; a path that finds nothing is undefined.
absl::StatusOr<FilterOperand> Resolve(const FilterValue& side, JsonRef item, PathVisit* visit) {
  if (side.kind != Kind::kPath) return FilterOperand(&side);
  const JsonRef from = side.path->from_item ? item : JsonRef(*visit->root);
  if (side.path->reference) {
    const JsonRef found = Follow(*side.path, from, visit);
    return found ? FilterOperand(found) : FilterOperand();
  }
  absl::StatusOr<PathValue> found =
      EvaluateTokens(*side.path, from, MissingProperty::kPassedOver, visit);
  if (absl::IsNotFound(found.status())) return FilterOperand();
  if (!found.ok()) return found.status();
  const PathToken& last = side.path->tokens.back();
  if (found->one() != nullptr && found->one()->is_array() &&
      last.kind == PathToken::Kind::kFunction && last.names[0] == "keys") {
    return absl::FailedPreconditionError("Keys cannot be compared");  // a Set there, not a List
  }
  return FilterOperand(*std::move(found));
}

absl::StatusOr<bool> Test(const FilterNode& test, JsonRef item, PathVisit* visit) {
  if (test.exists) {
    // As Jayway: a path that only asks for existence starts from the item, even with `$`.
    const PathProgram& path = *test.left.path;
    if (path.reference) return bool(Follow(path, item, visit)) == test.left.should_exist;
    absl::StatusOr<PathValue> found = EvaluateTokens(path, item, MissingProperty::kIsError, visit);
    if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
    return found.ok() == test.left.should_exist;
  }
  absl::StatusOr<FilterOperand> left = Resolve(test.left, item, visit);
  if (!left.ok()) return left.status();
  absl::StatusOr<FilterOperand> right = Resolve(test.right, item, visit);
  if (!right.ok()) return right.status();
  size_t cost = left->Cost() + right->Cost();
  if (test.op >= FilterOperator::kSubsetOf && left->is_array() && right->is_array()) {
    cost += left->size() * right->size();
  }
  if (!visit->Spend(cost)) return TooManyVisits();
  return CompareOperands(test.op, *left, *right);
}

absl::StatusOr<bool> Decide(const FilterNode& node, JsonRef item, PathVisit* visit) {
  if (node.kind == FilterNode::Kind::kTest) return Test(node, item, visit);
  bool until = node.kind == FilterNode::Kind::kOr;  // the answer that ends an Or or an And early
  for (const FilterNode& child : node.children) {
    absl::StatusOr<bool> answer = Decide(child, item, visit);
    if (!answer.ok()) return answer;
    if (node.kind == FilterNode::Kind::kNot) return !*answer;
    if (*answer == until) return until;
  }
  return !until;
}

}  // namespace

absl::StatusOr<bool> Accepts(const FilterNode& filter, JsonRef item, PathVisit* visit) {
  absl::StatusOr<bool> answer = Decide(filter, item, visit);
  if (!answer.ok() && absl::IsInvalidArgument(answer.status())) return false;
  return answer;
}

}  // namespace asl
