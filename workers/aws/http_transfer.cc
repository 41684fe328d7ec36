// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/http_transfer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace workers::aws {
namespace {

template <typename Value>
void Set(CURL* easy, CURLoption option, Value value) {
  // Fails for options that this library does not know only: checked when it was built.
  static_cast<void>(curl_easy_setopt(easy, option, value));
}

bool HasControl(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' && c != '\t') return true;
  }
  return false;
}

}  // namespace

HttpTransfer::HttpTransfer(uint64_t id, CURL* easy, HttpRequest request, HttpTransport::Done done,
                           const HttpClient::Options& options)
    : id_(id), easy_(easy), request_(std::move(request)), done_(std::move(done)) {
  SetUp(options);
  SetHeaders();
}

HttpTransfer::~HttpTransfer() { curl_slist_free_all(headers_); }

HttpTransfer& HttpTransfer::Of(CURL* easy) {
  char* transfer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  return *reinterpret_cast<HttpTransfer*>(transfer);
}

void HttpTransfer::SetUp(const HttpClient::Options& options) {
  const std::string url =
      request_.origin + request_.path + (request_.query.empty() ? "" : "?") + request_.query;
  if (HasControl(url) || HasControl(request_.method)) refusal_ = "a URL with a control character";
  Set(easy_, CURLOPT_URL, url.c_str());
  Set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy_, CURLOPT_PATH_AS_IS, 1L);  // the path that was signed
  Set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(easy_, CURLOPT_NOSIGNAL, 1L);
  Set(easy_, CURLOPT_ERRORBUFFER, error_);
  Set(easy_, CURLOPT_PRIVATE, this);
  if (request_.method != "GET" || !request_.body.empty()) {
    Set(easy_, CURLOPT_POST, 1L);
    Set(easy_, CURLOPT_POSTFIELDS, request_.body.data());
    Set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  Set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());

  const int64_t timeout_ms = std::max<int64_t>(1, absl::ToInt64Milliseconds(request_.timeout));
  Set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
  Set(easy_, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(timeout_ms, absl::ToInt64Milliseconds(kConnectTimeout))));
  // A peer that vanished is noticed within a minute, not at the deadline of a long call.
  Set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  Set(easy_, CURLOPT_TCP_KEEPIDLE, 30L);
  Set(easy_, CURLOPT_TCP_KEEPINTVL, 5L);
  Set(easy_, CURLOPT_MAXAGE_CONN, static_cast<long>(absl::ToInt64Seconds(options.idle_max)));
  if (!options.ca_file.empty()) Set(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  if (request_.direct) Set(easy_, CURLOPT_NOPROXY, "*");

  // libcurl sends again by itself when a kept connection breaks before an answer; whether the first
  // was received nobody knows, so it is not allowed to.
  Set(easy_, CURLOPT_PREREQFUNCTION, &HttpTransfer::OnReady);
  Set(easy_, CURLOPT_PREREQDATA, this);
  Set(easy_, CURLOPT_HEADERFUNCTION, &HttpTransfer::OnHeader);
  Set(easy_, CURLOPT_HEADERDATA, this);
  Set(easy_, CURLOPT_WRITEFUNCTION, &HttpTransfer::OnBody);
  Set(easy_, CURLOPT_WRITEDATA, this);
}

void HttpTransfer::SetHeaders() {
  for (const HttpHeader& header : request_.headers) {
    if (HasControl(header.name) || HasControl(header.value))
      refusal_ = fmt::format("a control character in the header {}", header.name);
    // A ';' for the ':' makes libcurl send a header without a value.
    const std::string line =
        header.value.empty() ? header.name + ";" : fmt::format("{}: {}", header.name, header.value);
    headers_ = curl_slist_append(headers_, line.c_str());
  }
  // Headers that libcurl would add.
  for (const char* name : {"Accept", "Content-Type", "Expect"}) {
    if (FindHeader(request_.headers, name) == nullptr)
      headers_ = curl_slist_append(headers_, fmt::format("{}:", name).c_str());
  }
  Set(easy_, CURLOPT_HTTPHEADER, headers_);
}

int HttpTransfer::OnReady(void* self, char*, char*, int, int) {
  return ++static_cast<HttpTransfer*>(self)->sendings_ == 1 ? CURL_PREREQFUNC_OK
                                                            : CURL_PREREQFUNC_ABORT;
}

size_t HttpTransfer::OnHeader(char* bytes, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  const std::string_view line(bytes, size * count);
  transfer->header_bytes_ += line.size();
  if (transfer->header_bytes_ > kResponseHeaderBytesMax) {
    transfer->too_large_ = true;
    return 0;
  }
  if (line.substr(0, 5) == "HTTP/") transfer->response_.headers.clear();  // after a 100 Continue
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string value(line.substr(colon + 1));
    absl::StripAsciiWhitespace(&value);
    transfer->response_.headers.push_back({std::string(line.substr(0, colon)), std::move(value)});
  }
  return line.size();
}

size_t HttpTransfer::OnBody(char* bytes, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  const size_t length = size * count;
  if (transfer->response_.body.size() + length > transfer->request_.response_bytes_max) {
    transfer->too_large_ = true;
    return 0;
  }
  transfer->response_.body.append(bytes, length);
  return length;
}

bool HttpTransfer::Sent() const {
  long bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

std::string HttpTransfer::Peer() const {
  const size_t scheme = request_.origin.find("://");
  std::string peer =
      scheme == std::string::npos ? request_.origin : request_.origin.substr(scheme + 3);
  if (peer.rfind(':') == std::string::npos || peer.ends_with(']'))
    peer += request_.origin.starts_with("https:") ? ":443" : ":80";
  return peer;
}

HttpFailure HttpTransfer::Failure(HttpFailureKind kind, std::string message) const {
  return {kind, Sent(), std::move(message)};
}

HttpResult HttpTransfer::Result(CURLcode code) {
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return std::move(response_);
  }
  if (too_large_)
    return Failure(HttpFailureKind::kTooLarge,
                   fmt::format("the answer of {} has more than {} bytes", Peer(),
                               request_.response_bytes_max));
  const std::string host = Peer().substr(0, Peer().rfind(':'));
  long os_error = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &os_error);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Failure(HttpFailureKind::kNotConnected, host + ": Name or service not known");
    case CURLE_COULDNT_CONNECT:
      return Failure(HttpFailureKind::kNotConnected,
                     fmt::format("Connect to {} failed: {}", Peer(),
                                 std::strerror(static_cast<int>(os_error))));
    case CURLE_OPERATION_TIMEDOUT:
      return Failure(HttpFailureKind::kTimeout,
                     Sent() ? "Read timed out"
                            : fmt::format("Connect to {} failed: connect timed out", Peer()));
    case CURLE_ABORTED_BY_CALLBACK:  // OnReady
    case CURLE_GOT_NOTHING:
      return Failure(HttpFailureKind::kBroken, Peer() + " failed to respond");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return Failure(HttpFailureKind::kBroken, "Connection reset");
    case CURLE_PARTIAL_FILE:
      return Failure(HttpFailureKind::kBroken,
                     fmt::format("Premature end of the answer of {} after {} bytes", Peer(),
                                 response_.body.size()));
    default: {
      const std::string why = *error_ != '\0' ? error_ : curl_easy_strerror(code);
      return Failure(Sent() ? HttpFailureKind::kBroken : HttpFailureKind::kNotConnected,
                     fmt::format("{}: {}", Peer(), why));
    }
  }
}

}  // namespace workers::aws
