// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/path/filter_side.h"

#include "asl/decimal.h"
#include "asl/java_text.h"
#include "asl/path/cursor.h"
#include "asl/path/permissive_json.h"

namespace asl {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// A filter is taken for one unread: texts come from documents, and some patterns take long to compile.
bool IsPath(std::string_view text) {
  text = Trimmed(text);
  if (!text.starts_with('$') && !text.starts_with('@')) return false;
  return text.find('?') != std::string_view::npos || CompileTokens(text, 0).ok();
}

bool IsJson(std::string_view text) {
  text = Trimmed(text);
  if (text.size() < 2) return false;
  const bool array = text.front() == '[' && text.back() == ']';
  const bool object = text.front() == '{' && text.back() == '}';
  return (array || object) && ParsePermissiveJson(text).has_value();
}

bool IsQuoted(std::string_view text) {
  return text.size() > 1 && (text.front() == '\'' || text.front() == '"') &&
         text.back() == text.front();
}

// Most texts mean themselves, and this shows it at a glance.
bool IsPlain(std::string_view text) {
  return !text.empty() &&
         std::string_view("$@[{'\"").find(text.front()) == std::string_view::npos &&
         static_cast<unsigned char>(text.front()) > ' ' &&
         text.find('\\') == std::string_view::npos;
}

}  // namespace

FilterOperand::FilterOperand(const FilterValue* literal)
    : kind_(literal->kind),
      boolean_(literal->boolean),
      text_(literal->text),
      json_(literal->json ? JsonRef(*literal->json) : JsonRef()),
      literal_(literal) {}

FilterOperand::FilterOperand(PathValue found)
    : FilterOperand(found.one() != nullptr ? JsonRef(*found.one()) : JsonRef()) {
  if (found.one() == nullptr) kind_ = Kind::kJson;
  found_ = std::move(found);
}

FilterOperand::FilterOperand(JsonRef json) : json_(json) {
  switch (json.type()) {
    case JsonType::kNull:
      kind_ = Kind::kNull;
      break;
    case JsonType::kBool:
      kind_ = Kind::kBool;
      boolean_ = json.as_bool();
      break;
    case JsonType::kNumber:
      kind_ = Kind::kNumber;
      text_ = json.number_text();
      break;
    case JsonType::kString:
      kind_ = Kind::kString;
      text_ = json.as_string();
      break;
    case JsonType::kArray:
    case JsonType::kObject:
      kind_ = Kind::kJson;
      break;
  }
}

absl::StatusOr<FilterOperand> FilterOperand::Item(JsonRef json) {
  if (json.is_array() || json.is_object()) {
    return absl::FailedPreconditionError("Could not determine value type");
  }
  FilterOperand item(json);
  if (!json.is_string() || IsPlain(item.text_)) return item;
  if (IsPath(item.text_)) {
    item.kind_ = Kind::kPath;
  } else if (IsJson(item.text_)) {
    item.kind_ = Kind::kJson;
    item.as_text_ = true;
  } else if (item.text_.size() > 1) {
    std::string_view content = item.text_;
    if (IsQuoted(content)) content = content.substr(1, content.size() - 2);
    item.read_ = UnescapePathString(content);
    if (!item.read_) return absl::FailedPreconditionError("Unable to parse unicode value");
  }
  return item;
}

std::string FilterOperand::NumberText() const {
  return JavaDecimalText(json_.is_number() ? JavaNumberText(text_) : std::string(text_));
}

bool FilterOperand::is_array() const {
  return kind_ == Kind::kJson && (matches() != nullptr || json_.is_array());
}

size_t FilterOperand::Cost() const {
  if (matches() != nullptr) return matches()->size();
  return LookCost(kind_ == Kind::kJson ? json_.span().size() : text_.size());
}

}  // namespace asl
