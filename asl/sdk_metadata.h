// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What AWS's SDK for Java knows of an answer besides its body, as Step Functions shows it in the
// results of integrations: two members of an object, as recorded. Pure; any thread.
#pragma once

#include <string_view>

#include "asl/http_answer.h"
#include "asl/json.h"

namespace asl {

inline constexpr std::string_view kSdkHttpMetadata = "SdkHttpMetadata";
inline constexpr std::string_view kSdkResponseMetadata = "SdkResponseMetadata";

// The member of that name with its key.
void WriteSdkHttpMetadata(const HttpAnswer& http, JsonWriter* out);
void WriteSdkResponseMetadata(const HttpAnswer& http, JsonWriter* out);

}  // namespace asl
