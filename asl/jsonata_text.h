// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which texts of a JSONata state are expressions: the one place that knows the marks {% and %}. What
// an expression may be is not known here. Pure, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "asl/json.h"

namespace asl {

// The expression within "{% … %}", without the blanks around it, as AWS shows it; a view into the
// value's text. nullopt for what is no expression: blanks before {% or after %} make a text like
// any other (recorded).
std::optional<std::string_view> JsonataIn(const Json& value);

// "{% …" that does not end with %}, or the other way round, which AWS refuses (guide "Transforming
// data with JSONata").
bool IsHalfMarked(const Json& value);

}  // namespace asl
