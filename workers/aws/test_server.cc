// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "fmt/format.h"

namespace workers::aws {
namespace {

// One request off the socket, or nullopt when the other side is gone.
std::optional<HttpRequest> Read(int socket) {
  std::string text;
  size_t head = std::string::npos;
  size_t length = 0;
  HttpRequest request;
  while (head == std::string::npos || text.size() < head + 4 + length) {
    char bytes[16384];
    const ssize_t count = recv(socket, bytes, sizeof bytes, 0);
    if (count <= 0) return std::nullopt;
    text.append(bytes, static_cast<size_t>(count));
    if (head != std::string::npos) continue;
    head = text.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    size_t at = text.find("\r\n");
    const std::string line = text.substr(0, at);
    const size_t first = line.find(' ');
    const std::string target = line.substr(first + 1, line.rfind(' ') - first - 1);
    const size_t question = std::min(target.find('?'), target.size());
    request.method = line.substr(0, first);
    request.path = target.substr(0, question);
    if (question < target.size()) request.query = target.substr(question + 1);
    while (at < head) {
      const size_t end = text.find("\r\n", at + 2);
      const size_t colon = text.find(':', at + 2);
      const size_t value = std::min(text.find_first_not_of(' ', colon + 1), end);
      request.headers.push_back(
          {text.substr(at + 2, colon - at - 2), text.substr(value, end - value)});
      at = end;
    }
    if (const std::string* size = FindHeader(request.headers, "Content-Length"))
      length = std::strtoul(size->c_str(), nullptr, 10);
  }
  request.body = text.substr(head + 4, length);
  return request;
}

void Say(int socket, const std::string& text) {
  send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

void Reset(int socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

TestServer::TestServer(Handler handler) : handler_(std::move(handler)) {
  listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const bool ok = bind(listening_, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                  listen(listening_, 512) == 0 &&
                  getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  if (!ok) std::abort();
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

TestServer::~TestServer() {
  StopListening();
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    closing_ = let_go_ = true;
    changed_.notify_all();
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  for (const int socket : sockets_) close(socket);
}

std::vector<HttpRequest> TestServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int TestServer::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(threads_.size());
}

void TestServer::AwaitRequests(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void TestServer::LetGo() {
  const std::lock_guard lock(mutex_);
  let_go_ = true;
  changed_.notify_all();
}

void TestServer::StopListening() {
  if (!accepting_.joinable()) return;
  shutdown(listening_, SHUT_RDWR);
  accepting_.join();
  close(listening_);
}

void TestServer::Accept() {
  for (;;) {
    const int socket = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void TestServer::Serve(int socket) {
  while (std::optional<HttpRequest> request = Read(socket)) {
    int before = 0;
    {
      const std::lock_guard lock(mutex_);
      before = static_cast<int>(requests_.size());
      requests_.push_back(*request);
      changed_.notify_all();
    }
    if (!Answer(socket, handler_(*request, before))) break;
  }
  const std::lock_guard lock(mutex_);
  sockets_.erase(std::find(sockets_.begin(), sockets_.end(), socket));
  close(socket);
}

bool TestServer::Answer(int socket, const TestAnswer& answer) {
  if (answer.misbehave == Misbehave::kHangs) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return let_go_; });
    if (closing_) return false;
  }
  std::string text = fmt::format("HTTP/1.1 {} Whatever\r\n", answer.status);
  for (const HttpHeader& header : answer.headers)
    text += fmt::format("{}: {}\r\n", header.name, header.value);
  text += fmt::format("Content-Length: {}\r\n{}\r\n", answer.body.size(),
                      answer.close_after ? "Connection: close\r\n" : "");
  switch (answer.misbehave) {
    case Misbehave::kCloses:
      return false;
    case Misbehave::kResets:
      Reset(socket);
      return false;
    case Misbehave::kTruncates:
      Say(socket, text + answer.body.substr(0, answer.body.size() / 2));
      return false;
    case Misbehave::kTalksNonsense:
      Say(socket, "220 mail.example.com ESMTP\r\n\r\n");
      return false;
    case Misbehave::kNot:
    case Misbehave::kHangs:
      Say(socket, text + answer.body);
  }
  return !answer.close_after;
}

}  // namespace workers::aws
