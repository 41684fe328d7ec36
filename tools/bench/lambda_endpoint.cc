// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/bench/lambda_endpoint.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <memory>

namespace bench {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const std::string* payload)
      : stream_(std::move(socket)), payload_(payload) {
    stream_.socket().set_option(tcp::no_delay(true));
  }

  void Read() {
    request_ = {};
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code error, size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  void Answer() {
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::content_type, "application/json");
    response_.set("X-Amz-Executed-Version", "$LATEST");
    response_.set("x-amzn-RequestId", "5f3b2a1c-0d9e-4f8a-b7c6-1a2b3c4d5e6f");
    response_.keep_alive(true);
    response_.body() = *payload_;
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, size_t) {
                        if (!error) self->Read();
                      });
  }

  beast::tcp_stream stream_;
  const std::string* const payload_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

void Accept(tcp::acceptor& acceptor, const std::string& payload) {
  acceptor.async_accept([&](beast::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Connection>(std::move(socket), &payload)->Read();
    Accept(acceptor, payload);
  });
}

}  // namespace

absl::Status ServeLambda(const std::string& payload) {
  boost::asio::io_context context(1);
  beast::error_code error;
  tcp::acceptor acceptor(context);
  const tcp::endpoint any(boost::asio::ip::make_address("127.0.0.1"), 0);
  acceptor.open(any.protocol(), error);
  if (!error) acceptor.bind(any, error);
  if (!error) acceptor.listen(1024, error);
  if (error) return absl::UnavailableError(error.message());
  fmt::print("listening at port {}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  Accept(acceptor, payload);
  context.run();
  return absl::OkStatus();
}

}  // namespace bench
