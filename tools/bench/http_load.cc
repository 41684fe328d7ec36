// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/bench/http_load.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <utility>
#include <vector>

namespace bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// Connecting all at once would overflow the queue of those that the server has not accepted yet.
constexpr size_t kConnectingMax = 256;
constexpr size_t kFilesBesides = 256;

}  // namespace

namespace {

std::string Request(std::string_view to, std::string_view operation, std::string_view body) {
  return fmt::format(
      "{} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n"
      "X-Amz-Target: AWSStepFunctions.{}\r\nContent-Length: {}\r\n\r\n{}",
      to, operation, body.size(), body);
}

}  // namespace

std::string AwsCall(std::string_view operation, std::string_view body) {
  return Request("POST /", operation, body);
}

std::string EmptyCall(std::string_view operation, std::string_view body) {
  return Request("GET /healthz", operation, body);
}

std::string HttpGet(std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);
}

struct HttpLoad::State {
  struct Connection {
    Connection(State* state_in, size_t index_in)
        : state(state_in), index(index_in), socket(state->io), timer(state->io) {}

    void Connect() {
      socket.async_connect(state->server, [this](error_code error) {
        state->Connected();
        if (error) return state->Broken(fmt::format("connecting: {}", error.message()));
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        Go(nullptr);
      });
    }

    void Go(const Answer* last) {
      std::optional<Step> step = state->next(index, last);
      if (!step) return;
      request = std::move(step->request);
      if (step->delay_us == 0) return Send();
      timer.expires_after(std::chrono::microseconds(step->delay_us));
      timer.async_wait([this](error_code error) {
        if (!error) Send();
      });
    }

    void Send() {
      asio::async_write(socket, asio::buffer(request), [this](error_code error, size_t) {
        if (error) return state->Broken(fmt::format("sending: {}", error.message()));
        response = {};
        http::async_read(socket, buffer, response, [this](error_code failed, size_t) {
          if (failed) return state->Broken(fmt::format("receiving: {}", failed.message()));
          const Answer answer{.status = static_cast<int>(response.result_int()),
                              .body = response.body()};
          Go(&answer);
        });
      });
    }

    State* const state;
    const size_t index;
    tcp::socket socket;
    asio::steady_timer timer;
    std::string request;
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
  };

  void ConnectMore() {
    while (begun < connections.size() && connecting < kConnectingMax) {
      ++connecting;
      connections[begun++]->Connect();
    }
  }
  void Connected() {
    --connecting;
    ConnectMore();
  }
  void Broken(const std::string& what) {
    status.Update(absl::UnavailableError(what));
    io.stop();
  }

  asio::io_context io{1};
  tcp::endpoint server;
  Next next;
  std::vector<std::unique_ptr<Connection>> connections;
  size_t begun = 0;
  size_t connecting = 0;
  absl::Status status;
};

HttpLoad::HttpLoad(int port, size_t connections, Next next) : state_(std::make_unique<State>()) {
  state_->server = {asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)};
  state_->next = std::move(next);
  for (size_t i = 0; i < connections; ++i) {
    state_->connections.push_back(std::make_unique<State::Connection>(state_.get(), i));
  }
}

HttpLoad::~HttpLoad() = default;

bool HttpLoad::MayOpen(size_t connections) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, connections + kFilesBesides);
  return limit.rlim_cur <= limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

absl::Status HttpLoad::Run() {
  state_->ConnectMore();
  state_->io.run();
  return state_->status;
}

}  // namespace bench
