// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_encryption.h"

namespace engine {
namespace {

constexpr std::string_view kOwnedKey = "AWS_OWNED_KEY";

}  // namespace

absl::Status CheckAwsEncryption(const AwsRequest& request) {
  const asl::Json type = request.Part(kAwsEncryption.name).Find("type").value_or(asl::Json());
  if (!type.is_string() || type.as_string() == kOwnedKey) return absl::OkStatus();
  return absl::UnimplementedError(
      "an encryptionConfiguration other than type AWS_OWNED_KEY is not supported yet by asld");
}

void WriteAwsEncryption(asl::JsonWriter& out) {
  out.Key(kAwsEncryption.name).BeginObject().Key("type").String(kOwnedKey).EndObject();
}

}  // namespace engine
