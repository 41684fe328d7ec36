// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One request under way in libcurl: what it is told, what comes back, and what its failures mean.
// Private to http_client.cc, whose thread alone touches it.
#pragma once

#include <curl/curl.h>

#include <string>

#include "workers/aws/http_client.h"

namespace workers::aws {

class HttpTransfer {
 public:
  // `easy` is taken fresh or reset, and stays the caller's; it must outlive this.
  HttpTransfer(uint64_t id, CURL* easy, HttpRequest request, HttpTransport::Done done,
               const HttpClient::Options& options);
  ~HttpTransfer();
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  // The transfer that a handle of libcurl serves.
  static HttpTransfer& Of(CURL* easy);
  uint64_t id() const { return id_; }
  // What of the request cannot be sent; empty: it can.
  const std::string& refusal() const { return refusal_; }
  CURL* easy() const { return easy_; }
  HttpResult Result(CURLcode code);
  HttpFailure Failure(HttpFailureKind kind, std::string message) const;
  const HttpTransport::Done& done() const { return done_; }

 private:
  static int OnReady(void* self, char*, char*, int, int);
  static size_t OnHeader(char* bytes, size_t size, size_t count, void* self);
  static size_t OnBody(char* bytes, size_t size, size_t count, void* self);

  void SetUp(const HttpClient::Options& options);
  void SetHeaders();
  bool Sent() const;
  std::string Peer() const;  // "host:port", as in messages

  const uint64_t id_;
  CURL* const easy_;
  const HttpRequest request_;
  const HttpTransport::Done done_;
  std::string refusal_;
  curl_slist* headers_ = nullptr;
  char error_[CURL_ERROR_SIZE] = "";
  HttpResponse response_;
  size_t header_bytes_ = 0;
  int sendings_ = 0;
  bool too_large_ = false;
};

}  // namespace workers::aws
