// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the environment and the shared files say to a client of AWS: the profile, the region, where a
// service is reached. Credentials are credential_chain.h's. Plain data; any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "workers/aws/shared_config.h"

namespace workers::aws {

// A service of AWS that this client calls.
struct Service {
  std::string_view name;    // in signatures and in endpoints
  std::string_view id;      // in AWS_ENDPOINT_URL_<ID> and in services sections, lower case here
  std::string_view target;  // of AWS JSON, in X-Amz-Target
  std::string_view json;    // version of AWS JSON; empty: it speaks another protocol
  std::string_view local;   // the variable of Step Functions Local that names its endpoint
};
inline constexpr Service kLambda{"lambda", "lambda", "", "", "LAMBDA_ENDPOINT"};
inline constexpr Service kSqs{"sqs", "sqs", "AmazonSQS", "1.0", "SQS_ENDPOINT"};
inline constexpr Service kStepFunctions{"states", "sfn", "AWSStepFunctions", "1.0",
                                        "STEP_FUNCTIONS_ENDPOINT"};
inline constexpr Service kDynamoDb{"dynamodb", "dynamodb", "DynamoDB_20120810", "1.0",
                                   "DYNAMODB_ENDPOINT"};
inline constexpr Service kSns{"sns", "sns", "", "", "SNS_ENDPOINT"};
inline constexpr Service kEventBridge{"events", "eventbridge", "AWSEvents", "1.1", ""};
inline constexpr Service kSts{"sts", "sts", "", "", ""};

// One made without LoadSettings says nothing.
struct Settings {
  Variables variables = [](const std::string&) { return std::nullopt; };
  SharedConfig shared;
  std::string profile;            // its name; "default" when nothing says
  bool profile_is_asked = false;  // by the caller: credentials in the environment do not count then

  // Of the profile; empty when it is not there.
  const ConfigSection& section() const;
  // The variable, else the profile's value, else nothing.
  std::optional<std::string> Find(const std::string& variable, std::string_view name) const;
};

// `profile` beats AWS_PROFILE and AWS_DEFAULT_PROFILE. A profile that is named and does not exist is
// an error.
absl::StatusOr<Settings> LoadSettings(Variables variables, std::string profile = "");

// AWS_REGION, AWS_DEFAULT_REGION, or the profile's region; empty when nothing says. (The instance
// metadata are not asked.)
std::string ResolveRegion(const Settings& settings);

struct Endpoint {
  std::string origin;       // "https://host", "http://host:port"
  std::string path;         // before each request's own, without a '/' at its end
  bool configured = false;  // not AWS's own
};

// AWS_ENDPOINT_URL_<ID>, Step Functions Local's variable, AWS_ENDPOINT_URL, the profile's services
// section, its endpoint_url; AWS's own where nothing says or
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.
absl::StatusOr<Endpoint> ResolveEndpoint(const Settings& settings, const Service& service,
                                         std::string_view region);
absl::StatusOr<Endpoint> ParseEndpoint(std::string_view url);

}  // namespace workers::aws
