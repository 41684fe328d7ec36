// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A call of an intrinsic function, a line end, a document: any text compiles or is refused with a
// reason, and any compiled call answers or fails with one, twice alike.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "asl/dataflow.h"
#include "asl/expression.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string Answer(const asl::Expression& expression, const asl::Lazy& input) {
  const asl::Draw draw = [] { return 0.25; };
  asl::ContextObject context([](bool) { return std::string(R"({"Execution":{"Input":{}}})"); },
                             &draw);
  const asl::OrError<asl::Json> found = expression.Evaluate(input, context);
  if (found.ok()) return (*found).Compact();
  Require(found.error().name && found.error().cause && !found.error().cause->empty());
  return *found.error().name + *found.error().cause;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t line_end = std::min(text.find('\n'), text.size());
  const std::string call = "States." + text.substr(0, line_end);
  if (asl::ValidateJson(asl::JsonWriter().String(call).Take())) return 0;  // no UTF-8
  const absl::StatusOr<asl::Expression> expression = asl::Expression::Compile(call);
  if (!expression.ok()) {
    Require(absl::IsInvalidArgument(expression.status()) && !expression.status().message().empty());
    return 0;
  }
  std::string document = text.substr(std::min(line_end + 1, size));
  if (asl::ValidateJson(document)) document = "{}";
  const asl::Lazy input = asl::Lazy::FromText(document);
  const std::string answer = Answer(*expression, input);
  Require(answer == Answer(*expression, input));
  return 0;
}
