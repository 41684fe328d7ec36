// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_gate.h"

#include <utility>

#include "absl/time/time.h"
#include "fmt/format.h"
#include "workers/aws/shared_config.h"
#include "workers/aws/sigv4_verify.h"

namespace engine {
namespace {

namespace aws = workers::aws;

constexpr char kService[] = "states";

absl::StatusOr<std::vector<aws::Credentials>> ReadCredentials(const std::string& file) {
  absl::StatusOr<std::string> text = aws::ReadFile(aws::ProcessVariables(), file);
  if (!text.ok()) return text.status();
  aws::SharedConfig config;
  if (absl::Status s = aws::ParseSharedFile(*text, aws::SharedFile::kCredentials, file, &config);
      !s.ok()) {
    return s;
  }
  std::vector<aws::Credentials> known;
  for (const auto& [profile, section] : config.profiles) {
    const std::string* id = section.Find("aws_access_key_id");
    const std::string* secret = section.Find("aws_secret_access_key");
    if (id == nullptr && secret == nullptr) continue;
    if (id == nullptr || secret == nullptr) {
      return absl::InvalidArgumentError(
          fmt::format("{}: profile '{}' must have both aws_access_key_id and aws_secret_access_key",
                      file, profile));
    }
    const std::string* token = section.Find("aws_session_token");
    known.push_back({.access_key_id = *id,
                     .secret_access_key = aws::Secret(*secret),
                     .session_token = aws::Secret(token == nullptr ? "" : *token),
                     .expires = std::nullopt});
  }
  if (known.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: holds no aws_access_key_id: nobody could call", file));
  }
  return known;
}

aws::HttpRequest ToAwsRequest(const HttpRequest& request) {
  aws::HttpRequest signed_request{.method = request.method,
                                  .origin = "",
                                  .path = request.path,
                                  .query = request.query,
                                  .headers = {},
                                  .body = request.body};
  for (const auto& [name, value] : request.headers) signed_request.headers.push_back({name, value});
  return signed_request;
}

// As AWS's front doors answer: what the client could not know is 403.
int StatusOf(std::string_view code) {
  return code == "UnrecognizedClientException" || code == "ExpiredTokenException" ? 400 : 403;
}

}  // namespace

AwsError Throttled() { return {.type = "ThrottlingException", .message = "Rate exceeded"}; }

struct AwsGate::Callers {
  aws::SigV4Verifier verifier;
};

absl::StatusOr<std::unique_ptr<AwsGate>> AwsGate::Open(const AwsGateOptions& options) {
  std::unique_ptr<Callers> callers;
  if (!options.credentials_file.empty()) {
    absl::StatusOr<std::vector<aws::Credentials>> known = ReadCredentials(options.credentials_file);
    if (!known.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("aws-credentials: {}", std::string(known.status().message())));
    }
    callers.reset(new Callers{aws::SigV4Verifier({options.region, kService}, *std::move(known))});
  }
  return std::unique_ptr<AwsGate>(new AwsGate(std::move(callers), options));
}

AwsGate::AwsGate(std::unique_ptr<Callers> callers, const AwsGateOptions& options)
    : callers_(std::move(callers)),
      buckets_(options.rates, &SystemClock()),
      calls_max_(options.calls_max) {}

AwsGate::~AwsGate() = default;

std::optional<AwsError> AwsGate::CheckCaller(const HttpRequest& request) const {
  if (callers_ == nullptr) return std::nullopt;
  const auto verdict = callers_->verifier.Verify(ToAwsRequest(request),
                                                 absl::FromUnixMillis(SystemClock().Now().value));
  const auto* refusal = std::get_if<aws::AuthRefusal>(&verdict);
  if (refusal == nullptr) return std::nullopt;
  return AwsError{.type = std::string(refusal->code),
                  .message = refusal->message,
                  .http_status = StatusOf(refusal->code)};
}

std::optional<AwsError> AwsGate::CheckRate(std::string_view operation) {
  if (buckets_.Take(operation)) return std::nullopt;
  return Throttled();
}

std::optional<AwsError> AwsGate::Enter() {
  if (calls_.fetch_add(1) < calls_max_) return std::nullopt;
  calls_.fetch_sub(1);
  return Throttled();
}

void AwsGate::Leave() { calls_.fetch_sub(1); }

}  // namespace engine
