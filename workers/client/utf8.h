// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Text that a function hands over, such as the words of an exception, may be in any encoding; a
// protocol message and a history hold UTF-8 only. Stateless, any thread.
#pragma once

#include <string>

namespace workers {

// The same text when it is UTF-8; otherwise with U+FFFD for each byte that belongs to no character.
std::string ValidUtf8(std::string text);

}  // namespace workers
