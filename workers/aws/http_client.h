// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// HTTP/1.1 with and without TLS for thousands of requests at once on one thread: libcurl behind
// HttpTransport. Connections are kept and used again; a proxy that the environment names (HTTPS_PROXY,
// NO_PROXY …) is used. Owned by whoever builds clients of AWS, destroyed after them: those who still
// wait then hear kCancelled.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "workers/aws/http_transport.h"

namespace workers::aws {

inline constexpr absl::Duration kConnectTimeout = absl::Seconds(5);
inline constexpr size_t kResponseHeaderBytesMax = 256 << 10;

class HttpClient : public HttpTransport {
 public:
  struct Options {
    // Further requests wait, their time running.
    int connections_max = 1024;
    // Unused ones are closed then.
    absl::Duration idle_max = absl::Seconds(30);
    // Certificates to trust, PEM; empty: those of AWS_CA_BUNDLE, as AWS's own clients take it, else
    // the system's.
    std::string ca_file;
  };

  static absl::StatusOr<std::unique_ptr<HttpClient>> Start(Options options);
  ~HttpClient() override;

  uint64_t Send(HttpRequest request, Done done) override;
  void Cancel(uint64_t id) override;
  void After(absl::Duration delay, std::function<void()> task) override;
  std::chrono::steady_clock::time_point Now() override;

 private:
  class Loop;
  explicit HttpClient(std::unique_ptr<Loop> loop);
  const std::unique_ptr<Loop> loop_;
};

}  // namespace workers::aws
