// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For tests: an HTTP server on a free port of 127.0.0.1 that answers by a script and misbehaves on
// request: it resets, closes, truncates, talks nonsense, or holds an answer back until it is let go.
// Owned by a test; a thread for each connection. Nothing waits for time to pass.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "workers/aws/http.h"

namespace workers::aws {

enum class Misbehave { kNot, kCloses, kResets, kTruncates, kTalksNonsense, kHangs };

struct TestAnswer {
  int status = 200;
  HttpHeaders headers;
  std::string body;
  Misbehave misbehave = Misbehave::kNot;  // kHangs: says nothing until the server is let go
  bool close_after = false;
};

class TestServer {
 public:
  // Called on a connection's thread with the request and how many came before it on any.
  using Handler = std::function<TestAnswer(const HttpRequest& request, int before)>;

  explicit TestServer(Handler handler);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  int port() const { return port_; }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<HttpRequest> requests() const;
  int connections() const;
  // Waits until so many requests have arrived whole.
  void AwaitRequests(size_t count);
  // Whoever hangs answers now as it would have.
  void LetGo();
  // Closes the listening socket: connecting is refused from now on.
  void StopListening();

 private:
  void Accept();
  void Serve(int socket);
  // False: the connection is over.
  bool Answer(int socket, const TestAnswer& answer);

  const Handler handler_;
  int listening_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<HttpRequest> requests_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  bool let_go_ = false;
  bool closing_ = false;
  std::thread accepting_;
};

}  // namespace workers::aws
