// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/sdk_metadata.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "asl/java_text.h"

namespace asl {
namespace {

// In Java HashMap order, each value a list.
void WriteAllHeaders(const HttpAnswer& http, JsonWriter* out) {
  std::vector<std::string> names;
  for (const auto& [name, value] : http.headers) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  out->Key("AllHttpHeaders").BeginObject();
  for (const size_t index : HashMapOrder(names)) {
    out->Key(names[index]).BeginArray();
    for (const auto& [name, value] : http.headers) {
      if (name == names[index]) out->String(value);
    }
    out->EndArray();
  }
  out->EndObject();
}

// Sorted, ignoring case; of a repeated one the last value.
void WriteHeaders(const HttpAnswer& http, JsonWriter* out) {
  const auto less = [](const std::string& a, const std::string& b) {
    return absl::AsciiStrToLower(a) < absl::AsciiStrToLower(b);
  };
  std::map<std::string, std::string_view, decltype(less)> sorted(less);
  for (const auto& [name, value] : http.headers) sorted.insert_or_assign(name, value);
  out->Key("HttpHeaders").BeginObject();
  for (const auto& [name, value] : sorted) out->Key(name).String(value);
  out->EndObject();
}

}  // namespace

void WriteSdkHttpMetadata(const HttpAnswer& http, JsonWriter* out) {
  out->Key(kSdkHttpMetadata).BeginObject();
  WriteAllHeaders(http, out);
  WriteHeaders(http, out);
  out->Key("HttpStatusCode").Int(http.status);
  out->EndObject();
}

void WriteSdkResponseMetadata(const HttpAnswer& http, JsonWriter* out) {
  out->Key(kSdkResponseMetadata).BeginObject();
  out->Key("RequestId").String(http.request_id);
  out->EndObject();
}

}  // namespace asl
