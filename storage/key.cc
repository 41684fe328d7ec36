// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/key.h"

#include <fmt/format.h>

namespace storage {
namespace {

constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xFF';
constexpr char kTerminator = '\x01';

}  // namespace

void AppendTerminated(std::string_view value, std::string* key) {
  for (size_t zero = value.find(kEscape); zero != std::string_view::npos;
       zero = value.find(kEscape)) {
    key->append(value.substr(0, zero + 1));
    key->push_back(kEscapedZero);
    value.remove_prefix(zero + 1);
  }
  key->append(value);
  key->push_back(kEscape);
  key->push_back(kTerminator);
}

std::string PrefixEnd(std::string_view prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.remove_suffix(1);
  std::string end(prefix);
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

std::string KeyReader::Terminated() {
  std::string value;
  while (ok_) {
    const size_t zero = rest_.find(kEscape);
    if (zero == std::string_view::npos || zero + 1 == rest_.size()) break;
    value.append(rest_.substr(0, zero));
    const char mark = rest_[zero + 1];
    rest_.remove_prefix(zero + 2);
    if (mark == kTerminator) return value;
    if (mark != kEscapedZero) break;
    value.push_back(kEscape);
  }
  ok_ = false;
  return {};
}

absl::Status KeyReader::Finish(std::string_view what) const {
  const size_t offset = size_ - rest_.size();
  if (!ok_) {
    return absl::DataLossError(fmt::format(
        "{}: malformed at byte {} of {}: field cut short or not terminated", what, offset, size_));
  }
  if (!rest_.empty()) {
    return absl::DataLossError(
        fmt::format("{}: {} bytes too many after byte {}", what, rest_.size(), offset));
  }
  return absl::OkStatus();
}

}  // namespace storage
