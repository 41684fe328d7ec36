// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld_sqs_loop: fills a queue, or empties it as fast as receive and delete go: the same client of AWS
// as a source's, as many receives at once, deletes in batches, and nothing between the two. One JSON
// line of raw figures on stdout.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "workers/aws/client.h"
#include "workers/aws/http_client.h"
#include "workers/aws/sqs.h"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;
using namespace workers::aws;  // NOLINT: this file speaks nothing else

constexpr int kCallsMax = 8;  // under way, as a source has receives at most

struct Loop {
  Client* client = nullptr;
  std::string url;
  uint64_t count = 0;
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  uint64_t begun = 0, done = 0, calls = 0;
  std::string error;

  // Called with the mutex held.
  void Fail(const ApiError& what) {
    error = what.code + ": " + what.message;
    changed.notify_all();
  }
  bool over() const { return !error.empty() || done >= count; }
  std::string Wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return over() && calls == 0; });
    return error;
  }
};

// --- filling ---
void Send(Loop& loop) {
  uint64_t first = 0, size = 0;
  {
    const std::lock_guard lock(loop.mutex);
    if (!loop.error.empty() || loop.begun >= loop.count) return;
    first = loop.begun;
    size = std::min<uint64_t>(kSqsBatchMax, loop.count - first);
    loop.begun += size;
    ++loop.calls;
  }
  Json entries = Json::array();
  for (uint64_t i = first; i < first + size; ++i) {
    entries.push_back(
        {{"Id", std::to_string(i)}, {"MessageBody", fmt::format(R"({{"order":{}}})", i)}});
  }
  loop.client->Start(SqsCall("SendMessageBatch", loop.url,
                             Json{{"QueueUrl", loop.url}, {"Entries", std::move(entries)}}.dump()),
                     [&loop, size](const ApiResult& result) {
                       {
                         const std::lock_guard lock(loop.mutex);
                         --loop.calls;
                         loop.done += size;
                         if (result.error) loop.Fail(*result.error);
                         loop.changed.notify_all();
                       }
                       Send(loop);
                     });
}

// --- emptying ---
void Receive(Loop& loop);

void Delete(Loop& loop, std::vector<std::string> handles) {
  const size_t size = handles.size();
  loop.client->Start(DeleteCall(loop.url, handles), [&loop, size](ApiResult result) {
    const BatchResult batch = ReadBatchResult(std::move(result), size);
    const std::lock_guard lock(loop.mutex);
    --loop.calls;
    loop.done += size - batch.failures.size();
    if (batch.error) loop.Fail(*batch.error);
    loop.changed.notify_all();
  });
}

void Receive(Loop& loop) {
  {
    const std::lock_guard lock(loop.mutex);
    if (loop.over()) return;
    ++loop.calls;
  }
  loop.client->Start(
      ReceiveCall(
          {.queue_url = loop.url, .wait = absl::Seconds(1), .visibility = absl::Minutes(1)}),
      [&loop](ApiResult result) {
        const Received received = ReadReceived(std::move(result));
        std::vector<std::string> handles;
        for (const SqsMessage& message : received.messages)
          handles.push_back(message.receipt_handle);
        {
          const std::lock_guard lock(loop.mutex);
          if (received.error) loop.Fail(*received.error);
          if (handles.empty()) --loop.calls;
          loop.changed.notify_all();
        }
        if (!handles.empty()) Delete(loop, std::move(handles));
        Receive(loop);
      });
}

int Main(int argc, char** argv) {
  CLI::App app("Fills or empties a queue of SQS; tools/bench/run compares.");
  std::string endpoint, queue, what;
  Loop loop;
  app.add_option("ENDPOINT", endpoint)->required();
  app.add_option("QUEUE", queue, "Name; made when it is not there")->required();
  app.add_option("WHAT", what)->required()->check(CLI::IsMember({"fill", "drain"}));
  app.add_option("COUNT", loop.count)->required();
  CLI11_PARSE(app, argc, argv);

  auto http = HttpClient::Start({});
  const auto address = ParseEndpoint(endpoint);
  if (!http.ok() || !address.ok()) return fmt::print(stderr, "asld_sqs_loop: bad endpoint\n"), 1;
  Client client({.endpoint = *address, .credentials = Credentials{"test", Secret("test"), {}, {}}},
                http->get());
  loop.client = &client;
  const ApiResult made = client.Wait(SqsCall("CreateQueue", "", Json{{"QueueName", queue}}.dump()));
  loop.url = Json::parse(made.response.body, nullptr, false).value("QueueUrl", "");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kCallsMax; ++i) what == "fill" ? Send(loop) : Receive(loop);
  if (const std::string error = loop.Wait(); !error.empty())
    return fmt::print(stderr, "asld_sqs_loop: {}\n", error), 1;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  fmt::print("{}\n", Json{{"messages", loop.count},
                          {"seconds", seconds.count()},
                          {"messages_per_s", static_cast<double>(loop.count) / seconds.count()}}
                         .dump());
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
