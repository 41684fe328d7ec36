// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The loop: epoll says which sockets are ready and libcurl's multi interface does the rest, so that a
// turn costs what is ready, not what is open. What other threads want comes in as tasks, and a byte
// in an eventfd wakes the loop.
#include "workers/aws/http_client.h"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "workers/aws/http_transfer.h"
#include "workers/aws/shared_config.h"
#include "workers/client/clock.h"

namespace workers::aws {
namespace {

constexpr int kEventsPerTurnMax = 256;
constexpr size_t kSpareHandlesMax = 256;

using Task = std::function<void()>;

// The loop that runs on this thread.
thread_local const void* running_here = nullptr;

}  // namespace

class HttpClient::Loop {
 public:
  explicit Loop(Options options) : options_(std::move(options)) {}
  ~Loop() {
    Post([this] { stopping_ = true; });
    if (thread_.joinable()) thread_.join();
    for (CURL* easy : spare_) curl_easy_cleanup(easy);
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
    if (wake_ >= 0) close(wake_);
    if (epoll_ >= 0) close(epoll_);
  }

  bool Start() {
    multi_ = curl_multi_init();
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (multi_ == nullptr || epoll_ < 0 || wake_ < 0) return false;
    epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) return false;
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::OnSocket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::OnTimer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      static_cast<long>(options_.connections_max));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.connections_max));
    thread_ = std::thread([this] { Run(); });
    return true;
  }

  uint64_t Send(HttpRequest request, Done done) {
    const uint64_t id = ++last_id_;
    Post([this, id, request = std::move(request), done = std::move(done)]() mutable {
      Begin(id, std::move(request), std::move(done));
    });
    return id;
  }

  void Cancel(uint64_t id) {
    Post([this, id] {
      const auto found = transfers_.find(id);
      if (found == transfers_.end()) return;
      End(found, found->second->Failure(HttpFailureKind::kCancelled, "cancelled"));
    });
  }

  void After(absl::Duration delay, Task task) {
    if (delay <= absl::ZeroDuration()) return Post(std::move(task));
    Post([this, due = SteadyNow() + absl::ToChronoNanoseconds(delay),
          task = std::move(task)]() mutable { timers_.emplace(due, std::move(task)); });
  }

 private:
  using Transfers = std::unordered_map<uint64_t, std::unique_ptr<HttpTransfer>>;

  void Post(Task task) {
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(task));
      if (posted_.size() > 1) return;  // the loop has been woken and not taken them yet
    }
    if (running_here == this) {
      again_ = true;
      return;
    }
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
  }

  void Run() {
    running_here = this;
    while (!stopping_) {
      Wait();
      RunTasks();
      CollectFinished();
    }
    while (!transfers_.empty())
      End(transfers_.begin(), transfers_.begin()->second->Failure(HttpFailureKind::kCancelled,
                                                                  "the client is closing"));
  }

  // Sleeps until a socket is ready, a task was posted or a time has come, and tells libcurl.
  void Wait() {
    std::optional<SteadyTime> due = curl_due_;
    if (!timers_.empty() && (!due || timers_.begin()->first < *due)) due = timers_.begin()->first;
    int wait_ms = -1;
    if (std::exchange(again_, false)) {
      wait_ms = 0;
    } else if (due) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - SteadyNow()).count();
      wait_ms = static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
    }
    epoll_event events[kEventsPerTurnMax];
    const int ready = epoll_wait(epoll_, events, kEventsPerTurnMax, wait_ms);
    int running = 0;
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.fd == wake_) {
        uint64_t count = 0;
        [[maybe_unused]] const ssize_t got = read(wake_, &count, sizeof count);
        continue;
      }
      const uint32_t what = events[i].events;
      const int mask = ((what & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                       ((what & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((what & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi_, events[i].data.fd, mask, &running);
    }
    if (curl_due_ && SteadyNow() >= *curl_due_) {
      curl_due_.reset();
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
  }

  void RunTasks() {
    std::vector<Task> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(posted_);
    }
    for (Task& task : tasks) task();
    // Those that are due now; one that they add waits for the next turn.
    const SteadyTime now = SteadyNow();
    tasks.clear();
    while (!timers_.empty() && timers_.begin()->first <= now)
      tasks.push_back(std::move(timers_.extract(timers_.begin()).mapped()));
    for (Task& task : tasks) task();
  }

  void CollectFinished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      HttpTransfer& transfer = HttpTransfer::Of(message->easy_handle);
      const CURLcode code = message->data.result;  // the message goes with the handle
      End(transfers_.find(transfer.id()), transfer.Result(code));
    }
  }

  void Begin(uint64_t id, HttpRequest request, Done done) {
    CURL* easy = nullptr;
    if (!spare_.empty()) {
      easy = spare_.back();
      spare_.pop_back();
    } else {
      easy = curl_easy_init();
      assert(easy != nullptr);
    }
    const auto [found, inserted] = transfers_.emplace(
        id,
        std::make_unique<HttpTransfer>(id, easy, std::move(request), std::move(done), options_));
    HttpTransfer& transfer = *found->second;
    if (transfer.refusal().empty()) {
      [[maybe_unused]] const CURLMcode added = curl_multi_add_handle(multi_, easy);
      assert(added == CURLM_OK);
    } else {
      End(found, transfer.Failure(HttpFailureKind::kNotConnected, transfer.refusal()));
    }
  }

  void End(Transfers::iterator found, HttpResult result) {
    const std::unique_ptr<HttpTransfer> transfer = std::move(found->second);
    transfers_.erase(found);
    curl_multi_remove_handle(multi_, transfer->easy());
    curl_easy_reset(transfer->easy());
    if (spare_.size() < kSpareHandlesMax) {
      spare_.push_back(transfer->easy());
    } else {
      curl_easy_cleanup(transfer->easy());
    }
    transfer->done()(std::move(result));
  }

  static int OnSocket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
    auto* loop = static_cast<Loop*>(self);
    if (what == CURL_POLL_REMOVE) {
      epoll_ctl(loop->epoll_, EPOLL_CTL_DEL, socket, nullptr);
      return 0;
    }
    epoll_event event{.events = 0, .data = {.fd = socket}};
    if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
    epoll_ctl(loop->epoll_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
    if (known == nullptr) curl_multi_assign(loop->multi_, socket, self);
    return 0;
  }

  static int OnTimer(CURLM*, long wait_ms, void* self) {
    auto* loop = static_cast<Loop*>(self);
    loop->curl_due_.reset();
    if (wait_ms >= 0) loop->curl_due_ = SteadyNow() + std::chrono::milliseconds(wait_ms);
    return 0;
  }

  const Options options_;
  std::atomic<uint64_t> last_id_ = 0;
  int wake_ = -1;

  std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_

  // Everything below is the thread's alone once it runs.
  CURLM* multi_ = nullptr;
  int epoll_ = -1;
  bool stopping_ = false;
  bool again_ = false;                  // a task was posted by one: do not sleep
  std::optional<SteadyTime> curl_due_;  // when libcurl wants to be called
  std::multimap<SteadyTime, Task> timers_;
  Transfers transfers_;
  std::vector<CURL*> spare_;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Start(Options options) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, before any thread
  if (options.ca_file.empty()) options.ca_file = ProcessVariables()("AWS_CA_BUNDLE").value_or("");
  auto loop = std::make_unique<Loop>(std::move(options));
  if (ready != CURLE_OK || !loop->Start())
    return absl::ResourceExhaustedError(
        "cannot start the HTTP client: is the limit of open files too low?");
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(loop)));
}

HttpClient::HttpClient(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
HttpClient::~HttpClient() = default;

uint64_t HttpClient::Send(HttpRequest request, Done done) {
  return loop_->Send(std::move(request), std::move(done));
}
void HttpClient::Cancel(uint64_t id) { loop_->Cancel(id); }
void HttpClient::After(absl::Duration delay, std::function<void()> task) {
  loop_->After(delay, std::move(task));
}
std::chrono::steady_clock::time_point HttpClient::Now() { return SteadyNow(); }

}  // namespace workers::aws
