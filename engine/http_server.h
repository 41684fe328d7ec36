// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// An HTTP/1.1 server, with TLS when it is given a certificate, on one thread of its own: it accepts,
// reads whole requests, hands each to the handler, and writes the answer whenever that comes, from
// whichever thread. A request that waits for its answer costs memory only. It knows nothing of what
// is served. Owned by main; stopped before what the handler uses.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/tls_files.h"

namespace engine {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string path;   // without the query
  std::string query;  // after the '?'
  HttpHeaders headers = {};
  std::string body;
  // For who answers late: called during the handler only, it makes the server listen for the end of
  // the connection, and call `gone` on its thread when that comes before the answer. Null in tests.
  std::function<void(std::function<void()> gone)> when_gone = nullptr;

  std::string_view Header(const std::string& name) const;  // in any case; empty when absent
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  HttpHeaders headers = {};  // besides the type's and those of HTTP itself
  std::string body;
  // Called once if set, on the server's thread or that of Reply: whether all of it was handed to the
  // operating system. Not when the server stops first.
  std::function<void(bool)> sent = nullptr;
};

struct HttpLimits {
  uint64_t body_bytes = 4 << 20;
  uint32_t header_bytes = 64 << 10;
  // Each is a file descriptor. A few more are told so when they ask; beyond those, closed at once.
  size_t connections = 512;
  // How long a connection may take for a whole request, idle time included, and for taking an answer.
  int64_t patience_ms = 60'000;
};

// What the server itself has to say instead of asking the handler.
struct HttpRefusal {
  int status = 400;  // 400: no HTTP; 413, 431: too large; 503: too many connections
  std::string text;
};

// The request that is all of `bytes`, read as the server reads them, or why it refuses: for tests
// without sockets.
std::variant<HttpRequest, HttpRefusal> ReadHttpRequest(std::string_view bytes,
                                                       const HttpLimits& limits = {});

class HttpServer {
 public:
  // Called once, from any thread, also during the handler's own call.
  using Reply = std::function<void(HttpResponse)>;
  // Called on the server's thread: quick, or it answers later.
  using Handler = std::function<void(HttpRequest, Reply)>;
  // How a refusal looks to those whom it serves; null: as text. On the server's thread.
  using Refuser = std::function<HttpResponse(const HttpRefusal&)>;

  // Listens at "host:port" ("[::1]:port" for IPv6); port 0 takes a free one.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                           Handler handler, HttpLimits limits = {},
                                                           TlsFiles tls = {},
                                                           Refuser refuser = nullptr);
  ~HttpServer();

  int port() const;
  size_t connections() const;  // open now
  // Accepts no more, ends all connections and the thread; answers that come later are dropped.
  // Idempotent.
  void Stop();

 private:
  struct State;
  explicit HttpServer(std::shared_ptr<State> state);
  const std::shared_ptr<State> state_;
};

}  // namespace engine
