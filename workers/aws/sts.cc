// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The two calls of STS that credentials need, in its query protocol: a form goes out, XML comes back.
// Of the XML the texts of the elements that hold no other element are kept, by name: the few that
// matter are named once each.
#include <expat.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "fmt/format.h"
#include "workers/aws/credential_sources.h"
#include "workers/aws/sigv4.h"

namespace workers::aws {
namespace {

constexpr int kXmlDepthMax = 16;

struct XmlReader {
  XML_Parser parser;
  std::map<std::string, std::string, std::less<>> texts;
  std::string text;
  int depth = 0;
};

void OnStart(void* user, const XML_Char*, const XML_Char**) {
  auto* reader = static_cast<XmlReader*>(user);
  reader->text.clear();
  if (++reader->depth > kXmlDepthMax) XML_StopParser(reader->parser, XML_FALSE);
}

void OnText(void* user, const XML_Char* text, int length) {
  static_cast<XmlReader*>(user)->text.append(text, static_cast<size_t>(length));
}

void OnEnd(void* user, const XML_Char* name) {
  auto* reader = static_cast<XmlReader*>(user);
  --reader->depth;
  if (!reader->text.empty()) reader->texts.emplace(name, std::move(reader->text));
  reader->text.clear();
}

// AWS sends none, and entities are declared there.
void OnDoctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  XML_StopParser(static_cast<XmlReader*>(user)->parser, XML_FALSE);
}

std::optional<std::map<std::string, std::string, std::less<>>> ReadXml(const std::string& xml) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate("UTF-8"), XML_ParserFree);
  XmlReader reader{.parser = parser.get()};
  XML_SetUserData(parser.get(), &reader);
  XML_SetElementHandler(parser.get(), OnStart, OnEnd);
  XML_SetCharacterDataHandler(parser.get(), OnText);
  XML_SetStartDoctypeDeclHandler(parser.get(), OnDoctype);
  if (XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE) != XML_STATUS_OK)
    return std::nullopt;
  return std::move(reader.texts);
}

using Form = std::vector<std::pair<std::string, std::string>>;

HttpRequest FormRequest(const StsCall& sts, const Form& form) {
  HttpRequest request{
      .origin = sts.endpoint.origin,
      .path = sts.endpoint.path + "/",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
      .timeout = absl::Seconds(10),
      .response_bytes_max = kCredentialBytesMax};
  for (const auto& [name, value] : form) {
    if (value.empty()) continue;
    if (!request.body.empty()) request.body += '&';
    request.body += fmt::format("{}={}", name, PercentEncode(value));
  }
  return request;
}

absl::StatusOr<Credentials> ReadAnswer(const HttpResponse& response, const std::string& what) {
  const auto texts = ReadXml(response.body);
  const auto text = [&texts](std::string_view name) -> std::string {
    if (!texts) return "";
    const auto found = texts->find(name);
    return found == texts->end() ? "" : found->second;
  };
  if (response.status != 200) {
    const std::string code = text("Code");
    return absl::PermissionDeniedError(
        code.empty() ? fmt::format("{}: status {}", what, response.status)
                     : fmt::format("{}: {}: {}", what, code, text("Message")));
  }
  absl::Time expires;
  std::string error;
  if (text("AccessKeyId").empty() || text("SecretAccessKey").empty() ||
      text("SessionToken").empty() ||
      !absl::ParseTime(absl::RFC3339_full, text("Expiration"), &expires, &error))
    return absl::UnavailableError(fmt::format("{}: the answer has no credentials", what));
  return Credentials{text("AccessKeyId"), Secret(text("SecretAccessKey")),
                     Secret(text("SessionToken")), expires};
}

// Tried again at once: whoever needs the credentials tries again later.
template <typename MakeRequest>
absl::StatusOr<Credentials> Call(const StsCall& sts, const std::string& what,
                                 const MakeRequest& make_request) {
  absl::StatusOr<Credentials> credentials = absl::UnavailableError("");
  for (int attempt = 0; attempt < kCredentialAttemptsMax; ++attempt) {
    HttpResult result = sts.fetch(make_request());
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
      credentials = absl::UnavailableError(fmt::format("{}: {}", what, failure->message));
      continue;
    }
    const auto& response = std::get<HttpResponse>(result);
    credentials = ReadAnswer(response, what);
    if (response.status < 500) break;
  }
  return credentials;
}

Form RoleForm(std::string action, const Role& role) {
  return {{"Action", std::move(action)},
          {"Version", "2011-06-15"},
          {"RoleArn", role.arn},
          {"RoleSessionName", role.session_name},
          {"ExternalId", role.external_id},
          {"DurationSeconds", role.duration_seconds}};
}

}  // namespace

absl::StatusOr<Credentials> AssumeRole(const StsCall& sts, const Role& role,
                                       const Credentials& base, absl::Time now) {
  return Call(sts, fmt::format("AssumeRole {}", role.arn), [&] {
    HttpRequest request = FormRequest(sts, RoleForm("AssumeRole", role));
    Sign(base, {sts.region, std::string(kSts.name)}, now, &request);
    return request;
  });
}

absl::StatusOr<Credentials> AssumeRoleWithWebIdentity(const StsCall& sts, const Role& role,
                                                      const std::string& token) {
  return Call(sts, fmt::format("AssumeRoleWithWebIdentity {}", role.arn), [&] {
    Form form = RoleForm("AssumeRoleWithWebIdentity", role);
    form.emplace_back("WebIdentityToken", token);
    return FormRequest(sts, form);
  });
}

}  // namespace workers::aws
