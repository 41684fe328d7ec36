// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/credential_sources.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace workers::aws {
namespace {

constexpr std::string_view kContainerOrigin = "http://169.254.170.2";

std::string TextOf(const nlohmann::json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Tried again at once when the connection broke or the server was at fault, for the sources are near;
// not after a timeout, which is how a machine outside AWS finds that there is nobody.
absl::StatusOr<std::string> Ask(const Fetch& fetch, HttpRequest request, const std::string& what) {
  request.timeout = kMetadataTimeout;
  request.response_bytes_max = kCredentialBytesMax;
  request.direct = true;
  std::string why;
  for (int attempt = 0; attempt < kCredentialAttemptsMax; ++attempt) {
    HttpResult result = fetch(request);
    if (auto* failure = std::get_if<HttpFailure>(&result)) {
      why = failure->message;
      if (failure->kind == HttpFailureKind::kTimeout) break;
      continue;
    }
    auto& response = std::get<HttpResponse>(result);
    if (response.status == 200) return std::move(response.body);
    why = fmt::format("status {}", response.status);
    if (response.status < 500) break;
  }
  return absl::UnavailableError(fmt::format("{}: {}", what, why));
}

// Plain HTTP would show the credentials to others; the addresses are those AWS gives containers.
bool MayAskForCredentials(std::string_view origin) {
  if (absl::StartsWith(std::string(origin), "https://")) return true;
  std::string host(origin.substr(std::string_view("http://").size()));
  if (const size_t port = host.rfind(':'); port != std::string::npos && !host.ends_with(']'))
    host.resize(port);
  in_addr address{};
  const bool loopback =
      inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
  return loopback || host == "localhost" || host == "[::1]" || host == "169.254.170.2" ||
         host == "169.254.170.23" || host == "[fd00:ec2::23]";
}

absl::StatusOr<std::string> ContainerToken(const Variables& variables) {
  std::string token = variables("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (const auto path = variables("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    absl::StatusOr<std::string> text = ReadFile(variables, *path, kCredentialBytesMax);
    if (!text.ok()) return text.status();
    token = *std::move(text);
    absl::StripTrailingAsciiWhitespace(&token);
  }
  if (token.find_first_of("\r\n") != std::string::npos)
    return absl::InvalidArgumentError("the container's authorization token has more than one line");
  return token;
}

}  // namespace

absl::StatusOr<Credentials> ReadCredentialDocument(const std::string& text,
                                                   const std::string& token_name) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object()) return absl::InvalidArgumentError("the answer is no JSON object");
  Credentials credentials{TextOf(document, "AccessKeyId"),
                          Secret(TextOf(document, "SecretAccessKey")),
                          Secret(TextOf(document, token_name)), std::nullopt};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty())
    return absl::InvalidArgumentError(
        "the answer must have AccessKeyId and SecretAccessKey, both texts");
  if (const std::string expiration = TextOf(document, "Expiration"); !expiration.empty()) {
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, expiration, &time, &error))
      return absl::InvalidArgumentError("the answer's Expiration is not an RFC 3339 time");
    credentials.expires = time;
  }
  return credentials;
}

absl::StatusOr<Credentials> FromContainer(const Variables& variables, const Fetch& fetch) {
  HttpRequest request{.method = "GET"};
  if (const auto relative = variables("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    request.origin = kContainerOrigin;
    request.path = *relative;
  } else {
    const std::string url = variables("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
    // The query is part of some; an endpoint has none.
    const size_t question = std::min(url.find('?'), url.size());
    absl::StatusOr<Endpoint> endpoint = ParseEndpoint(url.substr(0, question));
    if (!endpoint.ok()) return endpoint.status();
    if (!MayAskForCredentials(endpoint->origin))
      return absl::InvalidArgumentError(
          "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https://, or http:// to this machine or to "
          "169.254.170.2, 169.254.170.23 or [fd00:ec2::23]");
    request.origin = endpoint->origin;
    request.path = endpoint->path.empty() ? "/" : endpoint->path;
    if (question < url.size()) request.query = url.substr(question + 1);
  }
  absl::StatusOr<std::string> token = ContainerToken(variables);
  if (!token.ok()) return token.status();
  if (!token->empty()) request.headers.push_back({"Authorization", *std::move(token)});
  absl::StatusOr<std::string> text = Ask(fetch, std::move(request), "the container's endpoint");
  if (!text.ok()) return text.status();
  return ReadCredentialDocument(*text, "Token");
}

absl::StatusOr<Credentials> FromInstanceMetadata(const Variables& variables, const Fetch& fetch) {
  const std::string disabled = variables("AWS_EC2_METADATA_DISABLED").value_or("");
  if (absl::AsciiStrToLower(disabled) == "true")
    return absl::NotFoundError("AWS_EC2_METADATA_DISABLED is true");
  const bool v6 = absl::AsciiStrToLower(
                      variables("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or("")) == "ipv6";
  const std::string url = variables("AWS_EC2_METADATA_SERVICE_ENDPOINT")
                              .value_or(v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254");
  absl::StatusOr<Endpoint> endpoint = ParseEndpoint(url);
  if (!endpoint.ok()) return endpoint.status();

  HttpRequest request{.method = "PUT",
                      .origin = endpoint->origin,
                      .path = endpoint->path + "/latest/api/token",
                      .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
  absl::StatusOr<std::string> token = Ask(fetch, request, "the instance metadata's token");
  if (!token.ok()) return token.status();
  request.method = "GET";
  request.headers = {{"X-aws-ec2-metadata-token", *token}};
  request.path = endpoint->path + "/latest/meta-data/iam/security-credentials/";
  absl::StatusOr<std::string> role = Ask(fetch, request, "the instance's role");
  if (!role.ok()) return role.status();
  role->resize(std::min(role->find('\n'), role->size()));
  request.path += PercentEncode(*role);
  absl::StatusOr<std::string> text = Ask(fetch, request, "the instance's credentials");
  if (!text.ok()) return text.status();
  return ReadCredentialDocument(*text, "Token");
}

}  // namespace workers::aws
