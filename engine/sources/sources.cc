// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/sources.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/engine.h"
#include "engine/sources/source.h"
#include "fmt/format.h"
#include "workers/aws/clients.h"
#include "workers/aws/http_client.h"

namespace engine::sources {
namespace {

using workers::aws::Client;
using workers::aws::HttpClient;

// arn:aws:sqs:REGION:ACCOUNT:NAME and https://sqs.REGION.amazonaws.com/ACCOUNT/NAME say it.
std::string RegionOf(const Options& options) {
  if (!options.region.empty()) return options.region;
  const std::string& queue = options.queue;
  const auto between = [&queue](std::string_view before, char after) -> std::string {
    const size_t at = queue.find(before);
    if (at == std::string::npos) return "";
    const size_t begin = at + before.size();
    return queue.substr(begin, queue.find(after, begin) - begin);
  };
  if (queue.starts_with("arn:")) return between(":sqs:", ':');
  return queue.find(".amazonaws.com") != std::string::npos ? between("://sqs.", '.') : "";
}

}  // namespace

// Destroyed from below: what is under way ends before those who hear of it.
struct Sources::State {
  bool stopped = false;
  std::unique_ptr<Executions> executions;
  std::vector<std::shared_ptr<Source>> sources;
  std::unique_ptr<HttpClient> http;
  std::optional<workers::aws::Clients> clients;
};

absl::StatusOr<std::unique_ptr<Sources>> Sources::Start(std::vector<Options> options,
                                                        Engine* engine) {
  auto state = std::make_unique<State>();
  if (options.empty()) return std::unique_ptr<Sources>(new Sources(std::move(state)));
  absl::StatusOr<std::unique_ptr<HttpClient>> http = HttpClient::Start({});
  if (!http.ok()) return http.status();
  state->http = *std::move(http);
  state->clients.emplace(state->http.get());
  state->executions = ExecutionsOf(engine);
  for (Options& one : options) {
    const absl::StatusOr<Client*> client = state->clients->Of(
        {.profile = one.profile, .region = RegionOf(one), .endpoint = one.endpoint});
    if (!client.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("source {}: {}", one.name, std::string(client.status().message())));
    }
    state->sources.push_back(std::make_shared<Source>(std::move(one), state->executions.get(),
                                                      *client, state->http.get(),
                                                      &engine->source_board()));
  }
  for (const std::shared_ptr<Source>& source : state->sources) source->Start();
  return std::unique_ptr<Sources>(new Sources(std::move(state)));
}

Sources::Sources(std::unique_ptr<State> state) : state_(std::move(state)) {}

Sources::~Sources() { Stop(); }

void Sources::Stop() {
  if (std::exchange(state_->stopped, true) || state_->sources.empty()) return;
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    size_t left;  // guarded by mutex
  };
  const auto waiting = std::make_shared<Waiting>();
  waiting->left = state_->sources.size();
  for (const std::shared_ptr<Source>& source : state_->sources) {
    source->Stop([waiting] {
      const std::lock_guard lock(waiting->mutex);
      if (--waiting->left == 0) waiting->changed.notify_all();
    });
  }
  std::unique_lock lock(waiting->mutex);
  waiting->changed.wait_for(lock, absl::ToChronoMilliseconds(kStopMax),
                            [&] { return waiting->left == 0; });
}

}  // namespace engine::sources
