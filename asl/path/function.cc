// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Jayway's functions, with its oddities: an aggregate counts the value's numbers and the arguments'
// together, and the last of one item alone is out of range. Step Functions documents none of them,
// but its library has them all.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "asl/java_text.h"
#include "asl/json_document.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

using Answer = absl::StatusOr<Json>;

absl::Status Failed(std::string message) {
  return absl::FailedPreconditionError(std::move(message));
}

Answer Number(double value) {
  if (!std::isfinite(value)) return Failed("The result is not a number");
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";  // Java prints a double so
  return ParseBuiltJson(std::move(text));
}

class Call {
 public:
  Call(const PathToken& token, const Json& value, PathVisit* visit)
      : token_(token), value_(value), visit_(visit) {}

  // Paths among the arguments are evaluated whether or not the function wants them.
  absl::Status Prepare() {
    for (const FunctionArgument& argument : token_.arguments) {
      if (argument.path == nullptr) {
        broken_ = broken_ || !argument.json;
        arguments_.push_back(argument.json.value_or(Json()));
        continue;
      }
      absl::StatusOr<PathValue> found =
          EvaluateTokens(*argument.path, *visit_->root, MissingProperty::kPassedOver, visit_);
      if (!found.ok()) return found.status();
      arguments_.push_back(found->value());
    }
    size_t bytes = value_.span().size();
    for (const Json& argument : arguments_) bytes += argument.span().size();
    if (bytes > kPathBytesMax) return TooManyBytes();
    return visit_->Spend(LookCost(bytes)) ? absl::OkStatus() : TooManyVisits();
  }

  // The number of elements that the argument's matches in the value have together, or else of the
  // value.
  Answer Length() {
    if (!token_.arguments.empty()) {
      const FunctionArgument& first = token_.arguments.front();
      if (first.path == nullptr || value_.is_null())
        return Failed("length takes a path of a value");
      const Json* root = std::exchange(visit_->root, &value_);
      absl::StatusOr<PathValue> found =
          EvaluateTokens(first.elements != nullptr ? *first.elements : *first.path, value_,
                         MissingProperty::kPassedOver, visit_);
      visit_->root = root;
      if (!found.ok()) return found.status();
      const Json elements = found->value();
      if (elements.is_array()) return Count(elements);
    }
    return value_.is_array() || value_.is_object() ? Count(value_) : Json();
  }

  Answer Keys() {
    if (!value_.is_object()) return Json();
    JsonWriter keys;
    keys.BeginArray();
    for (const JsonMember& member : value_.members()) keys.String(member.key);
    return ParseBuiltJson(keys.EndArray().Take());
  }

  Answer First() { return Item(0); }
  Answer Last() { return Item(-1); }
  Answer Index() {
    if (!value_.is_array()) return Item(0);
    if (broken_) return Failed("The argument is not JSON");
    const std::vector<double> numbers = ArgumentNumbers();
    if (numbers.empty()) return absl::OutOfRangeError("index takes a number");
    return Item(static_cast<int64_t>(std::clamp(numbers.front(), -1e9, 1e9)));
  }

  Answer Sum() {
    return Aggregate([](const std::vector<double>& numbers) {
      double sum = 0;
      for (double n : numbers) sum += n;
      return sum;
    });
  }
  Answer Min() {
    return Aggregate([](const std::vector<double>& numbers) {
      return *std::min_element(numbers.begin(), numbers.end());
    });
  }
  Answer Max() {
    return Aggregate([](const std::vector<double>& numbers) {
      // The library begins with Double.MIN_VALUE, which is the least above zero.
      return std::max(std::numeric_limits<double>::denorm_min(),
                      *std::max_element(numbers.begin(), numbers.end()));
    });
  }
  Answer Average() {
    return Aggregate([](const std::vector<double>& numbers) {
      double sum = 0;
      for (double n : numbers) sum += n;
      return sum / static_cast<double>(numbers.size());
    });
  }
  Answer Deviation() {
    return Aggregate([](const std::vector<double>& numbers) {
      double sum = 0;
      double squares = 0;
      for (double n : numbers) {
        sum += n;
        squares += n * n;
      }
      const auto count = static_cast<double>(numbers.size());
      return std::sqrt(squares / count - (sum / count) * (sum / count));
    });
  }

  Answer Concatenate() {
    if (broken_) return Failed("An argument is not JSON");
    std::string out;
    for (const Json& item : value_.items()) {
      if (item.is_string()) out += item.as_string();
    }
    for (const Json& argument : arguments_) {
      if (!argument.is_array()) {
        AppendArgument(argument, &out);
      }
      for (const Json& item : argument.items()) AppendArgument(item, &out);
    }
    std::string text;
    AppendJsonString(out, &text);
    return ParseBuiltJson(std::move(text));
  }

  Answer Append() {
    if (!value_.is_array()) return value_;
    if (broken_) return Failed("An argument is not JSON");
    JsonWriter out;
    out.BeginArray();
    for (const Json& item : value_.items()) out.Value(item);
    for (const Json& argument : arguments_) out.Value(argument);
    return ParseBuiltJson(out.EndArray().Take());
  }

 private:
  static Json Count(const Json& value) { return ParseBuiltJson(std::to_string(value.size())); }

  Answer Item(int64_t index) {
    if (!value_.is_array()) return Failed("A position is asked of what is no array");
    const auto size = static_cast<int64_t>(value_.size());
    if (index < 0 && index + size <= 0) {
      return Failed(fmt::format("Target index:{} larger than object count:{}", index, size));
    }
    std::optional<Json> item = value_.At(static_cast<size_t>(index < 0 ? index + size : index));
    if (item) return *item;
    return absl::OutOfRangeError(fmt::format("Index {} out of bounds for length {}", index, size));
  }

  std::vector<double> ArgumentNumbers() {
    std::vector<double> numbers;
    for (const Json& argument : arguments_) {
      AppendNumber(argument, &numbers);
      for (const Json& item : argument.items()) AppendNumber(item, &numbers);
    }
    return numbers;
  }

  template <class Of>
  Answer Aggregate(Of of) {
    if (broken_) return Failed("An argument is not JSON");
    std::vector<double> numbers;
    for (const Json& item : value_.items()) AppendNumber(item, &numbers);
    for (double n : ArgumentNumbers()) numbers.push_back(n);
    if (!numbers.empty()) return Number(of(numbers));
    return Failed("Aggregation function attempted to calculate value using empty array");
  }

  static void AppendNumber(const Json& value, std::vector<double>* numbers) {
    if (value.is_number()) numbers->push_back(value.as_double());
  }
  static void AppendArgument(const Json& value, std::string* out) {
    if (!value.is_null()) AppendJavaText(value, out);
  }

  const PathToken& token_;
  const Json& value_;
  PathVisit* visit_;
  bool broken_ = false;          // an argument is not JSON, which matters to who looks at it
  std::vector<Json> arguments_;  // their values
};

struct Function {
  std::string_view name;
  Answer (Call::*call)();
};

constexpr std::array<Function, 13> kFunctions = {{
    {"append", &Call::Append},
    {"avg", &Call::Average},
    {"concat", &Call::Concatenate},
    {"first", &Call::First},
    {"index", &Call::Index},
    {"keys", &Call::Keys},
    {"last", &Call::Last},
    {"length", &Call::Length},
    {"max", &Call::Max},
    {"min", &Call::Min},
    {"size", &Call::Length},
    {"stddev", &Call::Deviation},
    {"sum", &Call::Sum},
}};

}  // namespace

absl::StatusOr<Json> CallFunction(const PathToken& token, const Json& value, PathVisit* visit) {
  const std::string& name = token.names[0];
  const auto* found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                   [&](const Function& f) { return f.name == name; });
  if (found == kFunctions.end()) {
    return absl::InvalidArgumentError(fmt::format("Function with name: {} does not exist.", name));
  }
  Call call(token, value, visit);
  if (absl::Status s = call.Prepare(); !s.ok()) return s;
  return (call.*found->call)();
}

}  // namespace asl
