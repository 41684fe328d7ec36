// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/expression.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "asl/dataflow.h"
#include "asl/intrinsics/call.h"
#include "asl/limits.h"

namespace asl {
namespace {

using intrinsics::Argument;
using intrinsics::Call;

constexpr std::string_view kCallPrefix = "States.";

bool AnyPath(const Call& call) {
  for (const Argument& argument : call.arguments) {
    if (std::holds_alternative<Path>(argument)) return true;
    const auto* inner = std::get_if<std::shared_ptr<const Call>>(&argument);
    if (inner != nullptr && AnyPath(**inner)) return true;
  }
  return false;
}

void CollectVariables(const Call& call, std::vector<std::string>* names) {
  for (const Argument& argument : call.arguments) {
    const Path* path = std::get_if<Path>(&argument);
    if (path != nullptr && path->root() == PathRoot::kVariable) names->push_back(path->variable());
    const auto* inner = std::get_if<std::shared_ptr<const Call>>(&argument);
    if (inner != nullptr) CollectVariables(**inner, names);
  }
}

// One evaluation of a whole expression. Its errors name the whole, however deep they arise.
class Evaluator {
 public:
  Evaluator(const std::string& text, const Lazy& input, ContextObject& context, size_t* bytes_left)
      : text_(text), input_(input), context_(context), bytes_left_(bytes_left) {}

  // Recursion is bounded by kCallDepthMax.
  OrError<Json> Evaluate(const Call& call) {
    std::vector<Json> values;
    values.reserve(call.arguments.size());
    for (const Argument& argument : call.arguments) {
      OrError<Json> value = Value(argument);
      if (!value.ok()) return value;
      values.push_back(*std::move(value));
    }
    absl::StatusOr<Json> answer = call.function->evaluate({values, context_.draw(), *bytes_left_});
    if (!answer.ok()) {
      const bool large = absl::IsResourceExhausted(answer.status());
      return Failure(large ? kStatesDataLimitExceeded : kStatesIntrinsicFailure,
                     std::string(answer.status().message()));
    }
    *bytes_left_ -= std::min<size_t>(*bytes_left_, answer->span().size());
    return *std::move(answer);
  }

 private:
  OrError<Json> Value(const Argument& argument) {
    if (const Json* literal = std::get_if<Json>(&argument)) return *literal;
    if (const Path* path = std::get_if<Path>(&argument)) return Value(*path);
    return Evaluate(*std::get<std::shared_ptr<const Call>>(argument));
  }

  OrError<Json> Value(const Path& path) {
    OrError<absl::StatusOr<PathValue>> answer = Find(path, input_, context_);
    if (!answer.ok()) return answer.error();
    const absl::StatusOr<PathValue>& found = *answer;
    if (found.ok()) return found->value();
    const std::string message(found.status().message());
    // AWS shows its library's own words for an index into what is no array.
    if (!absl::IsNotFound(found.status()) || message.starts_with("Filter: ")) {
      return Failure(kStatesRuntime, message);
    }
    return Failure(kStatesRuntime, Missing(path));
  }

  // A `$$` path is shown as one of the Context Object, and yet beside the state's input.
  std::string Missing(const Path& path) const {
    const size_t skip = path.root() == PathRoot::kContext ? 1 : 0;
    return fmt::format(
        "The JsonPath argument for the field '{}' could not be found in the input '{}'",
        path.text().substr(skip), input_.view());
  }

  Error Failure(std::string_view name, const std::string& message) const {
    return {std::string(name),
            fmt::format("The function '{}' had the following error: {}", text_, message)};
  }

  const std::string& text_;
  const Lazy& input_;
  ContextObject& context_;
  size_t* bytes_left_;
};

}  // namespace

absl::StatusOr<Expression> Expression::Compile(std::string_view text) {
  Expression out;
  out.text_ = std::string(text);
  if (!text.starts_with(kCallPrefix)) {
    absl::StatusOr<Path> path = Path::Compile(text);
    if (!path.ok()) return path.status();
    out.needs_input_ = path->root() == PathRoot::kInput;
    out.path_ = *std::move(path);
    return out;
  }
  absl::StatusOr<Call> call = intrinsics::ParseCall(text);
  if (!call.ok()) return call.status();
  // The text of an error shows the input whatever the path's root.
  out.needs_input_ = AnyPath(*call);
  out.call_ = std::make_shared<const Call>(*std::move(call));
  return out;
}

std::vector<std::string> Expression::variables() const {
  std::vector<std::string> names;
  if (path_ && path_->root() == PathRoot::kVariable) names.push_back(path_->variable());
  if (call_ != nullptr) CollectVariables(*call_, &names);
  return names;
}

bool Expression::may_answer_text() const {
  return call_ == nullptr || call_->function->may_answer_text;
}

OrError<Json> Expression::Evaluate(const Lazy& input, ContextObject& context) const {
  size_t bytes_left = kBuiltBytesMax;
  return Evaluate(input, context, &bytes_left);
}

OrError<Json> Expression::Evaluate(const Lazy& input, ContextObject& context,
                                   size_t* bytes_left) const {
  if (path_) return ReadPath(*path_, input, context);
  return Evaluator(text_, input, context, bytes_left).Evaluate(*call_);
}

}  // namespace asl
