// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every error of the JSONata language in one table: its code (S: the text is no expression, T: a
// value has the wrong type, D: a value is out of range, U: a limit) and what it says. Plain data,
// any thread.
#pragma once

#include <string>
#include <string_view>

namespace asl::jsonata {

struct Error {
  std::string code;     // "T2001"
  std::string message;  // without the code
  int position = -1;    // characters (UTF-16 units) up to and with the offending token; -1: nowhere
  std::string token;    // the operator, function or token concerned; may be empty
  std::string value;    // the value concerned, as compact JSON; may be empty
  int index = 0;        // of the argument concerned, from 1; 0: none

  bool ok() const { return code.empty(); }
};

// The message of `code` with {t} (token), {v} (value) and {i} (index) filled in. An unknown code
// has its own name for a message.
std::string MessageOf(std::string_view code, const Error& details);

}  // namespace asl::jsonata
