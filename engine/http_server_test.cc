// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "fmt/format.h"

namespace engine {
namespace {

// A socket spoken by hand.
class Client {
 public:
  explicit Client(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{.tv_sec = 30, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { close(socket_); }

  void Say(const std::string& text) {
    EXPECT_EQ(send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // Everything until `end` has come, or the other side closed.
  std::string HearUntil(const std::string& end) {
    std::string heard;
    char bytes[4096];
    while (heard.find(end) == std::string::npos || end.empty()) {
      const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) break;
      heard.append(bytes, static_cast<size_t>(count));
    }
    return heard;
  }

 private:
  const int socket_;
};

std::string Get(const std::string& path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", path);
}

std::unique_ptr<HttpServer> Echo() {
  auto server =
      HttpServer::Start("127.0.0.1:0", [](HttpRequest request, const HttpServer::Reply& reply) {
        reply({.status = request.path == "/missing" ? 404 : 200,
               .body = fmt::format("<{} {} {} {}>", request.method, request.path, request.query,
                                   request.body.size())});
      });
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

TEST(HttpServer, AConnectionCarriesSeveralRequestsOneAfterTheOther) {
  const std::unique_ptr<HttpServer> server = Echo();
  Client client(server->port());
  client.Say(Get("/a?b=c") + Get("/missing"));  // both at once: the second waits for the first
  const std::string heard = client.HearUntil("<GET /missing  0>");
  EXPECT_NE(heard.find("HTTP/1.1 200 OK"), std::string::npos) << heard;
  EXPECT_NE(heard.find("<GET /a b=c 0>"), std::string::npos) << heard;
  EXPECT_NE(heard.find("HTTP/1.1 404 Not Found"), std::string::npos) << heard;
  client.Say("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz");
  EXPECT_NE(client.HearUntil("<POST /p  3>").find("Content-Length: 12"), std::string::npos);
}

TEST(HttpServer, HeadersReachTheHandlerInAnyCaseAndComeBackFromIt) {
  auto server =
      HttpServer::Start("127.0.0.1:0", [](HttpRequest request, const HttpServer::Reply& reply) {
        reply({.headers = {{"X-Answer", std::string(request.Header("x-ASK"))}},
               .body = fmt::format("<{}>", std::string(request.Header("absent")))});
      });
  ASSERT_TRUE(server.ok()) << server.status();
  Client client((*server)->port());
  client.Say("GET / HTTP/1.1\r\nHost: a\r\nX-Ask: why\r\n\r\n");
  const std::string heard = client.HearUntil("<>");
  EXPECT_NE(heard.find("\r\nX-Answer: why\r\n"), std::string::npos) << heard;
}

TEST(HttpServer, AHeadRequestGetsTheLengthAndNoBody) {
  const std::unique_ptr<HttpServer> server = Echo();
  Client client(server->port());
  client.Say("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string heard = client.HearUntil("");
  EXPECT_NE(heard.find("Content-Length: 12"), std::string::npos) << heard;
  EXPECT_TRUE(heard.ends_with("\r\n\r\n")) << heard;
}

TEST(HttpServer, WhatIsNoHttpOrTooLargeIsAnsweredAndTheConnectionEnds) {
  const std::unique_ptr<HttpServer> server = Echo();
  Client garbage(server->port());
  garbage.Say("\x16\x03\x01 what is this\r\n\r\n");
  EXPECT_TRUE(garbage.HearUntil("").starts_with("HTTP/1.1 400 "));
  Client large(server->port());
  large.Say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_TRUE(large.HearUntil("").starts_with("HTTP/1.1 413 "));
  Client many(server->port());
  many.Say("GET / HTTP/1.1\r\nA: " + std::string(70'000, 'a'));
  EXPECT_TRUE(many.HearUntil("").starts_with("HTTP/1.1 431 "));
}

// A client that does not read before it has sent everything gets the refusal all the same.
TEST(HttpServer, WhoIsRefusedMayGoOnSendingAndThenReads) {
  auto server = HttpServer::Start(
      "127.0.0.1:0", {}, {.body_bytes = 10}, {}, [](const HttpRefusal& refusal) -> HttpResponse {
        return {.status = refusal.status, .body = fmt::format("<{}>", refusal.text)};
      });
  ASSERT_TRUE(server.ok()) << server.status();
  Client client((*server)->port());
  constexpr size_t kBytes = 8 << 20;  // more than the operating system keeps for either side
  client.Say(fmt::format("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", kBytes));
  client.Say(std::string(kBytes, 'x'));
  const std::string heard = client.HearUntil("");
  EXPECT_TRUE(heard.ends_with("<HTTP content length exceeded 10 bytes.>")) << heard;
}

TEST(HttpServer, AnAnswerMayComeLaterAndFromAnotherThread) {
  std::jthread later;
  auto server = HttpServer::Start("127.0.0.1:0", [&later](HttpRequest, HttpServer::Reply reply) {
    later = std::jthread([reply = std::move(reply)] { reply({.body = "later"}); });
  });
  ASSERT_TRUE(server.ok()) << server.status();
  Client client((*server)->port());
  client.Say(Get("/"));
  EXPECT_TRUE(client.HearUntil("later").ends_with("later"));
}

TEST(HttpServer, StopEndsIdleConnectionsAndDropsAnswersThatComeAfterwards) {
  HttpServer::Reply kept;
  std::promise<void> asked;
  auto server = HttpServer::Start("127.0.0.1:0", [&](HttpRequest, HttpServer::Reply reply) {
    kept = std::move(reply);
    asked.set_value();
  });
  ASSERT_TRUE(server.ok()) << server.status();
  Client idle((*server)->port());
  Client waits((*server)->port());
  waits.Say(Get("/"));
  asked.get_future().wait();

  (*server)->Stop();

  kept({.body = "too late"});
  EXPECT_EQ(idle.HearUntil(""), "");
  EXPECT_EQ(waits.HearUntil(""), "");
}

// A request whose answer is kept back, and what the server says of its connection.
struct Held {
  std::promise<HttpServer::Reply> reply;
  std::promise<void> gone;
  HttpServer::Handler handler() {
    return [this](const HttpRequest& request, HttpServer::Reply to) {
      request.when_gone([this] { gone.set_value(); });
      reply.set_value(std::move(to));
    };
  }
};

TEST(HttpServer, WhoAnswersLateHearsThatTheClientHasGone) {
  Held held;
  auto server = HttpServer::Start("127.0.0.1:0", held.handler());
  ASSERT_TRUE(server.ok()) << server.status();
  auto client = std::make_unique<Client>((*server)->port());
  client->Say(Get("/"));
  const HttpServer::Reply reply = held.reply.get_future().get();
  client.reset();
  held.gone.get_future().wait();
  std::promise<bool> sent;
  reply({.body = "lost", .sent = [&](bool all) { sent.set_value(all); }});
  EXPECT_FALSE(sent.get_future().get());
  EXPECT_EQ((*server)->connections(), 0u);
}

TEST(HttpServer, WhoAnswersLateHearsThatTheAnswerWasSentAndTheConnectionGoesOn) {
  Held held;
  auto server = HttpServer::Start("127.0.0.1:0", [&](HttpRequest request, HttpServer::Reply reply) {
    if (request.path == "/now") return reply({.body = "<now>"});
    held.handler()(std::move(request), std::move(reply));
  });
  ASSERT_TRUE(server.ok()) << server.status();
  Client client((*server)->port());
  client.Say(Get("/"));
  const HttpServer::Reply reply = held.reply.get_future().get();
  client.Say(Get("/now"));  // read while the first one waits, answered after it
  std::promise<bool> sent;
  reply({.body = "<late>", .sent = [&](bool all) { sent.set_value(all); }});
  EXPECT_TRUE(sent.get_future().get());
  const std::string heard = client.HearUntil("<now>");
  EXPECT_LT(heard.find("<late>"), heard.find("<now>")) << heard;
  EXPECT_EQ((*server)->connections(), 1u);
}

TEST(HttpServer, AConnectionOverTheLimitIsToldSoAndOneThatIsSlowClosed) {
  auto server = HttpServer::Start(
      "127.0.0.1:0", [](HttpRequest, const HttpServer::Reply& reply) { reply({.body = "<ok>"}); },
      {.body_bytes = 10, .connections = 1, .patience_ms = 200});
  ASSERT_TRUE(server.ok()) << server.status();
  Client first((*server)->port());
  first.Say(Get("/"));
  EXPECT_NE(first.HearUntil("<ok>"), "");
  Client second((*server)->port());
  second.Say(Get("/"));
  const std::string told = second.HearUntil("");
  EXPECT_TRUE(told.starts_with("HTTP/1.1 503 ")) << told;
  EXPECT_TRUE(told.ends_with("there are 1 connections already; try again\n")) << told;
  first.Say("GET / HTTP/1.1\r\nHost:");  // and no more
  EXPECT_EQ(first.HearUntil(""), "");
  Client third((*server)->port());
  third.Say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(third.HearUntil("").starts_with("HTTP/1.1 413 "));
}

TEST(HttpServer, ACertificateThatCannotBeReadIsSaidBeforeAnythingIsServed) {
  const auto server =
      HttpServer::Start("127.0.0.1:0", {}, {}, {.certificate = "/none.pem", .key = "/none.key"});
  ASSERT_FALSE(server.ok());
  EXPECT_TRUE(
      std::string(server.status().message())
          .starts_with("tls-certificate: /none.pem holds no certificates in PEM that can be read"))
      << server.status();
}

TEST(HttpServer, ARequestIsReadFromBytesAsFromAConnection) {
  const auto read = ReadHttpRequest("POST /p?q HTTP/1.1\r\nA: b\r\nContent-Length: 2\r\n\r\nhi");
  const auto* request = std::get_if<HttpRequest>(&read);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->path + request->query + request->body, "/pqhi");
  const auto cut = ReadHttpRequest("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nh");
  ASSERT_TRUE(std::holds_alternative<HttpRefusal>(cut));
  EXPECT_EQ(std::get<HttpRefusal>(cut).status, 400);
}

TEST(HttpServer, APortThatIsTakenIsRefusedWithWhatToDo) {
  const std::unique_ptr<HttpServer> server = Echo();
  const std::string address = fmt::format("127.0.0.1:{}", server->port());
  const auto second = HttpServer::Start(address, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().message(),
            fmt::format("cannot listen at {}: Address already in use; is another process using it? "
                        "Choose another with --http-address",
                        address));
}

}  // namespace
}  // namespace engine
