// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The life of a call, on the transport's thread:
//
//   Start ▷ credentials ▷ sign ▷ send ▷ answer ─▶ ended
//               ▲                         │ WhyRetry, attempts, quota and time allow it
//               └──────── pause ◀─────────┘
//
// Ended means taken out of the table of calls: a callback that finds its call gone does nothing.
#include "workers/aws/client.h"

#include <atomic>
#include <future>
#include <random>
#include <unordered_map>
#include <utility>

#include "absl/strings/numbers.h"
#include "fmt/format.h"
#include "workers/aws/credential_chain.h"
#include "workers/aws/sigv4.h"
#include "workers/client/clock.h"

namespace workers::aws {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Call {
  ApiCall api;
  Client::Done done;
  std::string invocation_id;
  SteadyTime deadline;
  std::shared_ptr<const Credentials> credentials;
  uint64_t sending = 0;  // the transport's number of the attempt under way; 0: none
  int attempt = 0;
  int taken = 0;          // out of the quota by the last retry
  bool received = false;  // an attempt before may have been acted on
  HttpResponse response;  // the last
};

// AWS_MAX_ATTEMPTS or max_attempts.
int AttemptsMax(const Settings& settings) {
  int count = 0;
  const auto text = settings.Find("AWS_MAX_ATTEMPTS", "max_attempts");
  return text && absl::SimpleAtoi(*text, &count) && count > 0 ? count : kAttemptsMax;
}

ApiError::Kind KindOf(HttpFailureKind kind) {
  switch (kind) {
    case HttpFailureKind::kNotConnected:
    case HttpFailureKind::kTimeout:
    case HttpFailureKind::kBroken:
      return ApiError::Kind::kNoAnswer;
    case HttpFailureKind::kTooLarge:
      return ApiError::Kind::kTooLarge;
    case HttpFailureKind::kCancelled:
      break;
  }
  return ApiError::Kind::kCancelled;
}

std::optional<ApiError> ErrorOf(const HttpResult& result) {
  if (const auto* failure = std::get_if<HttpFailure>(&result))
    return ApiError{
        .kind = KindOf(failure->kind), .message = failure->message, .received = failure->sent};
  const auto& response = std::get<HttpResponse>(result);
  if (response.status < 300) return std::nullopt;
  return ReadServiceError(response);
}

}  // namespace

TimeAndChance MachineTimeAndChance() {
  // Asking the machine for chance costs 10 us, so it is asked once.
  const std::string seed = RandomUuid();
  std::seed_seq words(seed.begin(), seed.end());
  const auto generator = std::make_shared<std::mt19937_64>(words);
  return {[] { return absl::FromChrono(SystemNow()); },
          [generator] { return std::uniform_real_distribution<double>(0, 1)(*generator); },
          [generator] {
            const uint64_t high = (*generator)(), low = (*generator)();
            return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32,
                               high >> 16 & 0xffff, high & 0xfff, 0x8000 | (low >> 48 & 0x3fff),
                               low & 0xffff'ffff'ffff);
          }};
}

struct Client::State : std::enable_shared_from_this<Client::State> {
  State(Options given, HttpTransport* carrier, TimeAndChance chance)
      : options(std::move(given)),
        region(options.region.empty() ? ResolveRegion(options.settings) : options.region),
        attempts_max(AttemptsMax(options.settings)),
        transport(carrier),
        time_and_chance(std::move(chance)) {}

  absl::StatusOr<Endpoint> EndpointOf(const Service& service) const {
    if (options.endpoint) return *options.endpoint;
    return ResolveEndpoint(options.settings, service, region);
  }

  // Blocks the keeper's thread until the transport's has the answer.
  HttpResult Fetch(HttpRequest request) {
    if (closing) return HttpFailure{HttpFailureKind::kCancelled, false, "the client is closing"};
    auto answer = std::make_shared<std::promise<HttpResult>>();
    fetching = transport->Send(
        std::move(request), [answer](HttpResult result) { answer->set_value(std::move(result)); });
    if (closing) transport->Cancel(fetching);  // the closing thread may have missed it
    return answer->get_future().get();
  }

  absl::StatusOr<Credentials> Resolve() {
    const aws::Fetch fetch = [this](HttpRequest request) { return Fetch(std::move(request)); };
    absl::StatusOr<Credentials> own =
        options.credentials
            ? *options.credentials
            : ResolveCredentials(options.settings, region, fetch, time_and_chance.now());
    if (!own.ok() || options.role.empty()) return own;
    const std::string asked = region.empty() ? kDefaultRegion : region;
    absl::StatusOr<Endpoint> sts = ResolveEndpoint(options.settings, kSts, asked);
    if (!sts.ok()) return sts.status();
    return AssumeRole({*std::move(sts), asked, fetch},
                      {.arn = options.role, .session_name = kRoleSession}, *own,
                      time_and_chance.now());
  }

  void Begin(uint64_t id, ApiCall api, Done done) {
    if (calls.size() >= kCallsMax || closing) {
      done({.error = ApiError{.kind = ApiError::Kind::kNotMade,
                              .message = "too many calls are under way"}});
      return;
    }
    Call& call = calls[id];
    call.deadline = transport->Now() + absl::ToChronoNanoseconds(api.time_max);
    call.api = std::move(api);
    call.done = std::move(done);
    call.invocation_id = time_and_chance.uuid();
    GetCredentials(id);
  }

  void GetCredentials(uint64_t id) {
    if (!options.sign) return Attempt(id, std::make_shared<const Credentials>());
    keeper->Get([weak = weak_from_this(), id](CredentialKeeper::Answer answer) {
      const auto state = weak.lock();
      if (state == nullptr) return;
      state->transport->After(absl::ZeroDuration(), [state, id, answer = std::move(answer)] {
        if (answer.ok()) return state->Attempt(id, *answer);
        state->End(id, ApiError{.kind = ApiError::Kind::kNotMade,
                                .message = std::string(answer.status().message())});
      });
    });
  }

  void Attempt(uint64_t id, std::shared_ptr<const Credentials> credentials) {
    const auto found = calls.find(id);
    if (found == calls.end()) return;
    Call& call = found->second;
    call.credentials = std::move(credentials);
    absl::StatusOr<HttpRequest> request = Prepare(call);
    if (!request.ok())
      return End(id, ApiError{.kind = ApiError::Kind::kNotMade,
                              .message = std::string(request.status().message())});
    call.sending =
        transport->Send(*std::move(request), [state = shared_from_this(), id](HttpResult result) {
          state->OnResult(id, std::move(result));
        });
  }

  absl::StatusOr<HttpRequest> Prepare(Call& call) {
    absl::StatusOr<Endpoint> endpoint = EndpointOf(call.api.service);
    if (!endpoint.ok()) return endpoint.status();
    HttpRequest request = call.api.request;
    // An origin of the call's own is AWS's idea of where; a configured endpoint knows better.
    if (request.origin.empty() || endpoint->configured) {
      request.origin = endpoint->origin;
      request.path = endpoint->path + request.path;
    }
    request.timeout =
        std::min(request.timeout,
                 absl::FromChrono(std::chrono::nanoseconds(call.deadline - transport->Now())));
    ++call.attempt;
    request.headers.push_back({"User-Agent", options.user_agent});
    request.headers.push_back({"amz-sdk-invocation-id", call.invocation_id});
    request.headers.push_back(
        {"amz-sdk-request", fmt::format("attempt={}; max={}", call.attempt, attempts_max)});
    if (options.sign)
      Sign(*call.credentials,
           {region.empty() ? kDefaultRegion : region, std::string(call.api.service.name)},
           time_and_chance.now(), &request, &signing_keys);
    return request;
  }

  void OnResult(uint64_t id, HttpResult result) {
    const auto found = calls.find(id);
    if (found == calls.end()) return;
    Call& call = found->second;
    call.sending = 0;
    std::optional<ApiError> error = ErrorOf(result);
    const RetryReason why = WhyRetry(result, error ? error->code : "", call.api.repeat);
    const absl::Duration pause = why == RetryReason::kNone
                                     ? absl::ZeroDuration()
                                     : RetryPause(call.attempt + 1, time_and_chance.draw(), result);
    if (why == RetryReason::kNone || !MayRetry(&call, why, pause)) {
      if (!error) quota.Return(call.taken);
      const auto* failure = std::get_if<HttpFailure>(&result);
      if (failure == nullptr) {
        call.response = std::get<HttpResponse>(std::move(result));
      } else if (failure->kind == HttpFailureKind::kTimeout && transport->Now() >= call.deadline) {
        error->kind = ApiError::Kind::kTimeout;
      }
      return End(id, std::move(error));
    }
    if (error->code == "ExpiredToken" || error->code == "ExpiredTokenException")
      keeper->Discard(call.credentials);
    call.received = call.received || error->received;
    transport->After(pause, [state = shared_from_this(), id] {
      if (state->calls.contains(id)) state->GetCredentials(id);
    });
  }

  // Attempts, the time that is left, then the quota: it is taken from last.
  bool MayRetry(Call* call, RetryReason why, absl::Duration pause) {
    if (call->attempt >= attempts_max) return false;
    if (transport->Now() + absl::ToChronoNanoseconds(pause) >= call->deadline) return false;
    const std::optional<int> taken = quota.Take(why);
    if (taken) call->taken = *taken;
    return taken.has_value();
  }

  void End(uint64_t id, std::optional<ApiError> error) {
    const auto found = calls.find(id);
    if (found == calls.end()) return;
    Call call = std::move(found->second);
    calls.erase(found);
    if (error) error->received = error->received || call.received;
    if (call.done) call.done({std::move(error), std::move(call.response), call.attempt});
    if (closing && calls.empty()) all_ended.set_value();
  }

  void Cancel(uint64_t id) {
    const auto found = calls.find(id);
    if (found == calls.end()) return;
    const uint64_t sending = found->second.sending;
    End(id, ApiError{.kind = ApiError::Kind::kCancelled,
                     .message = "the call was cancelled",
                     .received = sending != 0});
    if (sending != 0) transport->Cancel(sending);  // what it answers finds no call
  }

  void Close() {
    if (calls.empty()) return all_ended.set_value();
    std::vector<uint64_t> ids;
    for (const auto& [id, call] : calls) ids.push_back(id);
    for (const uint64_t id : ids) Cancel(id);
  }

  const Options options;
  const std::string region;
  const int attempts_max;
  HttpTransport* const transport;
  const TimeAndChance time_and_chance;
  std::atomic<uint64_t> last_id = 0;
  std::atomic<bool> closing = false;
  std::atomic<uint64_t> fetching = 0;
  std::unique_ptr<CredentialKeeper> keeper;

  // The transport's thread's.
  std::unordered_map<uint64_t, Call> calls;
  RetryQuota quota;
  SigningKeys signing_keys;
  std::promise<void> all_ended;  // once closing
};

Client::Client(Options options, HttpTransport* transport, TimeAndChance time_and_chance)
    : state_(std::make_shared<State>(std::move(options), transport, std::move(time_and_chance))) {
  State* const state = state_.get();  // which the keeper does not outlive
  state->keeper = std::make_unique<CredentialKeeper>([state] { return state->Resolve(); },
                                                     state->time_and_chance.now);
}

Client::~Client() {
  state_->transport->After(absl::ZeroDuration(), [state = state_] {
    state->closing = true;
    state->Close();
  });
  state_->all_ended.get_future().wait();
  state_->transport->Cancel(state_->fetching);
  state_->keeper.reset();
}

uint64_t Client::Start(ApiCall call, Done done) {
  const uint64_t id = ++state_->last_id;
  state_->transport->After(absl::ZeroDuration(), [state = state_, id, call = std::move(call),
                                                  done = std::move(done)]() mutable {
    state->Begin(id, std::move(call), std::move(done));
  });
  return id;
}

void Client::Cancel(uint64_t id) {
  state_->transport->After(absl::ZeroDuration(), [state = state_, id] { state->Cancel(id); });
}

ApiResult Client::Wait(ApiCall call) {
  auto result = std::make_shared<std::promise<ApiResult>>();
  Start(std::move(call), [result](ApiResult answer) { result->set_value(std::move(answer)); });
  return result->get_future().get();
}

const std::string& Client::region() const { return state_->region; }

absl::StatusOr<Endpoint> Client::EndpointOf(const Service& service) const {
  return state_->EndpointOf(service);
}

}  // namespace workers::aws
