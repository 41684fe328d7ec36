// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// java.util.regex patterns of filters ("=~ /…/i"), compiled to RE2 and so matched in linear time. What
// RE2 cannot say (look-around, references back, possessive repetition) is refused. Pure; any thread.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace re2 {
class RE2;
}

namespace asl {

// One of d i x m s u U, Java's letters for its flags.
bool IsPatternFlag(char c);

// InvalidArgument with RE2's reason.
absl::StatusOr<std::shared_ptr<const re2::RE2>> CompileJavaPattern(std::string_view pattern,
                                                                   std::string_view flags);

}  // namespace asl
