// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How a program reaches an asld over gRPC: plain, or over TLS when asld has a certificate. The one
// rule about addresses for workers and tools. gRPC stays inside; any thread.
//
//   HOST:PORT          plain; over TLS when authorities are given
//   https://HOST:PORT  over TLS: asld's certificate must be of HOST, and of an authority that is
//                      given or, when none is, that the system knows
//   http://HOST:PORT   plain
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace grpc {
class Channel;
class ChannelArguments;
}  // namespace grpc

namespace workers {

struct Server {
  std::string address = "127.0.0.1:8084";
  std::string tls_authorities = {};  // certificates in PEM; empty: those of the system
};

// Connects at its first call.
std::shared_ptr<grpc::Channel> OpenChannel(const Server& server,
                                           const grpc::ChannelArguments& arguments);

// The text of a file of certificates; empty for no file. InvalidArgument when it cannot be read or
// holds none.
absl::StatusOr<std::string> ReadAuthorities(const std::string& file);

}  // namespace workers
