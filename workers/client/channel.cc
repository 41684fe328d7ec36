// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/client/channel.h"

#include <fstream>
#include <iterator>
#include <string_view>

#include "fmt/core.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace workers {

std::shared_ptr<grpc::Channel> OpenChannel(const Server& server,
                                           const grpc::ChannelArguments& arguments) {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kPlain = "http://";
  std::string_view target = server.address;
  bool tls = !server.tls_authorities.empty();
  if (target.starts_with(kTls)) {
    tls = true;
    target.remove_prefix(kTls.size());
  } else if (target.starts_with(kPlain)) {
    tls = false;
    target.remove_prefix(kPlain.size());
  }
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = server.tls_authorities;
  return grpc::CreateCustomChannel(
      std::string(target), tls ? grpc::SslCredentials(options) : grpc::InsecureChannelCredentials(),
      arguments);
}

absl::StatusOr<std::string> ReadAuthorities(const std::string& file) {
  if (file.empty()) return "";
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || text.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return absl::InvalidArgumentError(
        fmt::format("{} holds no certificates in PEM that can be read", file));
  }
  return text;
}

}  // namespace workers
