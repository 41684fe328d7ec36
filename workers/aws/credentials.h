// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Credentials of AWS as values. What must stay secret is a Secret, which cannot be printed by
// accident: it has no operator<<, no fmt formatter, and a failing test shows "(hidden)". Any thread.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace workers::aws {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  // For signing, and for the request that carries a session token; never for a message or a log.
  const std::string& Reveal() const { return text_; }
  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;
  friend void PrintTo(const Secret&, std::ostream* out);  // for GoogleTest

 private:
  std::string text_;
};

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;               // empty: they are not temporary
  std::optional<absl::Time> expires;  // nullopt: never
};

}  // namespace workers::aws
