// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// "Did you mean …": names that are only a slip of the finger away from what was typed. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aslctl {

// Insertions, deletions, replacements and swaps of neighbours that make one of the other.
size_t EditDistance(std::string_view a, std::string_view b);

// At most three, nearest first; none that is further off than a third of the word.
std::vector<std::string> Nearest(std::string_view typed, const std::vector<std::string>& names);

// "did you mean 'order' or 'orders'?"; empty when nothing is near.
std::string DidYouMean(std::string_view typed, const std::vector<std::string>& names);

}  // namespace aslctl
