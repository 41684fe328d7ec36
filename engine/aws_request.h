// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Requests of AWS's JSON protocol: what AWS's API model says of an operation's members, as a table,
// and the one decoder that holds any request to it. Knows nothing of what the operations do. Values
// and pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "asl/json.h"

namespace engine {

// An error as AWS's SDKs understand it.
struct AwsError {
  std::string type;  // "ExecutionDoesNotExist", with its namespace where AWS's has one
  std::string message;
  int http_status = 400;
  std::string resource_name = {};  // a member of some of AWS's errors
};

// The one place where a status becomes AWS's exception. The texts of engine/api begin with AWS's
// title for the error ("Execution Does Not Exist: '…'"), which names the exception; where there is
// no such title the code does.
AwsError ToAws(const absl::Status& status);

enum class AwsKind : uint8_t { kString, kInteger, kBoolean, kStructure, kList };

struct AwsMember {
  std::string_view name;
  AwsKind kind = AwsKind::kString;
  bool required = false;
  int64_t min = 0;           // of a string: characters; of an integer: its value
  int64_t max = INT64_MAX;   // the same
  bool sensitive = false;    // not shown in messages
  std::string_view choices;  // "A, B", in the order in which AWS lists them; empty: any text
  // "execution", or several as above: an ARN of Step Functions of that type; empty: any text
  std::string_view arn_of;
  // Of a list: what its items are, the members of a structure or one text without a name.
  std::span<const AwsMember> parts = {};
};

// A request that is as the table says. Absent members and null are the same.
class AwsRequest {
 public:
  explicit AwsRequest(asl::Json body) : body_(std::move(body)) {}

  std::optional<std::string> Find(std::string_view name) const;  // of a string
  std::string Text(std::string_view name) const;                 // empty when absent
  int32_t Number(std::string_view name) const;                   // 0 when absent
  bool Flag(std::string_view name, bool otherwise = false) const;
  asl::Json Part(std::string_view name) const;                // null when absent
  std::vector<asl::Json> Items(std::string_view name) const;  // of a list

 private:
  asl::Json body_;
};

// In AWS's order: what cannot be read at all (SerializationException), ARNs that are none
// (InvalidArn), then every constraint that is broken, in one ValidationException.
std::variant<AwsRequest, AwsError> DecodeAwsRequest(std::span<const AwsMember> members,
                                                    std::string body);

}  // namespace engine
