// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What may stand where a value is asked for in JSONPath mode: a path, or a call of an intrinsic
// function ("States.Format('{}', $.a)"). In a `key.$` of a template, in Fail's ErrorPath and
// CausePath. Compiled once per definition, immutable, shared freely, any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/json.h"
#include "asl/or_error.h"
#include "asl/path/path.h"

namespace asl {

class ContextObject;
class Lazy;
namespace intrinsics {
struct Call;  // intrinsics/call.h
}

class Expression {
 public:
  // InvalidArgument with the reason when the text is neither.
  static absl::StatusOr<Expression> Compile(std::string_view text);

  const std::string& text() const { return text_; }  // as written
  // The path that it is; null for a call.
  const Path* path() const { return path_ ? &*path_ : nullptr; }
  std::vector<std::string> variables() const;  // names of all paths `$name` in it
  bool may_answer_text() const;                // false for a call whose answer is never a string
  bool needs_input() const { return needs_input_; }

  // A call's error is AWS's "The function '…' had the following error: …": States.Runtime when a
  // path among its arguments finds nothing, else States.IntrinsicFailure. A path's error is "Invalid
  // path …". `bytes_left` goes down by what calls build; several expressions may share it.
  // REQUIRES: input.loaded() if needs_input().
  OrError<Json> Evaluate(const Lazy& input, ContextObject& context) const;
  OrError<Json> Evaluate(const Lazy& input, ContextObject& context, size_t* bytes_left) const;

 private:
  Expression() = default;
  std::string text_;
  std::optional<Path> path_;
  std::shared_ptr<const intrinsics::Call> call_;  // null for a path
  bool needs_input_ = false;
};

}  // namespace asl
