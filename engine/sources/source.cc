// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// When a source asks for messages, and what it does with an answer.
#include "engine/sources/source.h"

#include <algorithm>

#include "asl/json.h"
#include "engine/clock.h"
#include "engine/log.h"
#include "fmt/format.h"

namespace engine::sources {

using workers::aws::ApiResult;
using workers::aws::SqsMessage;

namespace {

constexpr absl::Duration kPauseMin = absl::Seconds(1);
constexpr absl::Duration kPauseMax = absl::Seconds(30);
// A receive whose connection breaks may go on at the server, and what it takes then is out of reach
// until its time is over. So after a failure the next ones wait less.
constexpr absl::Duration kWaitMin = absl::Seconds(1);

std::string ErrorText(const workers::aws::ApiError& error) {
  if (error.code.empty()) return error.message.empty() ? "no answer" : error.message;
  return fmt::format("{}: {}", error.code, error.message);
}

std::string NameOfQueue(const std::string& queue) { return queue.substr(queue.rfind(':') + 1); }

std::optional<uint64_t> Count(const std::map<std::string, std::string>& attributes,
                              const char* name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return std::nullopt;
  return std::strtoull(found->second.c_str(), nullptr, 10);
}

}  // namespace

Source::Source(Options options, Executions* executions, workers::aws::Client* client,
               workers::aws::HttpTransport* transport, SourceBoard* board)
    : options_(std::move(options)),
      executions_(*executions),
      client_(*client),
      transport_(*transport),
      board_(*board),
      wait_(workers::aws::kSqsWaitMax) {
  if (options_.queue.find("://") != std::string::npos) queue_url_ = options_.queue;
  told_.name = options_.name;
  told_.queue = options_.queue;
  told_.state_machine = options_.state_machine;
  Publish();
}

void Source::Later(absl::Duration delay, std::function<void()> task) {
  transport_.After(delay, [self = weak_from_this(), task = std::move(task)] {
    if (const std::shared_ptr<Source> source = self.lock()) task();
  });
}

Source::Held* Source::Find(const Id& id, uint64_t delivery) {
  const auto found = held_.find(id);
  return found == held_.end() || found->second.delivery != delivery ? nullptr : &found->second;
}

void Source::Start() {
  Later(absl::ZeroDuration(), [this] { Tick(); });
}

void Source::Stop(std::function<void()> done) {
  Later(absl::ZeroDuration(), [this, done = std::move(done)]() mutable {
    stopping_ = true;
    stopped_ = std::move(done);
    for (const uint64_t poll : std::set<uint64_t>(polls_)) client_.Cancel(poll);
    std::vector<Id> waiting;
    for (const auto& [id, held] : held_) {
      if (held.stage == Stage::kWaiting) waiting.push_back(id);
    }
    for (const Id& id : waiting) {
      if (const auto found = held_.find(id);
          found != held_.end() && found->second.stage == Stage::kWaiting) {
        HandBack(id, absl::ZeroDuration());
      }
    }
    Flush();
    FinishStop();
  });
}

void Source::FinishStop() {
  if (!stopping_ || stopped_ == nullptr || calls_ > 0 || !polls_.empty()) return;
  const bool busy = std::any_of(held_.begin(), held_.end(), [](const auto& one) {
    return one.second.stage == Stage::kStarting || one.second.stage == Stage::kDeleting;
  });
  if (busy) return;
  state_ = "stopped";
  Publish();
  std::exchange(stopped_, nullptr)();
}

void Source::Tick() {
  if (stopping_) {
    FinishStop();
  } else if (queue_url_.empty()) {
    FindQueue();
  } else {
    Receive();
    if (transport_.Now() >= look_at_) LookAtQueue();
  }
  ExtendVisibility();
  Publish();
  if (!stopping_ || stopped_ != nullptr) Later(kTick, [this] { Tick(); });
}

void Source::FindQueue() {
  if (finding_ || transport_.Now() < not_before_) return;
  finding_ = true;
  client_.Start(workers::aws::QueueUrlCall(NameOfQueue(options_.queue)),
                [self = weak_from_this()](ApiResult result) {
                  const std::shared_ptr<Source> source = self.lock();
                  if (source == nullptr) return;
                  source->finding_ = false;
                  workers::aws::QueueUrl found = workers::aws::ReadQueueUrl(std::move(result));
                  if (found.error) return source->Failing(ErrorText(*found.error));
                  source->queue_url_ = std::move(found.url);
                  source->Receive();
                });
}

// How many messages wait, and where the queue puts those that it gives up.
void Source::LookAtQueue() {
  look_at_ = transport_.Now() + absl::ToChronoNanoseconds(kLookAtQueue);
  client_.Start(
      workers::aws::QueueAttributesCall(queue_url_), [self = weak_from_this()](ApiResult result) {
        const std::shared_ptr<Source> source = self.lock();
        const workers::aws::QueueAttributes read =
            workers::aws::ReadQueueAttributes(std::move(result));
        if (source == nullptr || read.error) return;
        source->told_.visible = Count(read.attributes, "ApproximateNumberOfMessages");
        source->told_.in_flight = Count(read.attributes, "ApproximateNumberOfMessagesNotVisible");
        const auto policy = read.attributes.find("RedrivePolicy");
        const asl::JsonParse json =
            asl::ParseJson(policy == read.attributes.end() ? "{}" : policy->second);
        const auto target = json.ok() ? json.value->Find("deadLetterTargetArn") : std::nullopt;
        source->told_.dead_letter_queue =
            target && target->is_string() ? std::string(target->as_string()) : "";
      });
}

int Source::Room() {
  if (board_.paused(options_.name)) return state_ = "paused", 0;
  if (transport_.Now() < not_before_) return 0;  // state_ says why already
  if (std::string why = executions_.Unready(options_.state_machine); !why.empty()) {
    return state_ = std::move(why), 0;
  }
  const size_t expected = held_.size() + asked_for_;
  const size_t open = options_.ack == Ack::kStarted ? open_.size() + expected : expected;
  size_t room = options_.window > expected ? options_.window - expected : 0;
  if (room > 0 && options_.concurrency > 0) {
    room = std::min(room, options_.concurrency > open ? options_.concurrency - open : 0);
  }
  state_ = room > 0 || asked_for_ > 0 ? "receiving" : "full";
  return static_cast<int>(std::min(room, static_cast<size_t>(options_.batch)));
}

void Source::Receive() {
  while (!stopping_ && !queue_url_.empty() && static_cast<int>(polls_.size()) < polls_wanted_) {
    const int asked = Room();
    if (asked == 0) return;
    asked_for_ += static_cast<size_t>(asked);
    workers::aws::Receive receive{.queue_url = queue_url_,
                                  .messages_max = asked,
                                  .wait = wait_,
                                  .visibility = options_.visibility};
    // A call that is made again after a cut must get the same messages, or their groups would be
    // held up until they become visible again.
    if (options_.fifo()) receive.attempt_id = fmt::format("{:016x}", SystemRandom());
    const auto poll = std::make_shared<uint64_t>(0);
    *poll = client_.Start(workers::aws::ReceiveCall(receive),
                          [self = weak_from_this(), poll, asked](ApiResult result) {
                            const std::shared_ptr<Source> source = self.lock();
                            if (source == nullptr) return;
                            source->polls_.erase(*poll);
                            source->OnReceived(std::move(result), asked);
                          });
    polls_.insert(*poll);
  }
}

void Source::OnReceived(ApiResult result, int asked) {
  asked_for_ -= static_cast<size_t>(asked);
  workers::aws::Received received = workers::aws::ReadReceived(std::move(result));
  if (received.error) {
    wait_ = kWaitMin;
    if (!stopping_) Failing(ErrorText(*received.error));
  } else {
    pause_ = absl::ZeroDuration();
    wait_ = std::min(2 * wait_, workers::aws::kSqsWaitMax);
    const size_t count = received.messages.size();
    if (count == 0) polls_wanted_ = 1;
    if (count >= static_cast<size_t>(asked)) polls_wanted_ = std::min(polls_wanted_ + 1, kPollsMax);
    for (SqsMessage& message : received.messages) Take(std::move(message));
  }
  Receive();
  FinishStop();
}

void Source::Failing(const std::string& what) {
  pause_ = std::clamp(2 * pause_, kPauseMin, kPauseMax);
  not_before_ = transport_.Now() + absl::ToChronoNanoseconds(pause_);
  std::string state = "failing: " + what;
  if (state != state_) {
    Log(LogLevel::kWarning, {}, fmt::format("source {}: {}", options_.name, what));
  }
  state_ = std::move(state);
}

void Source::Take(SqsMessage message) {
  ++told_.counts.received;
  const Time deadline = transport_.Now() + absl::ToChronoNanoseconds(options_.visibility);
  const auto found = held_.find(message.id);
  if (found != held_.end() && found->second.stage != Stage::kReturning) {
    // It became visible although it is in hand: only the newest handle counts from now on.
    ++told_.counts.duplicates;
    found->second.handle = std::move(message.receipt_handle);
    found->second.deadline = deadline;
    found->second.receive_count = ReceiveCount(message);
    return;
  }
  Held held{.delivery = ++deliveries_,
            .deadline = deadline,
            .receive_count = ReceiveCount(message),
            .reading = Read(options_, message)};
  if (const auto group = message.attributes.find("MessageGroupId");
      options_.fifo() && group != message.attributes.end()) {
    held.group = group->second;
  }
  held.handle = std::move(message.receipt_handle);
  Held& kept = held_.insert_or_assign(message.id, std::move(held)).first->second;
  if (kept.group.empty()) return Begin(message.id, kept);
  std::deque<Id>& group = groups_[kept.group];
  group.push_back(message.id);
  if (group.size() == 1) Begin(message.id, kept);
}

void Source::Publish() {
  told_.state = state_;
  told_.in_hand = held_.size();
  const SourceCounts& counts = told_.counts;
  told_.pending =
      counts.received - counts.started - counts.duplicates - counts.rejected - counts.returned;
  told_.open = open_.size();
  for (const auto& [id, held] : held_) told_.open += held.stage == Stage::kRunning ? 1 : 0;
  board_.Publish(told_);
}

}  // namespace engine::sources
