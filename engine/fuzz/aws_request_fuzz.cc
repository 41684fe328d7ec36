// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The bodies of AWS's JSON protocol: whatever comes, each operation's table answers with a request
// or an exception of AWS's. The first line names the operation.
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/aws_operations.h"
#include "engine/aws_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\n');
  if (end == std::string_view::npos) return 0;
  const engine::AwsOperation* operation = engine::FindAwsOperation(input.substr(0, end));
  if (operation == nullptr) return 0;
  const auto decoded =
      engine::DecodeAwsRequest(operation->members, std::string(input.substr(end + 1)));
  if (const auto* error = std::get_if<engine::AwsError>(&decoded)) {
    assert(!error->type.empty() && error->http_status == 400);
    return 0;
  }
  const auto& request = std::get<engine::AwsRequest>(decoded);
  for (const engine::AwsMember& member : operation->members) {
    assert(!member.required || !request.Part(member.name).is_null());
    request.Text(member.name);
    request.Number(member.name);
    for (const asl::Json& item : request.Items(member.name)) item.source();
  }
  return 0;
}
