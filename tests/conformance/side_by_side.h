// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Two texts in two columns, line against line, for people who look for what differs. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace conformance {

// Lines that are equal stand beside each other; `|` marks lines that differ, `<` and `>` those that
// only one side has. Long lines are continued below. Cost: lines × lines of what differs between
// the first and the last difference; beyond kAlignedLinesMax lines those stand beside each other as
// they come.
constexpr size_t kAlignedLinesMax = 3'000;
std::string SideBySide(std::string_view expected, std::string_view found);

}  // namespace conformance
