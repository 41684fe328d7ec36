// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The operator's pages of a real asld, as curl and Prometheus ask for them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

class HttpTest : public ClientTest {
 protected:
  // The whole answer, head and body.
  static std::string Ask(const std::string& method, const std::string& path) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(http_port()));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    const std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", method, path);
    EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    std::string answer;
    char bytes[4096];
    for (ssize_t count = 0; (count = recv(fd, bytes, sizeof bytes, 0)) > 0;) {
      answer.append(bytes, static_cast<size_t>(count));
    }
    close(fd);
    return answer;
  }
};

TEST_F(HttpTest, PrometheusIsToldOfTransitionsAndTheProbesOfHealth) {
  const std::string metrics = Ask("GET", "/metrics");
  EXPECT_TRUE(metrics.starts_with("HTTP/1.1 200 OK\r\n")) << metrics;
  EXPECT_NE(metrics.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("# TYPE asld_transitions_total counter\nasld_transitions_total "),
            std::string::npos)
      << metrics;
  EXPECT_NE(Ask("GET", "/healthz").find("\r\n\r\nalive\n"), std::string::npos);
  EXPECT_NE(Ask("GET", "/readyz").find("\r\n\r\nready\n"), std::string::npos);
}

TEST_F(HttpTest, OtherPagesAndMethodsAreRefused) {
  EXPECT_TRUE(Ask("GET", "/").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(Ask("POST", "/metrics").starts_with("HTTP/1.1 405 "));
}

}  // namespace
}  // namespace client_test
