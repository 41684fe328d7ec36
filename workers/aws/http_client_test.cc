// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/http_client.h"

#include <gtest/gtest.h>

#include <future>

#include "absl/strings/match.h"
#include "fmt/format.h"
#include "workers/aws/test_server.h"

namespace workers::aws {
namespace {

constexpr std::string_view kKinds[] = {"not connected", "timeout", "broken", "too large",
                                       "cancelled"};

// "200 body", or "broken, sent: why".
std::string Text(const HttpResult& result) {
  if (const auto* response = std::get_if<HttpResponse>(&result))
    return fmt::format("{} {}", response->status, response->body);
  const auto& failure = std::get<HttpFailure>(result);
  return fmt::format("{}, {}: {}", kKinds[static_cast<size_t>(failure.kind)],
                     failure.sent ? "sent" : "not sent", failure.message);
}

class HttpClientTest : public testing::Test {
 protected:
  void Serve(TestServer::Handler handler) {
    server_ = std::make_unique<TestServer>(std::move(handler));
    peer_ = fmt::format("127.0.0.1:{}", server_->port());
  }
  void ServeOne(TestAnswer answer) {
    Serve([answer](const HttpRequest&, int) { return answer; });
  }
  HttpRequest Request(std::string body = "") {
    return {.origin = server_->origin(), .headers = {{"Host", "h"}}, .body = std::move(body)};
  }

  struct Sending {
    uint64_t id;
    std::future<HttpResult> result;
    std::string Text() { return aws::Text(result.get()); }
  };
  Sending Begin(HttpRequest request) {
    auto result = std::make_shared<std::promise<HttpResult>>();
    const uint64_t id = client_->Send(
        std::move(request), [result](HttpResult answer) { result->set_value(std::move(answer)); });
    return {id, result->get_future()};
  }
  std::string Send(HttpRequest request) { return Begin(std::move(request)).Text(); }

  std::string peer_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<HttpClient> client_ = *HttpClient::Start({.connections_max = 100});
};

TEST_F(HttpClientTest, ARequestGoesOutAsItIsAndTheAnswerComesBack) {
  ServeOne({.status = 418, .headers = {{"X-One", " 1 "}, {"x-two", "2"}}, .body = "short"});
  HttpRequest request{.method = "PUT",
                      .origin = server_->origin(),
                      .path = "/a/../b%2Fc//",
                      .query = "q=%20",
                      .headers = {{"Host", "somewhere"}, {"X-Empty", ""}, {"X-Amz-Date", "today"}},
                      .body = "body"};
  Sending sending = Begin(request);
  const HttpResult result = sending.result.get();
  EXPECT_EQ(Text(result), "418 short");
  EXPECT_EQ(*FindHeader(std::get<HttpResponse>(result).headers, "X-ONE"), "1");

  const HttpRequest got = server_->requests().at(0);
  EXPECT_EQ(got.method + " " + got.path + "?" + got.query, "PUT /a/../b%2Fc//?q=%20");
  std::string headers;
  for (const HttpHeader& header : got.headers)
    headers += fmt::format("{}={} ", header.name, header.value);
  EXPECT_EQ(headers, "Host=somewhere X-Empty= X-Amz-Date=today Content-Length=4 ");
  EXPECT_EQ(got.body, "body");
}

TEST_F(HttpClientTest, AConnectionIsUsedAgain) {
  ServeOne({.body = "ok"});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Send(Request("x")), "200 ok");
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HttpClientTest, ManyRequestsAreUnderWayAtOnceAndTheRestWaitForAConnection) {
  ServeOne({.body = "ok", .misbehave = Misbehave::kHangs});
  std::vector<Sending> sendings;
  for (int i = 0; i < 150; ++i) sendings.push_back(Begin(Request(std::string(1000, 'x'))));
  server_->AwaitRequests(100);
  EXPECT_EQ(server_->connections(), 100);
  server_->LetGo();
  for (Sending& sending : sendings) EXPECT_EQ(sending.Text(), "200 ok");
}

TEST_F(HttpClientTest, LargeBodiesGoBothWays) {
  const std::string large(3 << 20, 'x');
  ServeOne({.body = large});
  HttpRequest request = Request(large);
  EXPECT_EQ(Send(request), "200 " + large);
  EXPECT_EQ(server_->requests().at(0).body.size(), large.size());
  request.response_bytes_max = large.size() - 1;
  EXPECT_EQ(Send(request), fmt::format("too large, sent: the answer of {} has more than {} bytes",
                                       peer_, large.size() - 1));
}

TEST_F(HttpClientTest, WhateverTheServerDoesInsteadOfAnsweringIsTold) {
  const auto send_to = [this](Misbehave misbehave) {
    ServeOne({.body = "0123456789", .misbehave = misbehave});
    std::string text = Send(Request("x"));
    const size_t peer = text.find(peer_);
    return peer == std::string::npos ? text : text.replace(peer, peer_.size(), "PEER");
  };
  EXPECT_EQ(send_to(Misbehave::kCloses), "broken, sent: PEER failed to respond");
  EXPECT_EQ(send_to(Misbehave::kResets), "broken, sent: Connection reset");
  EXPECT_EQ(send_to(Misbehave::kTruncates),
            "broken, sent: Premature end of the answer of PEER after 5 bytes");
  EXPECT_EQ(send_to(Misbehave::kTalksNonsense),
            "broken, sent: PEER: Received HTTP/0.9 when not allowed");
}

TEST_F(HttpClientTest, AHeaderWithoutEndIsCutOff) {
  ServeOne({.headers = HttpHeaders(300, {"X-Long", std::string(1000, 'x')})});
  EXPECT_TRUE(absl::StartsWith(Send(Request()), "too large, sent: "));
}

TEST_F(HttpClientTest, ARequestIsNotSentAgainWhenAKeptConnectionBreaksBeforeTheAnswer) {
  Serve([](const HttpRequest&, int before) {
    return TestAnswer{.body = "ok",
                      .misbehave = before == 0 ? Misbehave::kNot : Misbehave::kResets};
  });
  EXPECT_EQ(Send(Request("first")), "200 ok");
  const std::string second = Send(Request("second"));
  EXPECT_TRUE(absl::StartsWith(second, "broken, sent: ")) << second;
  EXPECT_EQ(server_->requests().size(), 2u);
}

TEST_F(HttpClientTest, AConnectionThatTheServerClosedIsNotUsedAgain) {
  ServeOne({.body = "ok", .close_after = true});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Send(Request("x")), "200 ok");
  EXPECT_EQ(server_->connections(), 5);
}

TEST_F(HttpClientTest, WhoCannotBeReachedWasSentNothing) {
  ServeOne({});
  server_->StopListening();
  EXPECT_EQ(
      Send(Request()),
      fmt::format("not connected, not sent: Connect to {} failed: Connection refused", peer_));
  HttpRequest request = Request();
  request.origin = "http://no-such-host.invalid";
  EXPECT_EQ(Send(request),
            "not connected, not sent: no-such-host.invalid: Name or service not known");
  request.origin = "ftp://127.0.0.1";
  EXPECT_TRUE(absl::StartsWith(Send(request), "not connected, not sent: ")) << Send(request);
}

TEST_F(HttpClientTest, AServerThatDoesNotSpeakTlsWasSentNothing) {
  ServeOne({});
  HttpRequest request = Request();
  request.origin = "https://" + peer_;
  request.timeout = absl::Milliseconds(50);
  EXPECT_EQ(Send(request),
            fmt::format("timeout, not sent: Connect to {} failed: connect timed out", peer_));
}

TEST_F(HttpClientTest, WhatCouldSmuggleAHeaderIsNotSent) {
  ServeOne({});
  HttpRequest request = Request();
  request.headers.push_back({"X-Trace", "a\r\nX-Admin: yes"});
  EXPECT_EQ(Send(request), "not connected, not sent: a control character in the header X-Trace");
  request = Request();
  request.path = "/ HTTP/1.1\r\nX-Admin: yes";
  EXPECT_EQ(Send(request), "not connected, not sent: a URL with a control character");
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(HttpClientTest, ARequestThatTakesTooLongEnds) {
  ServeOne({.misbehave = Misbehave::kHangs});
  HttpRequest request = Request("x");
  request.timeout = absl::Milliseconds(50);
  EXPECT_EQ(Send(request), "timeout, sent: Read timed out");
}

TEST_F(HttpClientTest, CancellingEndsARequestAtOnceAndTwiceIsFine) {
  ServeOne({.misbehave = Misbehave::kHangs});
  Sending sending = Begin(Request("x"));
  server_->AwaitRequests(1);
  client_->Cancel(sending.id);
  client_->Cancel(sending.id);
  EXPECT_EQ(sending.Text(), "cancelled, sent: cancelled");
  client_->Cancel(4711);
}

TEST_F(HttpClientTest, ClosingTellsThoseWhoWait) {
  ServeOne({.misbehave = Misbehave::kHangs});
  Sending sending = Begin(Request("x"));
  server_->AwaitRequests(1);
  Sending late = Begin(Request("y"));
  client_.reset();
  EXPECT_EQ(sending.Text(), "cancelled, sent: the client is closing");
  EXPECT_TRUE(absl::StartsWith(late.Text(), "cancelled, "));
}

TEST_F(HttpClientTest, TasksRunInTheOrderOfTheirTimesOnOneThread) {
  std::promise<std::string> all;
  std::string order;
  client_->After(absl::Milliseconds(20), [&] {
    order += "c";
    client_->After(absl::ZeroDuration(), [&] { all.set_value(order + "d"); });
  });
  client_->After(absl::Milliseconds(5), [&] { order += "b"; });
  client_->After(absl::ZeroDuration(), [&] { order += "a"; });
  EXPECT_EQ(all.get_future().get(), "abcd");
}

}  // namespace
}  // namespace workers::aws
