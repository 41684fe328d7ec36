// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What an evaluation answers: a value, or an error of the workflow (data for Retry and Catch, see
// errors.h). The error's cause is AWS's text without the prefix that names the state ("An error
// occurred while executing …").
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "asl/errors.h"

namespace asl {

template <class T>
class [[nodiscard]] OrError {
 public:
  OrError(T value) : either_(std::move(value)) {}  // NOLINT: implicit, so that both can be returned
  OrError(Error error) : either_(std::move(error)) {}  // NOLINT
  bool ok() const { return either_.index() == 0; }
  T& operator*() { return std::get<0>(either_); }              // REQUIRES: ok()
  const T& operator*() const { return std::get<0>(either_); }  // REQUIRES: ok()
  T* operator->() { return &std::get<0>(either_); }            // REQUIRES: ok()
  const Error& error() const { return std::get<1>(either_); }  // REQUIRES: !ok()

 private:
  std::variant<T, Error> either_;
};

inline Error RuntimeError(std::string cause) {
  return Error{std::string(kStatesRuntime), std::move(cause)};
}

}  // namespace asl
