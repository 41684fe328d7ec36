// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A connection, over plain TCP or TLS, is a chain of callbacks: read a request → handler → (reply,
// any thread) → write → read the next. The server owns it until it is closed, and everything of it
// runs on the one thread, so nothing here is locked but the answers that have come: they wait in one
// list, for which the thread is woken once. An answer that is outstanding holds nothing: it may come
// after the end. After a refusal the connection ends, but not before the client, which may still be
// sending, had a chance to read it: what comes is read and dropped.
#include "engine/http_server.h"

#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "engine/held_wakes.h"
#include "fmt/format.h"

namespace engine {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// How many connections over the limit are told so.
constexpr size_t kTold = 64;
// What a client may go on sending after it was refused.
constexpr size_t kDroppedBytesMax = 64u << 20;

void SetLimits(const HttpLimits& limits, Parser& parser) {
  parser.body_limit(limits.body_bytes);
  parser.header_limit(limits.header_bytes);
}

HttpRequest ToRequest(Parser::value_type message) {
  const std::string target(message.target());
  const size_t mark = target.find('?');
  HttpRequest request{.method = std::string(message.method_string()),
                      .path = target.substr(0, mark),
                      .query = mark == std::string::npos ? "" : target.substr(mark + 1)};
  for (const auto& field : message) {
    request.headers.emplace_back(field.name_string(), field.value());
  }
  request.body = std::move(message.body());
  return request;
}

// What to say to a request that could not be read; nullopt: nothing, the connection is over.
std::optional<HttpRefusal> Refusal(error_code error, const HttpLimits& limits) {
  if (error == http::error::body_limit) {
    return HttpRefusal{413,
                       fmt::format("HTTP content length exceeded {} bytes.", limits.body_bytes)};
  }
  if (error == http::error::header_limit) {
    return HttpRefusal{431, fmt::format("HTTP headers exceeded {} bytes.", limits.header_bytes)};
  }
  if (error.category() == http::make_error_code(http::error::bad_target).category() &&
      error != http::error::end_of_stream) {
    return HttpRefusal{400, fmt::format("not HTTP: {}", error.message())};
  }
  return std::nullopt;
}

// As text: with Beast's serializer, field by field, a request that does nothing took 14 us instead
// of 10.
std::string HeadOf(const HttpResponse& response, bool keep_alive) {
  const std::string_view reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", response.status,
                  reason, response.content_type, response.body.size());
  for (const auto& [name, value] : response.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  return head.append(keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
}

HttpResponse AsText(const HttpRefusal& refusal) {
  return {.status = refusal.status, .body = refusal.text + "\n"};
}

// What a connection needs of its server.
class Owner {
 public:
  virtual ~Owner() = default;
  virtual const HttpLimits& limits() const = 0;
  virtual void Handle(HttpRequest request, HttpServer::Reply reply) = 0;
  virtual HttpResponse Refuse(const HttpRefusal& refusal) = 0;
  // Any thread.
  virtual void Answered(std::weak_ptr<class AnyConnection> connection, HttpResponse response) = 0;
  virtual void Closed(class AnyConnection* connection) = 0;
};

class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  virtual void Begin() = 0;
  virtual void Answer(HttpResponse response) = 0;
  virtual void Close() = 0;  // idempotent
};

template <class Stream>
class Connection : public AnyConnection, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  // `spare`: there is no room for it, so it is told to come again.
  template <class... Arguments>
  Connection(std::weak_ptr<Owner> owner, bool spare, Arguments&&... arguments)
      : owner_(std::move(owner)), spare_(spare), stream_(std::forward<Arguments>(arguments)...) {}

  void Begin() override {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      if (!LimitTime()) return Close();
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                if (error) return self->Close();
                                self->Read();
                              });
    } else {
      Read();
    }
  }

  void Answer(HttpResponse response) override {
    if (!closed_) return Write(std::move(response));
    if (response.sent) response.sent(false);
  }

  void Close() override {
    if (closed_) return;
    closed_ = true;
    error_code ignored;
    Lowest().socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    Lowest().close();
    if (auto gone = std::exchange(gone_, nullptr)) gone();
    if (auto sent = std::exchange(message_sent_, nullptr)) sent(false);
    if (const std::shared_ptr<Owner> owner = owner_.lock()) owner->Closed(this);
  }

 private:
  beast::tcp_stream& Lowest() { return beast::get_lowest_layer(stream_); }

  // False: the server is gone.
  bool LimitTime() {
    const std::shared_ptr<Owner> owner = owner_.lock();
    if (owner == nullptr) return false;
    Lowest().expires_after(std::chrono::milliseconds(owner->limits().patience_ms));
    return true;
  }

  void Read() {
    if (reading_ahead_) {  // one reader at a time: goes on when that has ended
      read_next_ = true;
      return;
    }
    const std::shared_ptr<Owner> owner = owner_.lock();
    if (owner == nullptr || !LimitTime()) return Close();
    parser_.emplace();
    SetLimits(owner->limits(), *parser_);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code error, size_t) { self->OnRequest(error); });
  }

  void OnRequest(error_code error) {
    const std::shared_ptr<Owner> owner = owner_.lock();
    if (owner == nullptr) return Close();
    if (error) {
      const std::optional<HttpRefusal> refusal = Refusal(error, owner->limits());
      return refusal ? Refuse(*owner, *refusal) : Close();
    }
    if (spare_) {
      return Refuse(*owner, {503, fmt::format("there are {} connections already; try again",
                                              owner->limits().connections)});
    }
    Lowest().expires_never();  // the answer takes what it takes
    Parser::value_type message = parser_->release();
    parser_.reset();
    keep_alive_ = message.keep_alive();
    head_ = message.method() == http::verb::head;
    HttpRequest request = ToRequest(std::move(message));
    request.when_gone = [this](std::function<void()> gone) {  // within Handle
      gone_ = std::move(gone);
      ReadAhead();
    };
    owner->Handle(std::move(request),
                  [owner = owner_, connection = this->weak_from_this()](HttpResponse response) {
                    if (const std::shared_ptr<Owner> alive = owner.lock()) {
                      alive->Answered(connection, std::move(response));
                    }
                  });
  }

  void Refuse(Owner& owner, const HttpRefusal& refusal) {
    refused_ = true;
    keep_alive_ = false;
    Write(owner.Refuse(refusal));
  }

  // Were it closed with bytes unread, the operating system would answer them with a reset, which
  // takes the refusal with it. The time is that of Write, all in all.
  void Drop() {
    if (closed_) return;
    error_code ignored;
    Lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
    constexpr size_t kBytes = 64 << 10;
    buffer_.consume(buffer_.size());
    Lowest().async_read_some(buffer_.prepare(kBytes),
                             [self = this->shared_from_this()](error_code error, size_t bytes) {
                               self->dropped_bytes_ += bytes;
                               if (error || self->dropped_bytes_ > kDroppedBytesMax)
                                 return self->Close();
                               self->Drop();
                             });
  }

  // Only by reading does one hear that the other side has gone. What it reads belongs to the next
  // request, and is kept for that.
  void ReadAhead() {
    if (reading_ahead_ || closed_) return;
    reading_ahead_ = true;
    constexpr size_t kBytes = 512;
    stream_.async_read_some(buffer_.prepare(kBytes),
                            [self = this->shared_from_this()](error_code error, size_t bytes) {
                              self->reading_ahead_ = false;
                              if (error) return self->Close();
                              self->buffer_.commit(bytes);
                              if (std::exchange(self->read_next_, false)) self->Read();
                            });
  }

  void Write(HttpResponse response) {
    gone_ = nullptr;
    message_sent_ = std::move(response.sent);
    message_head_ = HeadOf(response, keep_alive_);
    message_body_ = head_ ? "" : std::move(response.body);
    if (!LimitTime()) return Close();
    asio::async_write(stream_, std::array{asio::buffer(message_head_), asio::buffer(message_body_)},
                      [self = this->shared_from_this()](error_code error, size_t) {
                        if (error) return self->Close();
                        self->OnWritten();
                      });
  }

  void OnWritten() {
    std::string().swap(message_body_);  // it may be large, and the connection idle for long
    if (auto sent = std::exchange(message_sent_, nullptr)) sent(true);
    if (refused_) return Drop();
    if (!keep_alive_) return Close();
    Read();
  }

  const std::weak_ptr<Owner> owner_;
  const bool spare_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string message_head_;
  std::string message_body_;
  std::function<void(bool)> message_sent_;
  std::function<void()> gone_;
  bool keep_alive_ = false;
  bool head_ = false;
  bool refused_ = false;
  size_t dropped_bytes_ = 0;
  bool closed_ = false;
  bool reading_ahead_ = false;
  bool read_next_ = false;  // once what is read ahead has come
};

}  // namespace

std::string_view HttpRequest::Header(const std::string& name) const {
  for (const auto& [known, value] : headers) {
    if (absl::EqualsIgnoreCase(known, name)) return value;
  }
  return "";
}

std::variant<HttpRequest, HttpRefusal> ReadHttpRequest(std::string_view bytes,
                                                       const HttpLimits& limits) {
  Parser parser;
  SetLimits(limits, parser);
  parser.eager(true);
  error_code error;
  parser.put(asio::buffer(bytes), error);
  if (!error && !parser.is_done()) parser.put_eof(error);
  if (error) return Refusal(error, limits).value_or(HttpRefusal{400, error.message()});
  return ToRequest(parser.release());
}

struct HttpServer::State : public Owner, public std::enable_shared_from_this<State> {
  const HttpLimits& limits() const override { return http_limits; }
  // What is answered at once needs no wake-up.
  void Handle(HttpRequest request, HttpServer::Reply reply) override {
    handling = true;
    handler(std::move(request), std::move(reply));
    handling = false;
    WriteAnswers();
  }
  void Answered(std::weak_ptr<AnyConnection> connection, HttpResponse response) override {
    bool wake;
    {
      std::lock_guard lock(answers_mutex);
      wake = answers.empty();
      answers.push_back({std::move(connection), std::move(response)});
    }
    const bool here = context.get_executor().running_in_this_thread();
    if (wake && !(here && handling)) asio::post(context, [this] { WriteAnswers(); });
  }
  HttpResponse Refuse(const HttpRefusal& refusal) override {
    return refuser ? refuser(refusal) : AsText(refusal);
  }
  void Closed(AnyConnection* connection) override {
    connections.erase(connection);
    open.store(connections.size());
  }

  void Run();
  void Accept();
  void AcceptWaiting();
  void Add(tcp::socket socket);
  void WriteAnswers();

  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  std::optional<asio::ssl::context> tls;
  Handler handler;
  Refuser refuser;
  HttpLimits http_limits;
  std::map<AnyConnection*, std::shared_ptr<AnyConnection>> connections;
  std::atomic<size_t> open = 0;  // connections.size(), for other threads
  bool stopping = false;
  bool handling = false;  // the server's thread is in the handler
  int port = 0;
  std::thread thread;

  struct Outgoing {
    std::weak_ptr<AnyConnection> connection;
    HttpResponse response;
  };
  std::vector<Outgoing> writing;  // kept for its memory
  std::mutex answers_mutex;
  std::vector<Outgoing>
      answers;  // guarded by answers_mutex; while there are some, WriteAnswers comes
};

// In rounds: whom requests wake is woken when all that have come were handled, or a little later
// than the first of them at most.
void HttpServer::State::Run() {
  using Clock = std::chrono::steady_clock;
  constexpr auto kRoundMax = std::chrono::milliseconds(1);
  HeldWakes wakes;
  while (context.run_one() > 0) {
    const Clock::time_point end = Clock::now() + kRoundMax;
    while (context.poll_one() > 0 && Clock::now() < end) {
    }
    wakes.Release();
  }
}

void HttpServer::State::WriteAnswers() {
  {
    std::lock_guard lock(answers_mutex);
    writing.swap(answers);
  }
  for (auto& [connection, response] : writing) {
    if (const std::shared_ptr<AnyConnection> alive = connection.lock()) {
      alive->Answer(std::move(response));
    } else if (response.sent) {
      response.sent(false);
    }
  }
  writing.clear();
}

// One that cannot even be told is closed at once: its client sees that, and asks again later.
void HttpServer::State::Add(tcp::socket socket) {
  if (connections.size() >= http_limits.connections + kTold) return;
  const bool spare = connections.size() >= http_limits.connections;
  std::shared_ptr<AnyConnection> connection;
  if (tls) {
    connection =
        std::make_shared<Connection<TlsStream>>(weak_from_this(), spare, std::move(socket), *tls);
  } else {
    connection =
        std::make_shared<Connection<PlainStream>>(weak_from_this(), spare, std::move(socket));
  }
  connections.emplace(connection.get(), connection);
  open.store(connections.size());
  connection->Begin();
}

void HttpServer::State::Accept() {
  acceptor.async_accept([this, self = shared_from_this()](error_code error, tcp::socket socket) {
    if (stopping) return;
    if (!error) {
      Add(std::move(socket));
      AcceptWaiting();
    }
    // Out of descriptors: accepting at once would fail at once, until a connection ends.
    if (error) {
      auto pause = std::make_shared<asio::steady_timer>(context, std::chrono::milliseconds(10));
      return pause->async_wait([this, self, pause](error_code) {
        if (!stopping) Accept();
      });
    }
    Accept();
  });
}

// One for each round of the thread's other work would let a crowd wait long to be heard at all.
void HttpServer::State::AcceptWaiting() {
  constexpr int kAtOnceMax = 128;
  for (int i = 0; i < kAtOnceMax; ++i) {
    error_code error;
    tcp::socket socket(context);
    acceptor.accept(socket, error);
    if (error) return;  // there are no more, or Accept hears of it, too
    Add(std::move(socket));
  }
}

namespace {

absl::StatusOr<std::optional<asio::ssl::context>> ReadTls(const TlsFiles& files) {
  std::optional<asio::ssl::context> tls;
  if (files.certificate.empty()) return tls;
  tls.emplace(asio::ssl::context::tls_server);
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                   asio::ssl::context::no_tlsv1_1);
  error_code error;
  tls->use_certificate_chain_file(files.certificate, error);
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("tls-certificate: {} holds no certificates in PEM that can be read: {}",
                    files.certificate, error.message()));
  }
  tls->use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("tls-key: {} holds no key in PEM that can be read and fits {}: {}", files.key,
                    files.certificate, error.message()));
  }
  return tls;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                              Handler handler, HttpLimits limits,
                                                              TlsFiles tls, Refuser refuser) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto state = std::make_shared<State>();
  state->handler = std::move(handler);
  state->refuser = std::move(refuser);
  state->http_limits = limits;
  absl::StatusOr<std::optional<asio::ssl::context>> read = ReadTls(tls);
  if (!read.ok()) return read.status();
  state->tls = *std::move(read);
  error_code error;
  const auto found = tcp::resolver(state->context).resolve(host, address.substr(colon + 1), error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is no address to listen at: {}; choose another with --http-address",
                    address, error.message()));
  }
  const tcp::endpoint endpoint = found.begin()->endpoint();
  tcp::acceptor& acceptor = state->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("cannot listen at {}: {}; is another process using it? Choose another with "
                    "--http-address",
                    address, error.message()));
  }
  state->port = acceptor.local_endpoint().port();
  state->Accept();
  state->thread = std::thread([state] { state->Run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { Stop(); }

int HttpServer::port() const { return state_->port; }
size_t HttpServer::connections() const { return state_->open.load(); }

void HttpServer::Stop() {
  if (!state_->thread.joinable()) return;
  asio::post(state_->context, [state = state_] {
    state->stopping = true;
    error_code ignored;
    state->acceptor.close(ignored);
    const auto open = state->connections;  // each takes itself out
    for (const auto& [key, connection] : open) connection->Close();
  });
  // Without work, run() returns: what is pending was cancelled by closing.
  state_->thread.join();
}

}  // namespace engine
